"""One customer's visit: an order placed, told to the bridge, and paid, or not."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sandbox.kernel.store import Row, Store
from sandbox.shop.desk import OrderDesk, next_code
from sandbox.shop.trade.after_sales import AfterSales
from sandbox.shop.trade.cashier import Cashier
from sandbox.shop.trade.plan import Attempt, Method, Outcome, PlannedOrder

PATIENCE: Final = 180.0
"""Seconds a customer waits for the bridge's payment page before giving up."""


SUCCEEDED: Final = frozenset({"OK", "AUTHENTICATED", "REGISTERED"})
"""Status of an attempt that leaves something to act upon."""


@dataclass(slots=True)
class Visit:
    """A planned order under its real number."""

    order: PlannedOrder
    number: str


class PaymentLog:
    """Real times and results of attempts to pay, in `shop.payments` by VendorTxCode."""

    def __init__(self, store: Store) -> None:
        self._table = store.table("shop.payments")

    def made(self, number: str, code: str, method: str, status: str, at: float) -> None:
        """Write down how an attempt ended, and when by the real clock (seconds since the epoch)."""
        row = self._table.get(code) or {}
        self._table.put(
            code, {**row, "order_number": number, "method": method, "status": status, "paid_at": at}
        )

    def notified(self, code: str, at: float) -> None:
        """Write down when the first notification of an attempt left."""
        row = self._table.get(code) or {}
        if "notified_at" not in row:
            self._table.put(code, {**row, "notified_at": at})

    def all(self) -> dict[str, Row]:
        """Every attempt by its VendorTxCode."""
        return {code: self._table[code] for code in self._table}

    def tally(self) -> dict[str, Any]:
        """How many attempts ended how."""
        counted = Counter(row.get("status", "by hand") for row in self._table.values())
        return {"attempts": dict(counted), "paid": counted["OK"]}


class Visits:
    """Carries visits through the shop, the bridge and Opayo."""

    def __init__(self, store: Store, desk: OrderDesk, cashier: Cashier, after_sales: AfterSales) -> None:
        self.payments = PaymentLog(store)
        self._desk = desk
        self._cashier = cashier
        self.after_sales = after_sales
        self._pages: dict[str, asyncio.Future[Mapping[str, Any]]] = {}
        desk.on_payment_page = self._page_is_there

    def enter(self, order: PlannedOrder) -> Visit:
        """Place the order and, where the shop itself takes the money, begin the first attempt."""
        number = self._desk.place(order.customer, order.basket, order.note)["number"]
        visit = Visit(order, number)
        if order.attempts and order.method is Method.SERVER:
            self._desk.register(number, order.fate.tx_type)
        elif order.attempts and order.method is Method.PI:
            self._desk.note_pi(number, f"{number}-1")
        elif order.attempts and order.method is Method.CHECKOUT:
            self._pages[number] = asyncio.get_running_loop().create_future()
        return visit

    def announce(self, visit: Visit) -> None:
        """Tell the bridge of the order, and of any further attempts already made."""
        self._desk.announce(visit.number, checkout=visit.order.method is Method.CHECKOUT)
        row = self._desk.get(visit.number)
        for attempt in row["attempts"][1:] if row else ():
            self._desk.announce_attempt(visit.number, attempt)

    def pay_unannounced(self, visit: Visit) -> None:
        """Make all attempts before the bridge hears of the order; not for checkout through the bridge."""
        for count, attempt in enumerate(visit.order.attempts):
            if count:
                self._begin_again(visit)
            self._attempt(visit, attempt)

    async def pay(self, visit: Visit) -> None:
        """Make all attempts of an order the bridge was told of, and cancel it if the plan says so."""
        for count, attempt in enumerate(visit.order.attempts):
            if count:
                self._begin_again(visit)
                self._desk.announce_attempt(visit.number)
            elif visit.number in self._pages and not await self._page_came(visit.number):
                return
            self._attempt(visit, attempt)
        if visit.order.shop_cancels:
            self._desk.cancel(visit.number)

    def leave(self, visit: Visit) -> None:
        """Forget about a visit that is over."""
        self._pages.pop(visit.number, None)

    def _begin_again(self, visit: Visit) -> None:
        if visit.order.method is Method.PI:
            row = self._desk.get(visit.number)
            self._desk.note_pi(visit.number, next_code(row) if row else "")
        else:
            self._desk.register(visit.number, visit.order.fate.tx_type)

    def _attempt(self, visit: Visit, attempt: Attempt) -> None:
        row = self._desk.get(visit.number)
        if row is None or attempt.outcome is Outcome.ABANDONED:
            return
        tried = row["attempts"][-1]
        at, fate = time.time(), visit.order.fate
        if tried["method"] == "opayo_pi":
            code = tried["vendor_tx_code"]
            status = self._cashier.take_by_pi(row["order"], code, attempt, fate.tx_type)
        else:
            if fate.is_late_abort and attempt.outcome is Outcome.PAID:
                self._cashier.lose_answers(tried)
            status = self._cashier.serve(tried, attempt)
        self.payments.made(visit.number, tried["vendor_tx_code"], tried["method"], status, at)
        if status in SUCCEEDED:
            self.after_sales.plan(visit.number, tried["vendor_tx_code"], fate)

    async def _page_came(self, number: str) -> bool:
        try:
            await asyncio.wait_for(asyncio.shield(self._pages[number]), PATIENCE)
        except TimeoutError:
            return False
        return True

    def _page_is_there(self, number: str, attempt: Mapping[str, Any]) -> None:
        page = self._pages.get(number)
        if page is not None and not page.done():
            page.set_result(attempt)
