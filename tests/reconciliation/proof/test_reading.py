"""Xero read back over a real socket: a clean day is clean, and whatever somebody changes there is found and named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from benchmarks import faults
from integrations.models import ApiCall, AuditEntry, Connection
from integrations.xero.client import XeroClient
from reconciliation.models import AcceptedChange, Reading
from reconciliation.proof import mending
from reconciliation.proof.accounts import Clearing
from reconciliation.proof.core.lights import Moment
from reconciliation.proof.proving import prove_xero, today_of
from reconciliation.proof.reading import read_xero
from sync.models import Posting, Problem
from sync.services.actions import ActionRefusedError
from tests.sync.delivering.conftest import books, xero
from tests.sync.rollback.conftest import Trade, trade

__all__ = ["books", "trade", "xero"]

pytestmark = pytest.mark.story
GBP = Clearing("095", "GBP")


@pytest.fixture
def day(trade: Trade) -> Trade:
    """Five orders, paid; one refunded; a fee spent and a transfer to the bank made."""
    for number in trade.sell(5):
        trade.pay(number)
    trade.give_back("HF-1", "10.00")
    trade.post()
    line = {"Description": "Fees", "Quantity": 1, "UnitAmount": 2, "LineAmount": 2, "AccountCode": "404", "TaxType": "NONE", "TaxAmount": 0}  # fmt: skip
    for each in range(5):
        _make(trade, "spend", f"fee {each}", 200, {
            "Type": "SPEND", "Contact": {"Name": "Elavon"}, "BankAccount": {"Code": "095"}, "Date": f"2026-11-2{each}",
            "Reference": f"fee {each}", "LineAmountTypes": "NoTax", "LineItems": [line], "CurrencyCode": "GBP",
        })  # fmt: skip
    for each in range(2):
        _make(trade, "bank_transfer", f"line {each}", 1500, {
            "FromBankAccount": {"Code": "095"}, "ToBankAccount": {"Code": "090"}, "Amount": 15, "Date": "2026-11-22",
            "Reference": f"line {each}",
        })  # fmt: skip
    trade.post()
    return trade


def _make(trade: Trade, kind: str, key: str, minor: int, document: Mapping[str, Any]) -> None:
    Posting.objects.create(
        pair=trade.pair, kind=kind, natural_key=key, state="ready", ready_at=timezone.now(), document=document,
        amount_minor=minor, currency="GBP",
    )  # fmt: skip


def caller(connection: Connection) -> faults.Call:
    """Somebody at Xero's own pages, in effect."""
    client = XeroClient(connection)

    def call(method: str, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        sent = faults.as_json(body) if body else None
        reply = client.call(method, path, purpose="person", body=sent)
        assert reply.status == 200, reply.body
        return reply.body

    return call


def read(trade: Trade) -> list[dict[str, Any]]:
    """What a reading of the pounds' clearing account finds."""
    readings = {each.account_code: each for each in read_xero(trade.books.connection)}
    findings: list[dict[str, Any]] = readings["095"].findings
    return findings


def test_a_day_agrees_to_the_penny_and_what_people_do_in_xero_is_named_accepted_or_posted_again(
    day: Trade,
) -> None:
    _nothing_is_read_while_documents_are_on_their_way(day)
    _a_clean_day_agrees_in_five_calls(day)
    _money_that_was_there_before_is_accepted(day)
    _a_payment_that_somebody_deleted_is_posted_again(day)
    _a_change_that_xero_does_not_list_is_found_by_its_day(day)


def _nothing_is_read_while_documents_are_on_their_way(day: Trade) -> None:
    Posting.objects.filter(kind="spend").update(state="sending")
    assert read_xero(day.books.connection) == []
    Posting.objects.filter(kind="spend").update(state="posted")
    assert not Reading.objects.exists() and not ApiCall.objects.filter(purpose="reports").exists()


def _a_clean_day_agrees_in_five_calls(day: Trade) -> None:
    assert read(day) == []
    reading = Reading.objects.get(account_code="095")
    assert reading.xero_minor == reading.ours_minor == 5 * 3834 - 1000 - 5 * 200 - 2 * 1500
    assert reading.read_to is not None
    assert ApiCall.objects.filter(purpose="reports").count() == 5
    found = prove_xero(day.pair, GBP, Moment(today_of(day.pair)))
    assert (found.light, found.difference) == ("green", 0)


def _money_that_was_there_before_is_accepted(day: Trade) -> None:
    line = {"Description": "Before", "Quantity": 1, "UnitAmount": 7, "AccountCode": "200", "TaxType": "NONE"}
    received = {
        "Type": "RECEIVE", "Contact": {"Name": "Somebody"}, "BankAccount": {"Code": "095"}, "Date": "2026-10-01",
        "Reference": "before", "LineAmountTypes": "NoTax", "LineItems": [line],
    }  # fmt: skip
    caller(day.books.connection)("PUT", "/BankTransactions", {"BankTransactions": [received]})
    [found] = read(day)
    assert (found["what"], found["minor"]) == ("strange", 700)
    finding = mending.find(day.pair, "095", "GBP", "BankTransactions", found["id"])
    with pytest.raises(ActionRefusedError, match="Say why"):
        mending.accept(day.pair, finding, day.administrator, " ")
    mending.accept(day.pair, finding, day.administrator, "From before.")
    assert prove_xero(day.pair, GBP, Moment(today_of(day.pair))).light == "green"
    assert read(day) == []
    assert AcceptedChange.objects.get().minor == 700
    assert AuditEntry.objects.filter(action="proof.accepted").count() == 1
    assert not Problem.objects.filter(code="xero_differs", resolved_at=None).exists()
    with pytest.raises(ActionRefusedError, match="dealt with"):
        mending.find(day.pair, "095", "GBP", "BankTransactions", found["id"])


def _a_payment_that_somebody_deleted_is_posted_again(day: Trade) -> None:
    gone = Posting.objects.filter(kind="payment").order_by("pk")[1]
    faults.delete_payment(caller(day.books.connection), gone)
    [found] = read(day)
    finding = mending.find(day.pair, "095", "GBP", "Payments", found["id"])
    mending.post_again(day.pair, finding, day.administrator, "Deleted by mistake.")
    day.post()
    assert read(day) == []
    assert Posting.objects.filter(payment=gone.payment, kind="payment", state="posted").count() == 1
    assert prove_xero(day.pair, GBP, Moment(today_of(day.pair))).light == "green"


def _a_change_that_xero_does_not_list_is_found_by_its_day(day: Trade) -> None:
    """As if it had happened before the last reading that agreed."""
    gone = Posting.objects.filter(kind="spend").order_by("pk")[2]
    faults.delete_spent(caller(day.books.connection), gone)
    Reading.objects.update(read_to=timezone.now() + timedelta(hours=1))
    [found] = read(day)
    assert (found["what"], found["posting"], found["minor"]) == ("lost", gone.pk, 200)


def test_every_change_is_found_and_names_its_document(day: Trade) -> None:
    read(day)
    kinds = ("payment", "refund", "spend", "bank_transfer", "credit_note")
    postings = {
        kind: list(Posting.objects.filter(kind=kind, state="posted").order_by("pk")) for kind in kinds
    }
    postings["payment"] = postings["payment"][1:]  # the first one's order has the refund
    injected = list(faults.in_xero(caller(day.books.connection), postings))
    for fault in injected:
        fault.put_in()
    findings = read(day)
    named = {each["posting"] for each in findings}
    assert {fault.posting.pk for fault in injected} == named
    alerts = Problem.objects.filter(code="xero_differs", resolved_at=None)
    assert alerts.count() == len(findings)
    assert not [each for each in findings if each["what"] == "unexplained"]
    found = prove_xero(day.pair, GBP, Moment(today_of(day.pair)))
    assert found.light == "red"
    assert (
        found.difference
        == sum(each["minor"] for each in findings if each["collection"] != "CreditNotes")
        != 0
    )
