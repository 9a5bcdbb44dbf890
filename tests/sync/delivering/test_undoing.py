"""Money spent and received, journals, and undoing each kind of document, in a simulated Xero over a real socket."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from integrations.models import Customer
from sandbox.kernel.faults import Kind
from sync.models import Delivery, Posting
from sync.services.delivering import dispatcher
from tests.sync.delivering.conftest import Books
from tests.sync.messages import refund_event, transaction_event

DAY = "2026-11-25"
K = Posting.Kind


def intend(books: Books, kind: str, document: dict[str, Any] | None = None, **fields: Any) -> Posting:
    """A posting as whoever plans it writes it down."""
    return Posting.objects.create(
        pair=books.pair,
        kind=kind,
        natural_key=fields.pop("key", "CB-1:received"),
        state="ready",
        ready_at=timezone.now(),
        customer=Customer.objects.first(),
        document=document or {},
        currency="GBP",
        **fields,
    )


def undo(books: Books, kind: str, of: Posting, after: Posting | None = None) -> Posting:
    """The undoing of a posting, behind another one where it has to wait."""
    row = intend(books, kind, key=of.natural_key, waits_for=after or of, changes=of)
    if after is not None and after.state != "posted":
        Posting.objects.filter(pk=row.pk).update(state="waiting")
    return row


def bank(kind: str, amount: str = "12.00") -> dict[str, Any]:
    return {
        "Type": kind,
        "BankAccount": {"Code": "095"},
        "Date": DAY,
        "Reference": "CB-1",
        "LineAmountTypes": "NoTax",
        "LineItems": [{"Description": "Chargeback", "LineAmount": Decimal(amount), "AccountCode": "404"}],
    }


def journal() -> dict[str, Any]:
    lines = [
        {"LineAmount": Decimal(sign * 12), "AccountCode": code} for sign, code in ((1, "404"), (-1, "200"))
    ]
    return {"Narration": "Dispute CB-1 lost", "Date": DAY, "Status": "POSTED", "JournalLines": lines}


def transfer() -> dict[str, Any]:
    sides = {"FromBankAccount": {"Code": "095"}, "ToBankAccount": {"Code": "090"}}
    return {**sides, "Amount": Decimal("12.00"), "Date": DAY, "Reference": "Settlement 77"}


INTENDED = {
    K.BANK_TRANSFER: (transfer(), "xero.bank.write", "bank_transfers"),
    K.SPEND: (bank("SPEND"), "xero.bank.write", "bank_transactions"),
    K.RECEIVE: (bank("RECEIVE"), "xero.bank.write", "bank_transactions"),
    K.JOURNAL: (journal(), "xero.manual_journals.write", "manual_journals"),
}
UNDONE = {
    K.BANK_TRANSFER: K.BANK_TRANSFER_DELETE, K.SPEND: K.BANK_TRANSACTION_DELETE, K.RECEIVE: K.BANK_TRANSACTION_DELETE, K.JOURNAL: K.JOURNAL_VOID,
}  # fmt: skip


@pytest.fixture
def placed(books: Books) -> Books:
    books.place()
    books.deliver()
    return books


def lose_the_answer(books: Books, route: str, kind: str) -> None:
    """The call is done, its answer is lost, and Xero forgets the key before it is asked again."""
    books.xero.fail(route, Kind.TIMEOUT_AFTER, seconds=0.1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(dispatcher, "_more_soon", lambda run: False)
        patched.setattr(dispatcher, "SAME_KEY_ATTEMPTS", 1)
        books.deliver()
    assert Delivery.objects.filter(kind=kind, state="unknown").exists()
    books.xero.move_clock(600)
    Delivery.objects.exclude(state="answered").update(
        not_before=None, first_sent_at=timezone.now() - timedelta(minutes=7)
    )
    books.deliver(2)
    assert Delivery.objects.get(kind=kind, state="abandoned").results[0]["outcome"] == "found"


@pytest.mark.parametrize("kind", INTENDED)
@pytest.mark.parametrize("is_lost", [False, True], ids=["answered", "answer lost"])
def test_it_is_made_once(placed: Books, kind: str, is_lost: bool) -> None:
    document, route, collection = INTENDED[Posting.Kind(kind)]
    intend(placed, kind, document, amount_minor=1200)
    if is_lost:
        lose_the_answer(placed, route, kind)
    else:
        placed.deliver()
    assert Posting.objects.get(kind=kind).state == "posted"
    assert len(placed.in_xero(collection)) == 1


@pytest.mark.parametrize("kind", INTENDED)
@pytest.mark.parametrize("is_lost", [False, True], ids=["answered", "answer lost"])
def test_it_is_undone_once(placed: Books, kind: str, is_lost: bool) -> None:
    document, route, collection = INTENDED[Posting.Kind(kind)]
    made = intend(placed, kind, document, amount_minor=1200)
    placed.deliver()
    made.refresh_from_db()
    undone = UNDONE[Posting.Kind(kind)]
    undo(placed, undone, made)
    if is_lost:
        lose_the_answer(placed, route, undone)
    else:
        placed.deliver()
    made.refresh_from_db()
    assert made.state == "reversed"
    assert [row["Status"] for row in placed.in_xero(collection)] == [made.remote_status]


def test_a_whole_sale_is_undone_from_the_money_down(books: Books) -> None:
    """As a roll-back does it: the refund, its credit note, the payment, then the invoice."""
    books.place()
    books.pay()
    refund_event(books.opayo, "R1", "5.00", related="")
    books.process()
    books.deliver()
    rows = {row.kind: row for row in Posting.objects.all()}
    money = undo(books, K.REFUND_DELETE, rows[K.REFUND])
    undo(books, K.CREDIT_NOTE_VOID, rows[K.CREDIT_NOTE], after=money)
    payment = undo(books, K.PAYMENT_DELETE, rows[K.PAYMENT])
    undo(books, K.INVOICE_VOID, rows[K.INVOICE], after=payment)
    books.deliver()
    assert [row["Status"] for row in books.in_xero("invoices")] == ["VOIDED"]
    assert [row["Status"] for row in books.in_xero("credit_notes")] == ["VOIDED"]
    assert books.live_payments() == []
    states = dict(
        Posting.objects.filter(pk__in=[row.pk for row in rows.values()]).values_list("kind", "state")
    )
    assert {states[kind] for kind in rows if kind != K.CONTACT} == {"reversed"}


@pytest.mark.parametrize("is_lost", [False, True], ids=["answered", "answer lost"])
def test_a_credit_note_is_taken_off_its_invoice(placed: Books, is_lost: bool) -> None:
    invoice = Posting.objects.get(kind="invoice")
    placed.pay(status="OK")
    note = intend(
        placed,
        K.CREDIT_NOTE,
        {
            "Type": "ACCRECCREDIT", "CreditNoteNumber": "CN-9", "Status": "AUTHORISED", "Date": DAY,
            "LineAmountTypes": "NoTax", "CurrencyCode": "GBP",
            "LineItems": [{"Description": "Unpaid", "LineAmount": Decimal("5.00"), "AccountCode": "200"}],
        },
        amount_minor=500,
        waits_for=invoice,
    )  # fmt: skip
    Posting.objects.filter(kind="payment").update(state="cancelled")
    placed.deliver()
    note.refresh_from_db()
    allocation = intend(
        placed,
        K.CREDIT_NOTE_ALLOCATION,
        {"Amount": Decimal("5.00"), "Date": DAY},
        amount_minor=500,
        waits_for=note,
    )
    if is_lost:
        lose_the_answer(placed, "xero.credit_notes.write", K.CREDIT_NOTE_ALLOCATION)
    else:
        placed.deliver()
    assert [row["AmountDue"] for row in placed.in_xero("invoices")] == [Decimal("33.34")]
    allocation.refresh_from_db()
    undo(placed, K.ALLOCATION_DELETE, allocation)
    placed.deliver()
    allocation.refresh_from_db()
    assert allocation.state == "reversed"
    assert [row["AmountDue"] for row in placed.in_xero("invoices")] == [Decimal("38.34")]


def test_an_overpayment_is_given_back_once_though_the_answer_was_lost(books: Books) -> None:
    books.place(payment=None)
    transaction_event(books.opayo, "HF-10042-1", "40.00")
    books.process()
    books.deliver()
    over = Posting.objects.get(kind=K.OVERPAYMENT)
    back = {
        "Account": {"Code": "095"},
        "Date": DAY,
        "Amount": Decimal("1.66"),
        "Reference": "HF-10042-1 (undone)",
    }
    intend(
        books,
        K.OVERPAYMENT_DELETE,
        back,
        key=over.natural_key,
        waits_for=over,
        changes=over,
        amount_minor=166,
    )
    lose_the_answer(books, "xero.payments.write", K.OVERPAYMENT_DELETE)
    over.refresh_from_db()
    assert over.state == "reversed"
    assert [row["RemainingCredit"] for row in books.in_xero("overpayments")] == [Decimal(0)]
    assert len(books.live_payments()) == 2
