"""A whole day is taken back, the worker killed by SIGKILL at its worst moments: the ledger is the one from before."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest

from integrations.models import ApiCall
from sync.services.delivering import dispatcher
from sync.services.rollback import running
from sync.services.rollback.asking import Scope, ask_for
from tests.sync.rollback.conftest import DAY, Trade, die

pytestmark = [pytest.mark.usefixtures("_quick"), pytest.mark.story]
KILLED = 5
ORDERS = int(os.environ.get("TILLBRIDGE_ORDERS_A_DAY", "20"))
"""How big the day is; docs/rollback.md says what was measured with 200."""
BEFORE = DAY - timedelta(days=1)


def a_day(trade: Trade, orders: int) -> None:
    """Paid, part-refunded, refunded, paid too much, and not paid at all."""
    for index, number in enumerate(trade.sell(orders, first=100)):
        if index % 10 != 9:
            trade.pay(number, "40.00" if index % 10 == 7 else "38.34")
        if index % 5 == 1:
            trade.give_back(number, "38.34" if index % 10 == 1 else "5.00")
    trade.post()


def earlier(trade: Trade) -> None:
    for number in trade.sell(3, BEFORE):
        trade.pay(number, day=BEFORE)
    trade.sell(1, BEFORE, first=50)
    trade.pay("HF-50", "20.00", BEFORE)
    trade.post()


def on_call(kind: str, nth: int, place: str) -> Callable[[], None]:
    """The worker dies at its nth call of a kind: before it is sent, or after Xero has done it and before we know."""
    seen = count(1)

    def arrange() -> None:
        name = {"before": "send", "after": "settle"}[place]
        real = getattr(dispatcher, name)

        def dying(*args: object) -> object:
            delivery = args[0] if place == "after" else args[1]
            if delivery.kind == kind and next(seen) == nth:  # type: ignore[attr-defined]  # a delivery
                die()
            return real(*args)

        setattr(dispatcher, name, dying)

    return arrange


def on_phase(nth: int) -> Callable[[], None]:
    """The worker dies as its nth phase is being written down, before that is committed."""
    seen = count(1)

    def arrange() -> None:
        names = vars(running)
        real = names["update_rows"]

        def dying(*args: object) -> None:
            real(*args)
            if next(seen) == nth:
                die()

        names["update_rows"] = dying

    return arrange


def test_the_ledger_is_the_one_from_before(trade: Trade) -> None:
    earlier(trade)
    ledger, documents = trade.ledger(), trade.documents()
    a_day(trade, ORDERS)
    trade.pay("HF-50", "18.34", attempt=2)
    trade.post()
    rollback = trade.plan(Scope.of_day(DAY))
    assert list(rollback.steps.exclude(blockers=[])) == []
    planned = rollback.calls
    ask_for(rollback, trade.administrator, "Posted to the wrong accounts")
    for arrange in (
        on_phase(3), on_call("payment_delete", ORDERS // 4, "before"), on_call("payment_delete", ORDERS // 4, "after"),
        on_call("credit_note_void", 1, "after"), on_call("invoice_void", 1, "before"),
    ):  # fmt: skip
        trade.killed_while(rollback, arrange)
    trade.carry_out(rollback)

    assert rollback.state == "done", rollback.error
    assert rollback.is_proved, rollback.proof
    assert rollback.proof["wrong"] == []
    assert trade.ledger() == ledger
    after = trade.documents()
    assert {key: after[key] for key in documents} == documents
    assert {word for key, word in after.items() if key not in documents} - {"VOIDED", "DELETED"} == {
        "AUTHORISED"
    }
    assert _left_over(trade, documents) == [Decimal("1.66")] * 2 * (ORDERS // 10)
    calls = ApiCall.objects.exclude(purpose="oauth").filter(started_at__gt=rollback.asked_at).count()
    assert calls <= planned + KILLED * dispatcher.IN_FLIGHT, (
        "no more calls than the plan said, but for what the kills had sent again"
    )


def _left_over(trade: Trade, documents: dict[tuple[str, str], str]) -> list[Decimal]:
    """Overpayments are not deleted in Xero but given back: both stay, and come to nothing."""
    truth = trade.books.xero.at(lambda system: system.truth())
    return [
        row.get("Amount", row.get("Total"))
        for name, key in (("payments", "PaymentID"), ("bank_transactions", "BankTransactionID"))
        for row in truth[name]
        if (name, row[key]) not in documents and row["Status"] == "AUTHORISED"
    ]
