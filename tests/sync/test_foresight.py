"""What people are shown before they give money back is what is booked afterwards."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Model
from django.utils import timezone

from integrations.core.money import Money
from integrations.events.services import store_event
from integrations.models import Connection, Event, Order, Pair, Payment, Refund
from integrations.opayo.core.instructed import Instructed, instructed_to_json
from sync.models import Posting, Ruling
from sync.services import pipeline
from sync.services.foresight import foresee
from tests.sync.messages import notification_event, shop_event

pytestmark = pytest.mark.django_db
_LATER = timezone.now() + timedelta(hours=1)
_KEPT: tuple[type[Model], ...] = (Event, Order, Payment, Posting, Refund, Ruling)


def process(pair: Pair) -> None:
    for _ in range(2):
        Event.objects.update(not_before=None)
        assert pipeline.process_batch(pair.pk) is not None


@pytest.fixture
def payment(pair: Pair, shop: Connection, opayo: Connection) -> Payment:
    shop_event(shop)
    notification_event(opayo)
    process(pair)
    return Payment.objects.select_related("pair", "order").get()


def refund(minor: int, **changes: Any) -> Instructed:
    values: dict[str, Any] = {
        "kind": "refund", "vendor_tx_code": "HF-10042-1-R1", "related_vendor_tx_code": "HF-10042-1",
        "happened_at": _LATER, "vps_tx_id": "5A1BC414-5409-48DD-9B8B-DCDF096CE0BE", "amount": Money(minor, "GBP"), **changes,
    }  # fmt: skip
    return Instructed(**values)


def everything() -> list[list[dict[str, Any]]]:
    return [list(model._default_manager.order_by("pk").values()) for model in _KEPT]


def shown(postings: Any) -> list[tuple[str, str, int, Any]]:
    return [(row.kind, row.natural_key, row.amount_minor, row.document) for row in postings]


@pytest.mark.parametrize(
    ("minor", "lines"), [(1000, ()), (2249, ({"sku": "POT-1", "quantity": "1"},)), (3834, ())]
)
def test_what_is_foreseen_is_what_is_booked(payment: Payment, pair: Pair, minor: int, lines: Any) -> None:
    done = refund(minor, lines=lines)
    before = everything()
    foreseen = foresee(payment, done)
    assert everything() == before
    store_event(
        pair_id=pair.pk, connection_id=None, source="opayo", kind="instruction", dedupe_key="real",
        body=instructed_to_json(done), headers={}, authenticity="fetched",
    )  # fmt: skip
    process(pair)
    assert shown(foreseen.made) == shown(Posting.objects.filter(refund__isnull=False).order_by("pk"))
    assert [row.kind for row in foreseen.made] == ["credit_note", "refund"]
    note = foreseen.made[0].document
    assert sum(Decimal(str(line["LineAmount"])) for line in note["LineItems"]) == Decimal(minor) / 100


def test_a_void_drops_what_is_unsent(payment: Payment) -> None:
    foreseen = foresee(payment, refund(3834, kind="void", vps_tx_id=""))
    assert [row.kind for row in foreseen.dropped] == ["payment"]
    assert foreseen.problem == ""
    payment.refresh_from_db()
    assert payment.state == "captured"
    assert Posting.objects.get(kind="payment").state != "cancelled"


def test_what_would_not_be_booked_says_why(payment: Payment) -> None:
    foreseen = foresee(payment, refund(1000, related_vendor_tx_code="NOBODY-1"))
    assert foreseen.made == ()
    assert "NOBODY-1" in foreseen.problem
