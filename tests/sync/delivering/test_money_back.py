"""Money going back into a simulated Xero over a real socket, through what can go wrong on the way."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from integrations.models import Order, Refund
from sandbox.kernel.faults import Kind
from sync.models import Delivery, Notice, Posting, Problem
from sync.services.delivering import dispatcher
from sync.services.sweeper import close_unpaid
from tests.sync.delivering.conftest import Books
from tests.sync.messages import instruction_event, order, refund_event, transaction_event

ROUTES = ["xero.credit_notes.write", "xero.payments.write"]


def states() -> dict[str, str]:
    return dict(Posting.objects.values_list("kind", "state"))


def by_kind(kind: str) -> Posting:
    return Posting.objects.get(kind=kind)


@pytest.fixture
def paid(books: Books) -> Books:
    books.place()
    books.pay()
    books.deliver()
    return books


def give_back(books: Books, code: str = "R1", amount: str = "38.34", **said: Any) -> None:
    said.setdefault("related_code", "HF-10042-1")
    said.setdefault("related", "")
    refund_event(books.opayo, code, amount, **said)
    books.process()
    books.deliver()


def notes(books: Books) -> list[dict[str, Any]]:
    return books.in_xero("credit_notes")


def refunds(books: Books) -> list[dict[str, Any]]:
    return [row for row in books.live_payments() if row["Property"] != "Invoice"]


def test_a_refund_becomes_a_paid_credit_note(paid: Books) -> None:
    give_back(paid)
    (note,) = notes(paid)
    assert (note["CreditNoteNumber"], note["Status"], note["Total"]) == ("R1", "PAID", Decimal("38.34"))
    (invoice,) = paid.in_xero("invoices")
    assert (note["TotalTax"], note["ContactID"]) == (invoice["TotalTax"], invoice["ContactID"])
    (money,) = refunds(paid)
    assert (money["Amount"], money["AccountCode"], money["Reference"]) == (Decimal("38.34"), "095", "R1")


def test_several_refunds_cost_a_call_for_the_notes_and_one_for_the_money(paid: Books) -> None:
    Delivery.objects.all().delete()
    for code in ("R1", "R2", "R3"):
        refund_event(paid.opayo, code, "5.00", related="")
    paid.process()
    paid.deliver()
    assert list(Delivery.objects.order_by("pk").values_list("kind", flat=True)) == ["credit_note", "refund"]
    assert [note["Status"] for note in notes(paid)] == ["PAID"] * 3


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("kind", [Kind.TIMEOUT_AFTER, Kind.DROP, Kind.SERVER_ERROR])
def test_a_lost_answer_gives_nothing_back_twice(paid: Books, route: str, kind: Kind) -> None:
    paid.xero.fail(route, kind, seconds=0.1)
    give_back(paid)
    assert set(states().values()) == {"posted"}
    assert len(notes(paid)) == len(refunds(paid)) == 1


@pytest.mark.parametrize(
    ("route", "kind"), [("xero.credit_notes.write", "credit_note"), ("xero.payments.write", "refund")]
)
def test_when_xero_has_forgotten_the_key_they_are_looked_up(paid: Books, route: str, kind: str) -> None:
    paid.xero.fail(route, Kind.TIMEOUT_AFTER, seconds=0.1)
    stop_at_first_failure(paid, kind, lambda: give_back(paid))
    assert Delivery.objects.get(kind=kind, state="abandoned").results[0]["outcome"] == "found"
    assert set(states().values()) == {"posted"}
    assert len(notes(paid)) == len(refunds(paid)) == 1


def stop_at_first_failure(books: Books, kind: str, act: Any) -> None:
    """Let the first answer to a kind of call be lost until Xero has forgotten its key."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(dispatcher, "_more_soon", lambda run: False)
        patched.setattr(dispatcher, "SAME_KEY_ATTEMPTS", 1)
        act()
        for _ in range(4):
            if Delivery.objects.filter(kind=kind, state="unknown").exists():
                break
            books.deliver()
    assert Delivery.objects.filter(kind=kind, state="unknown").exists()
    books.xero.move_clock(600)
    Delivery.objects.exclude(state="answered").update(
        not_before=None, first_sent_at=timezone.now() - timedelta(minutes=7)
    )
    books.deliver(2)


def test_a_number_somebody_else_uses_needs_a_person(paid: Books) -> None:
    give_back(paid, "R1", "5.00")
    Posting.objects.filter(kind__in=["credit_note", "refund"]).update(natural_key="OLD")
    Refund.objects.update(vendor_tx_code="OLD")
    give_back(paid, "R1", "6.00", vps_tx_id="AAAAAAAA-0000-4000-8000-000000000001")
    dead = Posting.objects.get(kind="credit_note", natural_key="R1")
    assert dead.state == "dead"
    assert "already has a credit note R1" in dead.error


def test_a_total_that_xero_sees_otherwise_holds_the_money(paid: Books) -> None:
    refund_event(paid.opayo, related="")
    paid.process()
    note = by_kind("credit_note")
    note.amount_minor -= 1
    note.save()
    paid.deliver()
    assert by_kind("refund").state == "held"
    assert "credit note R1 at 38.34" in Problem.objects.get(code="total_differs").message
    assert refunds(paid) == []


def test_a_voided_refund_is_undone_in_xero(paid: Books) -> None:
    give_back(paid)
    give_back(paid, state=18)
    assert [note["Status"] for note in notes(paid)] == ["VOIDED"]
    assert refunds(paid) == []
    assert states() | {"contact": "", "invoice": "", "payment": ""} == {
        "contact": "", "invoice": "", "payment": "", "credit_note": "reversed", "refund": "reversed",
        "refund_delete": "posted", "credit_note_void": "posted",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("route", "kind"),
    [("xero.payments.write", "refund_delete"), ("xero.credit_notes.write", "credit_note_void")],
)
def test_an_undoing_whose_answer_was_lost_is_looked_up(paid: Books, route: str, kind: str) -> None:
    give_back(paid)
    paid.xero.fail(route, Kind.TIMEOUT_AFTER, seconds=0.1)
    stop_at_first_failure(paid, kind, lambda: give_back(paid, state=18))
    assert (by_kind("refund").state, by_kind("credit_note").state) == ("reversed", "reversed")


def test_what_was_paid_too_much_leaves_the_overpayment(paid: Books) -> None:
    transaction_event(paid.opayo, "HF-10042-2", "10.00")
    paid.process()
    paid.deliver()
    give_back(paid, amount="10.00", related_code="HF-10042-2")
    (overpayment,) = paid.in_xero("overpayments")
    assert overpayment["RemainingCredit"] == 0
    assert notes(paid) == []
    assert by_kind("refund").state == "posted"


def test_an_overpayment_of_a_payment_that_was_reversed_is_given_back(paid: Books) -> None:
    transaction_event(paid.opayo, "HF-10042-2", "10.00")
    paid.process()
    paid.deliver()
    transaction_event(paid.opayo, "HF-10042-2", "10.00", state=18)
    paid.process()
    paid.deliver()
    assert by_kind("overpayment").state == "reversed"
    (money,) = refunds(paid)
    assert (money["Property"], money["Amount"]) == ("Overpayment", Decimal("10.00"))


def test_what_is_left_due_of_an_ended_order_is_credited_and_set_against_its_invoice(books: Books) -> None:
    books.pair.failed_grace_hours = 0
    books.pair.save()
    books.place(payment=None)
    transaction_event(books.opayo, "HF-10042-1", "20.00")
    books.process()
    give_back(books, amount="20.00")
    close_unpaid(books.pair)
    books.deliver()
    (invoice,) = books.in_xero("invoices")
    assert (invoice["Status"], invoice["AmountDue"]) == ("PAID", 0)
    assert by_kind("credit_note_allocation").state == "posted"


def test_a_released_payment_is_paid_in_part(books: Books) -> None:
    books.place()
    transaction_event(books.opayo, "HF-10042-1", "38.34", tx_type="DEFERRED", state=14)
    instruction_event(books.opayo, "release", "REL-1", "30.00")
    books.process()
    books.deliver()
    (invoice,) = books.in_xero("invoices")
    assert invoice["AmountDue"] == Decimal("8.34")


def test_shop_and_customer_hear_of_the_refund_when_it_is_in_xero(paid: Books) -> None:
    give_back(paid, amount="22.49")
    shop = Notice.objects.get(type="refund.confirmed", channel="shop")
    assert shop.natural_key == "R1"
    assert shop.content["amount"] == {"amount": "22.49", "currency": "GBP"}
    assert shop.content["vendor_tx_code"] == "R1"
    assert Notice.objects.get(type="refund.confirmed", channel="email").recipient == "ada@example.com"


def test_an_order_in_a_kept_currency_is_given_back_from_its_own_clearing_account(books: Books) -> None:
    books.place(**{key: value for key, value in order(currency="EUR").items() if key != "number"})
    transaction_event(books.opayo, "HF-10042-1", "38.34", currency="EUR")
    books.process()
    give_back(books, currency="EUR")
    (money,) = refunds(books)
    assert money["AccountCode"] == "096"
    assert Order.objects.get().state == "paid"
