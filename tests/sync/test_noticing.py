"""Confirmations to shop and customers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from integrations.core.failures import PermanentFailure, TransientFailure
from integrations.models import Connection, Pair
from sync.models import Notice
from sync.services import noticing
from sync.services.noticing import send_notices
from tests.sync.messages import notification_event, shop_event
from tests.sync.test_pipeline import process

pytestmark = pytest.mark.django_db


class Shop:
    """What the shop was told, or how it fails."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    told: list[list[dict]] = []  # type: ignore[type-arg]
    failure: Exception | None = None

    def confirm(self, events: list[dict], message_id: str) -> None:  # type: ignore[type-arg]
        if Shop.failure:
            raise Shop.failure
        Shop.told.append(events)


@pytest.fixture(autouse=True)
def fake_shop(monkeypatch: pytest.MonkeyPatch) -> None:
    Shop.told, Shop.failure = [], None
    monkeypatch.setattr(noticing, "ShopClient", Shop)


@pytest.fixture
def refused(pair: Pair, shop: Connection, opayo: Connection) -> Pair:
    """A payment that was refused: nothing is left to post but its draft."""
    shop_event(shop)
    notification_event(opayo, status="NOTAUTHED")
    process(pair)
    pair.postings.update(state="held")
    return pair


def test_shop_and_customer_are_told_once(refused: Pair) -> None:
    assert send_notices(refused.pk) == 2
    assert send_notices(refused.pk) == 0
    ((event,),) = Shop.told
    assert (event["type"], event["order_number"]) == ("payment.failed", "HF-10042")
    assert event["amount"] == {"amount": "38.34", "currency": "GBP"}
    (message,) = mail.outbox
    assert message.to == ["ada@example.com"]
    assert "HF-10042" in message.subject
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}


def test_emails_wait_while_there_are_documents_to_post_but_not_for_ever(refused: Pair) -> None:
    refused.postings.update(state="ready")
    send_notices(refused.pk)
    assert mail.outbox == []
    Notice.objects.update(created_at=timezone.now() - timedelta(seconds=31))
    send_notices(refused.pk)
    assert len(mail.outbox) == 1


def test_a_shop_that_does_not_answer_is_tried_again_with_the_same_ids(refused: Pair) -> None:
    Shop.failure = TransientFailure("The shop did not answer.", retry_after=7)
    send_notices(refused.pk)
    notice = Notice.objects.get(channel="shop")
    assert (notice.state, notice.attempts) == ("retrying", 1)
    assert notice.not_before is not None
    Shop.failure = None
    Notice.objects.update(not_before=timezone.now())
    send_notices(refused.pk)
    assert Shop.told[0][0]["id"] == notice.public_id


def test_a_shop_that_refuses_needs_a_person(refused: Pair) -> None:
    Shop.failure = PermanentFailure("The shop refuses our signature.")
    send_notices(refused.pk)
    assert Notice.objects.get(channel="shop").state == "dead"


def test_what_a_killed_sender_had_in_hand_is_sent_again(refused: Pair) -> None:
    Notice.objects.filter(channel="shop").update(
        state="sending", not_before=timezone.now() - timedelta(seconds=1)
    )
    send_notices(refused.pk)
    assert len(Shop.told) == 1
