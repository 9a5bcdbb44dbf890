"""Days of trade in a simulated Xero over a real socket, and roll-backs of them."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from pytest_django import Settings

from integrations.models import Role, User
from sync.models import Posting, Rollback
from sync.services.delivering import dispatcher
from sync.services.rollback.asking import Scope, ask_for, propose
from sync.services.rollback.worker import work_on
from tests.factories import MembershipFactory
from tests.sync.delivering.conftest import Books, books, xero
from tests.sync.messages import order as order_body
from tests.sync.messages import refund_event, shop_event, transaction_event

__all__ = ["books", "xero"]

DAY = date(2026, 11, 22)
_FORK = multiprocessing.get_context("fork")
Ledger = dict[str, Decimal]


class Trade:
    """Orders of one day, told in bulk and posted in batches."""

    def __init__(self, books: Books) -> None:
        self.books, self.pair = books, books.pair
        books.xero.switch("xero.limits", "off")
        self.administrator: User = MembershipFactory(pair=self.pair, role=Role.ADMINISTRATOR).user

    def sell(self, count: int, day: date = DAY, first: int = 1, **changes: Any) -> list[str]:
        """So many orders of 38.34, each told with its code."""
        numbers = [f"HF-{first + index}" for index in range(count)]
        for number in numbers:
            told = {"placed_at": f"{day.isoformat()}T10:15:00Z", **changes}
            shop_event(self.books.shop, **order_body(number, **told))
        self.process()
        return numbers

    def pay(self, number: str, amount: str = "38.34", day: date = DAY, attempt: int = 1) -> None:
        transaction_event(
            self.books.opayo, f"{number}-{attempt}", amount, at=f"{day.isoformat()}T11:00:00+00:00"
        )

    def give_back(self, number: str, amount: str = "38.34", day: date = DAY) -> None:
        refund_event(
            self.books.opayo, f"{number}-R", amount, related="", related_code=f"{number}-1",
            at=f"{day.isoformat()}T15:00:00+00:00",
        )  # fmt: skip

    def process(self) -> None:
        for _ in range(3):
            self.books.process()

    def post(self) -> None:
        """Everything that is ready, and what waits for it."""
        self.process()
        moving = Posting.objects.filter(state__in=["ready", "waiting", "sending", "retrying"])
        for _ in range(60):
            if not moving.exists():
                break
            self.books.deliver()
        assert not moving.exists(), list(moving.values_list("kind", "natural_key", "state", "error")[:5])

    # Roll-backs

    def plan(self, scope: Scope) -> Rollback:
        rollback = propose(self.pair, scope, self.administrator)
        work_on(rollback.pk)
        rollback.refresh_from_db()
        assert rollback.is_planned, rollback.error
        return rollback

    def roll_back(self, scope: Scope, *, leaves_out_blocked: bool = False) -> Rollback:
        """Planned, asked for, and carried out to its end."""
        rollback = self.plan(scope)
        ask_for(rollback, self.administrator, "Wrong accounts", leaves_out_blocked=leaves_out_blocked)
        return self.carry_out(rollback)

    def carry_out(self, rollback: Rollback) -> Rollback:
        carry_out(self.books.connection.pk, rollback.pk)
        rollback.refresh_from_db()
        return rollback

    def killed_while(self, rollback: Rollback, arrange: Callable[[], None]) -> None:
        """A worker of its own carries the roll-back out until `arrange` has it killed."""
        connections.close_all()
        worker = _FORK.Process(target=_work, args=(arrange, self.books.connection.pk, rollback.pk))
        worker.start()
        worker.join(60)
        assert worker.exitcode == -signal.SIGKILL

    # What Xero has

    def ledger(self) -> Ledger:
        """Each account's balance, in base currency; those with nothing on them are left out."""
        told = self.books.xero.at(lambda system: system.truth())["balances"]
        return {code: row["base"] for code, row in told.items() if row["base"]}

    def documents(self) -> dict[tuple[str, str], str]:
        """The status of every document, by its collection and id."""
        names = {
            "invoices": "InvoiceID", "credit_notes": "CreditNoteID", "payments": "PaymentID",
            "bank_transactions": "BankTransactionID", "bank_transfers": "BankTransferID",
            "manual_journals": "ManualJournalID",
        }  # fmt: skip
        told = self.books.xero.at(lambda system: system.truth())
        return {(name, row[key]): row["Status"] for name, key in names.items() for row in told[name]}


def carry_out(connection_id: int, rollback_id: int) -> None:
    """As the workers do it: the roll-back's own task, then the dispatcher, until it is over or needs a person."""
    for _ in range(20):
        work_on(rollback_id)
        if Rollback.objects.get(pk=rollback_id).state not in {"running", "awaiting_approval"}:
            return
        dispatcher.dispatch(connection_id, notices_due=lambda pair_id: None)
    raise AssertionError(Rollback.objects.get(pk=rollback_id).error or "It does not come to an end.")


def _work(arrange: Callable[[], None], connection_id: int, rollback_id: int) -> None:
    arrange()
    carry_out(connection_id, rollback_id)


def die() -> None:
    """As the kernel ends a process: nothing is tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def trade(books: Books, settings: Settings) -> Iterator[Trade]:
    settings.HTTP_TIMEOUT_SECONDS = 20
    yield Trade(books)


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches need not wait for more to come."""
    monkeypatch.setattr("sync.core.batching.BURST_QUIET_SECONDS", 0.05)
