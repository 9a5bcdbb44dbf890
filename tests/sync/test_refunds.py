"""Money going back: told by reports or by ourselves, once in the records and once in the books."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from integrations.models import Connection, Event, Instruction, Order, Pair, Payment, Refund
from sync.models import Posting, Problem
from sync.services import pipeline
from sync.services.retelling import retell
from sync.services.sweeper import close_unpaid
from tests.sync.messages import (
    PAYMENT_ID,
    instruction_event,
    notification_event,
    order,
    refund_event,
    shop_event,
    transaction_event,
)

pytestmark = pytest.mark.django_db


def process(pair: Pair) -> None:
    """Everything that is due, and what waited for it."""
    for _ in range(3):
        Event.objects.update(not_before=None)
        done = pipeline.process_batch(pair.pk)
        assert done is not None


def documents(kind: str) -> list[dict[str, Any]]:
    return [row.document for row in Posting.objects.filter(kind=kind).order_by("pk")]


@pytest.fixture
def paid(pair: Pair, shop: Connection, opayo: Connection) -> Pair:
    shop_event(shop)
    notification_event(opayo)
    process(pair)
    return pair


def test_a_refund_found_in_opayo_becomes_a_credit_note_and_a_cash_refund(
    paid: Pair, opayo: Connection
) -> None:
    refund_event(opayo)
    process(paid)
    refund = Refund.objects.get()
    assert (refund.amount_minor, refund.channel, refund.order, refund.payment) == (
        3834, "myopayo", Order.objects.get(), Payment.objects.get(),
    )  # fmt: skip
    note, money = Posting.objects.get(kind="credit_note"), Posting.objects.get(kind="refund")
    assert (note.natural_key, note.refund, note.waits_for) == (
        "R1",
        refund,
        Posting.objects.get(kind="invoice"),
    )
    assert (note.document["CreditNoteNumber"], note.document["Status"]) == ("R1", "AUTHORISED")
    assert note.mapping_version is not None
    invoice = Posting.objects.get(kind="invoice").document
    assert [line["TaxAmount"] for line in note.document["LineItems"]] == [
        line["TaxAmount"] for line in invoice["LineItems"]
    ]
    assert money.waits_for == note
    assert money.document == {
        "Account": {"Code": "095"}, "Date": "2026-11-25", "Amount": Decimal("38.34"), "Reference": "R1",
    }  # fmt: skip


def test_a_refund_told_by_both_is_one_refund(paid: Pair, opayo: Connection) -> None:
    lines = [{"sku": "POT-1", "quantity": "1"}]
    instruction_event(opayo, "refund", "R1", "22.49", lines=lines, reason="Broken", via="shop")
    refund_event(opayo, amount="22.49")
    process(paid)
    refund = Refund.objects.get()
    assert (refund.channel, refund.reason, refund.lines) == ("shop", "Broken", lines)
    assert Posting.objects.filter(kind="refund").count() == 1


def test_the_lines_that_came_back_are_credited(paid: Pair, opayo: Connection) -> None:
    instruction_event(opayo, "refund", "R1", "12.90", lines=[{"line": 1, "quantity": "2"}])
    process(paid)
    (note,) = documents("credit_note")
    names = [line["Description"] for line in note["LineItems"]]
    assert names[0] == "Assam, 250 g"
    assert sum(Decimal(line["LineAmount"]) for line in note["LineItems"]) == Decimal("12.90")


def test_part_refunds_together_give_back_exactly_the_vat_of_the_invoice(
    paid: Pair, opayo: Connection
) -> None:
    for code, amount in (("R1", "10.01"), ("R2", "0.33"), ("R3", "28.00")):
        refund_event(opayo, code, amount)
        process(paid)
    lines = [line for note in documents("credit_note") for line in note["LineItems"]]
    (invoice,) = documents("invoice")
    for tax_type in ("OUTPUT2", "ZERORATEDOUTPUT"):
        assert sum(line["TaxAmount"] for line in lines if line["TaxType"] == tax_type) == sum(
            line["TaxAmount"] for line in invoice["LineItems"] if line["TaxType"] == tax_type
        )
    assert sum(line["LineAmount"] for line in lines) == Decimal("38.34")


@pytest.mark.parametrize("way", range(6))
def test_order_payment_and_refund_may_arrive_in_any_order(
    pair: Pair, shop: Connection, opayo: Connection, way: int
) -> None:
    tell: dict[str, Callable[[Connection], Event]] = {
        "order": shop_event,
        "payment": notification_event,
        "refund": refund_event,
    }
    for what in list(permutations(tell))[way]:
        tell[what](shop if what == "order" else opayo)
        process(pair)
    process(pair)
    money = Posting.objects.get(kind="refund")
    assert (money.amount_minor, money.waits_for) == (3834, Posting.objects.get(kind="credit_note"))
    assert not Event.objects.exclude(state="processed").exists()


def test_a_refund_of_an_unknown_payment_waits_and_asks_opayo(pair: Pair, opayo: Connection) -> None:
    refund_event(opayo)
    for _ in range(3):
        Event.objects.update(not_before=None)
        done = pipeline.process_batch(pair.pk)
    assert done is not None
    assert done.look_up == {"HF-10042-1"}
    assert not Refund.objects.exists()


def test_a_refund_voided_on_its_day_is_taken_out_of_the_books(paid: Pair, opayo: Connection) -> None:
    refund_event(opayo)
    process(paid)
    refund_event(opayo, state=18)
    process(paid)
    assert Refund.objects.get().is_voided
    states = Posting.objects.filter(kind__in=["credit_note", "refund"]).values_list("state", flat=True)
    assert set(states) == {"cancelled"}


def test_a_void_seen_before_its_refund_leaves_nothing_behind(paid: Pair, opayo: Connection) -> None:
    refund_event(opayo, state=18)
    refund_event(opayo)
    process(paid)
    assert Refund.objects.get().is_voided
    assert not Posting.objects.filter(kind="refund").exists()


def test_a_declined_refund_is_no_refund(paid: Pair, opayo: Connection) -> None:
    event = refund_event(opayo, state=12)
    process(paid)
    event.refresh_from_db()
    assert (event.state, Refund.objects.exists()) == ("ignored", False)


def test_a_refund_of_more_than_came_in_is_asked_about_once_and_booked_when_it_fits(
    paid: Pair, opayo: Connection
) -> None:
    refund_event(opayo, amount="40.00")
    process(paid)
    problem = Problem.objects.get()
    assert problem.code == "refund_exceeds"
    assert "40.00" in problem.message
    assert not Posting.objects.filter(kind="refund").exists()
    transaction_event(opayo, "HF-10042-1", "40.00", vps_tx_id=PAYMENT_ID)
    process(paid)
    problem.refresh_from_db()
    assert problem.resolved_at is not None
    assert dict(Posting.objects.filter(kind="refund").values_list("natural_key", "amount_minor")) == {
        "R1": 3834,
        "R1:HF-10042-1": 166,
    }


def test_what_was_paid_too_much_goes_back_out_of_the_overpayment(paid: Pair, opayo: Connection) -> None:
    transaction_event(opayo, "HF-10042-2", "38.34")
    process(paid)
    refund_event(opayo, related="", related_code="HF-10042-2")
    process(paid)
    money = Posting.objects.get(kind="refund")
    assert (money.natural_key, money.waits_for) == ("R1:HF-10042-2", Posting.objects.get(kind="overpayment"))
    assert not Posting.objects.filter(kind="credit_note").exists()


def test_a_converted_order_given_back_in_parts_comes_to_what_was_booked(
    pair: Pair, shop: Connection, opayo: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sync.services import order_states

    monkeypatch.setattr(order_states, "rate_of_day", lambda *_: Decimal("0.7537"))
    shop_event(shop, **order(currency="USD"))
    notification_event(opayo)
    process(pair)
    for code, amount in (("R1", "10.01"), ("R2", "10.01"), ("R3", "18.32")):
        refund_event(opayo, code, amount, currency="USD")
        process(pair)
    (payment,) = documents("payment")
    assert sum(document["Amount"] for document in documents("refund")) == payment["Amount"]
    notes = documents("credit_note")
    assert {note["CurrencyCode"] for note in notes} == {"GBP"}
    lines = [line for note in notes for line in note["LineItems"]]
    assert sum(line["LineAmount"] for line in lines) == payment["Amount"]
    assert not Posting.objects.filter(state__in=["dead", "held"]).exists()


def test_a_part_paid_order_given_back_is_closed_after_its_grace(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    pair.failed_grace_hours = 0
    pair.save()
    shop_event(shop, **order(payment=None))
    transaction_event(opayo, "HF-10042-1", "20.00", vps_tx_id=PAYMENT_ID)
    refund_event(opayo, amount="20.00")
    process(pair)
    assert close_unpaid(pair) == 1
    allocation = Posting.objects.get(kind="credit_note_allocation")
    note = allocation.waits_for
    assert note is not None
    assert (allocation.amount_minor, note.kind, note.natural_key) == (1834, "credit_note", "HF-10042:unpaid")
    assert note.document["CreditNoteNumber"] == "HF-10042-unpaid"
    assert sum(line["LineAmount"] for line in note.document["LineItems"]) == Decimal("18.34")


def test_a_deferred_payment_is_booked_with_what_was_released(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    shop_event(shop)
    transaction_event(opayo, "HF-10042-1", "38.34", tx_type="DEFERRED", state=14, vps_tx_id=PAYMENT_ID)
    process(pair)
    payment = Payment.objects.get()
    assert (payment.state, payment.authorised_minor) == ("waiting", 3834)
    instruction_event(opayo, "release", "REL-1", "30.00")
    transaction_event(opayo, "HF-10042-1", "38.34", tx_type="DEFERRED", state=16, vps_tx_id=PAYMENT_ID)
    process(pair)
    payment.refresh_from_db()
    assert (payment.state, payment.amount_minor, payment.authorised_minor) == ("captured", 3000, 3834)
    assert Posting.objects.get(kind="payment").amount_minor == 3000
    assert Order.objects.get().state == "part_paid"


def test_the_report_that_overtakes_our_own_release_books_what_we_asked_for(
    pair: Pair, shop: Connection, opayo: Connection
) -> None:
    shop_event(shop)
    transaction_event(opayo, "HF-10042-1", "38.34", tx_type="DEFERRED", state=14, vps_tx_id=PAYMENT_ID)
    process(pair)
    Instruction.objects.create(
        pair=pair, payment=Payment.objects.get(), kind="release", amount_minor=3000, currency="GBP",
        vendor_tx_code="REL-1", request_key="k", via="person", state="unknown",
    )  # fmt: skip
    transaction_event(opayo, "HF-10042-1", "38.34", tx_type="DEFERRED", state=16, vps_tx_id=PAYMENT_ID)
    process(pair)
    assert Posting.objects.get(kind="payment").amount_minor == 3000


@pytest.mark.parametrize(("kind", "state"), [("abort", 14), ("cancel", 15)])
def test_what_is_let_go_was_never_paid(
    pair: Pair, shop: Connection, opayo: Connection, kind: Any, state: int
) -> None:
    tx_type = "DEFERRED" if kind == "abort" else "AUTHENTICATE"
    shop_event(shop)
    transaction_event(opayo, "HF-10042-1", "38.34", tx_type=tx_type, state=state, vps_tx_id=PAYMENT_ID)
    instruction_event(opayo, kind, "X-1")
    process(pair)
    assert Payment.objects.get().state == "failed"
    assert not Posting.objects.filter(kind="payment").exists()


@pytest.mark.parametrize("told_by", ["report", "instruction"])
def test_each_authorise_is_a_payment_of_the_same_order(
    pair: Pair, shop: Connection, opayo: Connection, told_by: str
) -> None:
    shop_event(shop)
    transaction_event(opayo, "HF-10042-1", "38.34", tx_type="AUTHENTICATE", state=15, vps_tx_id=PAYMENT_ID)
    for code, amount in (("AUTH-A", "20.00"), ("AUTH-B", "18.34")):
        if told_by == "report":
            transaction_event(opayo, code, amount, tx_type="AUTHORISE", related=PAYMENT_ID)
        else:
            instruction_event(opayo, "authorise", code, amount)
    process(pair)
    assert dict(Posting.objects.filter(kind="payment").values_list("natural_key", "amount_minor")) == {
        "AUTH-A": 2000,
        "AUTH-B": 1834,
    }
    assert Order.objects.get().state == "paid"


def test_a_card_charged_again_pays_what_is_left_due(pair: Pair, shop: Connection, opayo: Connection) -> None:
    shop_event(shop, **order(payment=None))
    transaction_event(opayo, "HF-10042-1", "20.00", vps_tx_id=PAYMENT_ID)
    process(pair)
    transaction_event(opayo, "AGAIN", "18.34", tx_type="REPEAT", related=PAYMENT_ID)
    process(pair)
    assert Payment.objects.get(vendor_tx_code="AGAIN").order == Order.objects.get()
    transaction_event(opayo, "ONCE-MORE", "18.34", tx_type="REPEAT", related=PAYMENT_ID)
    process(pair)
    assert Payment.objects.get(vendor_tx_code="ONCE-MORE").is_unmatched


def test_a_payment_voided_on_our_word_is_undone(paid: Pair, opayo: Connection) -> None:
    Posting.objects.filter(kind__in=["contact", "invoice", "payment"]).update(state="posted", remote_id="x")
    instruction_event(opayo, "void", "V-1")
    process(paid)
    undo = Posting.objects.get(kind="payment_delete")
    assert undo.waits_for == Posting.objects.get(kind="payment")


@pytest.mark.parametrize(("policy", "state"), [("stays_due", "failed"), ("closed", "cancelled")])
def test_the_pair_says_what_becomes_of_the_invoice_of_a_voided_payment(
    paid: Pair, opayo: Connection, policy: str, state: str
) -> None:
    Pair.objects.update(invoice_of_void=policy)
    Posting.objects.filter(kind__in=["contact", "invoice", "payment"]).update(state="posted", remote_id="x")
    instruction_event(opayo, "void", "V-1")
    process(paid)
    assert Order.objects.get().state == state
    close = Posting.objects.filter(kind="invoice_close").first()
    assert (close is not None) == (policy == "closed")
    if close is not None:
        assert close.waits_for == Posting.objects.get(kind="payment_delete")
        assert close.target == Posting.objects.get(kind="invoice")


def test_a_refund_voided_on_our_word_is_undone_money_first(paid: Pair, opayo: Connection) -> None:
    refund_event(opayo)
    process(paid)
    Posting.objects.update(state="posted", remote_id="x")
    instruction_event(opayo, "void", "V-1", related_code="R1")
    process(paid)
    undo = Posting.objects.get(kind="credit_note_void")
    assert undo.waits_for == Posting.objects.get(kind="refund_delete")
    assert undo.changes == undo.target == Posting.objects.get(kind="credit_note")


def test_refunds_are_as_the_log_tells_them(paid: Pair, opayo: Connection) -> None:
    instruction_event(opayo, "refund", "R1", "10.00")
    refund_event(opayo, "R2", "5.00")
    process(paid)
    assert retell(paid).differences == ()
    Refund.objects.filter(vendor_tx_code="R2").update(amount_minor=501)
    (difference,) = retell(paid).differences
    assert (difference.kind, difference.key, difference.stored) == ("refund", "R2", "501 GBP False")
