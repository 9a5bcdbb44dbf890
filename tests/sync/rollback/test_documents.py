"""Single documents, locked periods, what blocks, and posting again, in a simulated Xero over a real socket."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.models import Order
from sandbox.xero.apps import DEMO_TENANT
from sync.models import Delivery, Posting, Problem, Rollback
from sync.services.rollback.asking import Scope, ask_for
from sync.services.rollback.lifting import post_again
from tests.factories import AccountRoleFactory
from tests.sync.delivering.test_undoing import intend, transfer
from tests.sync.rollback.conftest import DAY, Trade

pytestmark = pytest.mark.usefixtures("_quick")


def states(kind: str) -> list[str]:
    return list(Posting.objects.filter(kind=kind).order_by("pk").values_list("state", flat=True))


def in_xero(trade: Trade, collection: str, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in trade.books.in_xero(collection)]


def test_an_order_is_rolled_back_stands_still_and_is_posted_again(trade: Trade) -> None:
    (number,) = trade.sell(1)
    trade.pay(number, "40.00")
    trade.give_back(number, "10.00")
    trade.post()
    before = trade.ledger()
    order = Order.objects.get()
    rollback = trade.roll_back(Scope.of_order(order))
    assert (rollback.state, rollback.is_proved) == ("done", True), rollback.proof
    assert trade.ledger() == {}

    count = Posting.objects.count()
    trade.books.place(
        number, total="38.34", delivery={"name": "Courier", "tax_rate": "20", "tax": "0.66", "total": "3.95"}
    )
    trade.post()
    assert Posting.objects.count() == count, "its books stand still, whatever is told of it"

    assert post_again(rollback, trade.administrator, "The accounts are right now").orders == 1
    trade.post()
    assert trade.ledger() == before
    assert in_xero(trade, "invoices", "InvoiceNumber", "Status") == [
        (number, "VOIDED"), (f"{number}-2", "PAID"),
    ]  # fmt: skip
    assert [status for _, status in in_xero(trade, "credit_notes", "CreditNoteNumber", "Status")] == [
        "VOIDED",
        "PAID",
    ]
    again = trade.roll_back(Scope.of_order(order))
    assert again.is_proved
    assert trade.ledger() == {}


def test_a_day_in_a_locked_period_is_reversed_on_the_first_open_day(trade: Trade) -> None:
    numbers = trade.sell(3)
    for number in numbers[:2]:
        trade.pay(number)
    trade.give_back(numbers[0], "12.90")
    trade.post()
    documents = trade.documents()
    trade.books.xero.at(lambda system: system.set_lock_dates(period=DAY))
    blocked = trade.plan(Scope.of_day(DAY))
    assert {blocker["code"] for step in blocked.steps.all() for blocker in step.blockers} == {"locked"}

    trade.pair.locked_period = "first_open_day"
    trade.pair.save()
    AccountRoleFactory(pair=trade.pair, role="reversals", account_code="620")
    rollback = trade.roll_back(Scope.of_day(DAY))
    assert (rollback.state, rollback.is_proved) == ("done", True), (rollback.error, rollback.proof)
    assert trade.ledger() == {}, "nothing is left, on Reversals neither"
    after = trade.documents()
    stays = {key: word for key, word in documents.items() if word not in {"DRAFT"}}
    assert {key: after[key] for key in stays} == stays, "what is locked is not touched"
    first_open = DAY + timedelta(days=1)
    assert in_xero(trade, "manual_journals", "Date", "Status") == [(first_open, "POSTED")] * 3
    narrations = [narration for (narration,) in in_xero(trade, "manual_journals", "Narration")]
    assert all(f"of {DAY.isoformat()}" in narration for narration in narrations)


def test_what_blocks_one_order_leaves_that_one_out(trade: Trade) -> None:
    numbers = trade.sell(3)
    for number in numbers:
        trade.pay(number, "20.00" if number == numbers[1] else "38.34")
    trade.post()
    payments = {row["Reference"]: row for row in trade.books.in_xero("payments")}

    def meanwhile(system: Any) -> None:
        books = system.books[DEMO_TENANT]
        reconciled = books.payments[payments[f"{numbers[0]}-1"]["PaymentID"]]
        books.put(books.payments, {**reconciled, "IsReconciled": True})

    trade.books.xero.at(meanwhile)
    plan = trade.plan(Scope.of_day(DAY))
    assert {
        step.posting.natural_key: step.blockers[0]["code"] for step in plan.steps.exclude(blockers=[])
    } == {f"{numbers[0]}-1": "reconciled"}
    rollback = trade.roll_back(Scope.of_day(DAY), leaves_out_blocked=True)
    assert rollback.is_proved
    assert sorted(states("payment")) == ["posted", "reversed", "reversed"]
    assert rollback.orders.count() == 2
    assert trade.ledger()["095"] == Decimal("38.34")


def test_one_call_and_a_bank_transfer_are_rolled_back(trade: Trade) -> None:
    numbers = trade.sell(4)
    for number in numbers:
        trade.pay(number)
    trade.post()
    moved = intend(trade.books, "bank_transfer", transfer(), amount_minor=1200)
    trade.books.deliver()
    rollback = trade.roll_back(Scope.of_posting(moved))
    assert [(row["account"], row["minor"]) for row in rollback.effects] == [("090", -1200), ("095", 1200)]
    assert rollback.is_proved, rollback.proof
    assert in_xero(trade, "bank_transfers", "Status") == [("DELETED",)]

    call = Delivery.objects.get(kind="payment")
    rollback = trade.roll_back(Scope.of_delivery(call))
    assert rollback.is_proved, rollback.proof
    assert "095" not in trade.ledger()
    assert states("invoice") == ["posted"] * 4


def test_a_balance_that_is_not_what_it_had_to_be_is_a_problem(trade: Trade) -> None:
    (number,) = trade.sell(1)
    trade.pay(number)
    trade.post()
    order = Order.objects.get()
    rollback = trade.plan(Scope.of_order(order))
    elsewhere = [{"account": "095", "currency": "GBP", "minor": -3000}]
    Rollback.objects.filter(pk=rollback.pk).update(effects=elsewhere)
    ask_for(rollback, trade.administrator, "Wrong accounts")
    rollback = trade.carry_out(rollback)
    assert (rollback.state, rollback.is_proved) == ("done", False)
    (line,) = rollback.proof["accounts"]
    assert (line["expected"], line["after"]) == ("8.34", "0")
    assert Problem.objects.get(code="rollback_unproved").resolved_at is None
