"""Refunds that a shop asks for: asked of Opayo once, or refused with the reason."""

from __future__ import annotations

import uuid
from typing import Any

import orjson
import pytest

from integrations.events.services import store_event
from integrations.instructions import wakeup
from integrations.models import Connection, Event, Instruction, Pair, Payment
from sync.models import Notice
from sync.services import pipeline, refund_notices
from tests.sync.messages import notification_event, shop_event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakeup, "on_asked", [])


def process(pair: Pair) -> None:
    for _ in range(3):
        Event.objects.update(not_before=None)
        assert pipeline.process_batch(pair.pk) is not None


@pytest.fixture
def paid(pair: Pair, shop: Connection, opayo: Connection) -> Pair:
    """An order of 38.34 GBP, paid."""
    shop_event(shop)
    notification_event(opayo)
    process(pair)
    return pair


def request_event(shop: Connection, **changes: Any) -> Event:
    refund = {
        "id": "RF-5001", "order_number": "HF-10042", "amount": "22.49", "currency": "GBP", "reason": "Arrived broken",
        "lines": [{"sku": "POT-1", "quantity": "1"}], **changes,
    }  # fmt: skip
    body = orjson.dumps({"type": "refund.requested", "shop": "harbour-finch", "refund": refund})
    event_id, _ = store_event(
        pair_id=shop.pair_id, connection_id=shop.pk, source="shop", kind="refund.requested",
        dedupe_key=uuid.uuid4().hex, body=body, headers={}, authenticity="verified",
    )  # fmt: skip
    return Event.objects.get(pk=event_id)


def told() -> list[dict[str, Any]]:
    rows = Notice.objects.filter(type__startswith="refund.").order_by("pk")
    return [{**row.content, "to": row.connection_id} for row in rows]


def test_a_refund_of_the_shop_is_asked_of_opayo(paid: Pair, shop: Connection) -> None:
    event = request_event(shop)
    process(paid)
    asked = Instruction.objects.get()
    assert (asked.kind, asked.amount_minor, asked.currency, asked.via, asked.reason, asked.payment) == (
        "refund", 2249, "GBP", "shop", "Arrived broken", Payment.objects.get(),
    )  # fmt: skip
    assert asked.lines == [{"sku": "POT-1", "quantity": "1"}]
    event.refresh_from_db()
    assert (event.state, event.order) == ("processed", asked.payment.order)
    assert told() == []


def test_the_same_refund_of_the_shop_is_asked_once_under_whatever_message(
    paid: Pair, shop: Connection
) -> None:
    request_event(shop)
    request_event(shop)
    process(paid)
    request_event(shop)
    process(paid)
    assert Instruction.objects.count() == 1


def test_refunds_with_numbers_of_their_own_are_refunds_of_their_own(paid: Pair, shop: Connection) -> None:
    request_event(shop, amount="10.00", lines=[])
    request_event(shop, amount="10.00", lines=[], id="RF-5002")
    process(paid)
    assert [row.amount_minor for row in Instruction.objects.all()] == [1000, 1000]


def test_more_than_is_left_is_refused_and_the_shop_is_told_why(paid: Pair, shop: Connection) -> None:
    request_event(shop)
    request_event(shop, id="RF-5002", amount="38.34")
    process(paid)
    refused = Instruction.objects.get(state="refused")
    assert refused.error == (
        "38.34 GBP is more than the 15.85 GBP left of this payment: 0.00 GBP has gone back, and 22.49 GBP is on its way."
    )
    (notice,) = told()
    assert (notice["type"], notice["refund_id"], notice["order_number"], notice["reason"], notice["amount"], notice["to"]) == (
        "refund.refused", "RF-5002", "HF-10042", refused.error, {"amount": "38.34", "currency": "GBP"}, shop.pk,
    )  # fmt: skip


def test_another_currency_is_refused(paid: Pair, shop: Connection) -> None:
    request_event(shop, currency="EUR")
    process(paid)
    assert "The payment is in GBP" in told()[0]["reason"]


def test_an_order_that_was_never_paid_has_nothing_to_give_back(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    shop_event(shop)
    notification_event(opayo, status="NOTAUTHED")
    process(pair)
    request_event(shop)
    process(pair)
    assert not Instruction.objects.exists()
    (notice,) = told()
    assert notice["reason"] == "No money was taken for order HF-10042, so there is nothing to give back."


def test_a_request_that_overtakes_order_and_payment_waits_for_them(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    event = request_event(shop)
    process(pair)
    event.refresh_from_db()
    assert (event.state, "waiting for order" in event.error) == ("received", True)
    shop_event(shop)
    process(pair)
    event.refresh_from_db()
    assert (event.state, "waiting for a payment" in event.error) == ("received", True)
    notification_event(opayo)
    process(pair)
    assert Instruction.objects.get().amount_minor == 2249


def test_order_payment_and_request_may_come_in_one_batch(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    request_event(shop)
    shop_event(shop)
    notification_event(opayo)
    process(pair)
    process(pair)
    assert Instruction.objects.get().amount_minor == 2249
    assert told() == []


def test_what_opayo_refuses_is_told_once(paid: Pair, shop: Connection) -> None:
    request_event(shop)
    process(paid)
    Instruction.objects.update(state="refused", error="Opayo has already refunded this payment in full.")
    assert refund_notices.tell_shops(paid.pk) == 1
    assert refund_notices.tell_shops(paid.pk) == 0
    assert told()[0]["reason"] == "Opayo has already refunded this payment in full."


def test_a_sale_that_was_voided_instead_is_confirmed(paid: Pair, shop: Connection) -> None:
    request_event(shop)
    process(paid)
    Instruction.objects.update(state="done", kind="void")
    assert refund_notices.tell_shops(paid.pk) == 1
    assert (told()[0]["type"], told()[0]["refund_id"]) == ("refund.confirmed", "RF-5001")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "lots"}, "not an amount of GBP above nothing"),
        ({"amount": "0.00"}, "above nothing"),
        ({"amount": "1.005"}, "not an amount of GBP"),
        ({"id": ""}, "The refund has no id"),
        ({"lines": [{"quantity": "1"}]}, "needs a sku"),
        ({"lines": "all"}, "no list"),
    ],
)
def test_a_refund_that_cannot_be_read_is_set_aside_with_the_reason(
    paid: Pair, shop: Connection, changes: dict[str, Any], words: str
) -> None:
    event = request_event(shop, **changes)
    process(paid)
    event.refresh_from_db()
    assert (event.state, words in event.error) == ("dead", True)
    assert not Instruction.objects.exists()
