"""`manage.py verify_proof`."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from integrations.models import Event, Pair, Payment
from sync.services import pipeline
from tests.factories import OpayoConnectionFactory, PairFactory, ShopConnectionFactory
from tests.sync.messages import notification_event, shop_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> Pair:
    pair = PairFactory()
    shop_event(ShopConnectionFactory(pair=pair))
    notification_event(OpayoConnectionFactory(pair=pair))
    pipeline.process_batch(pair.pk)
    return pair


def _verify(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("verify_proof", "--json", *arguments, stdout=out)
    return dict(json.loads(out.getvalue()))


def test_the_proof_of_an_honest_pair_holds(pair: Pair) -> None:
    found = _verify("--from-log")
    assert found["holds"] is True
    assert found["chain"] == "whole"
    assert found["differences"] == []
    assert found["captured"][0].startswith("38.34 GBP (1) = ")


def test_a_message_changed_in_the_log_breaks_the_chain(pair: Pair) -> None:
    event = Event.objects.earliest("pk")
    with connection.cursor() as cursor:
        # As somebody would who owns the database.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE integrations_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE integrations_event SET body = 'changed'::bytea WHERE id = %s", [event.pk])
    with pytest.raises(CommandError, match="does not hold"):
        _verify()


def test_a_record_unlike_its_messages_is_named(pair: Pair) -> None:
    Payment.objects.update(amount_minor=1)
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_proof", "--from-log", stdout=out)
    assert "payment HF-10042-1: stored captured 1 GBP, the log tells captured 3834 GBP" in out.getvalue()


def test_a_pair_that_does_not_exist_is_said(pair: Pair) -> None:
    with pytest.raises(CommandError, match="no such pair"):
        _verify("--pair", "nobody")
