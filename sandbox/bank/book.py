"""The accounts' lines as they are kept: each day's arrivals and each day's everyday business, whole rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Final

from sandbox.bank.core.accounts import ACCOUNTS
from sandbox.bank.core.arrivals import Manners, arrive
from sandbox.bank.core.everyday import everyday
from sandbox.bank.switches import SWITCHES
from sandbox.kernel.calendar import london_day
from sandbox.kernel.store import Row
from sandbox.kernel.world import World

Payments = Callable[[], Sequence[Row]]
FIRST_LINE: Final = 20000000000001
_PROGRESS: Final = "next"
_DAY: Final = timedelta(days=1)


class Book:
    """Rows in `bank.entries`, each a list of lines that were booked together and the payments they are for."""

    def __init__(self, world: World, payments: Payments, first_day: Callable[[], date | None]) -> None:
        self._world = world
        self._payments = payments
        self._first_day = first_day
        self._entries = world.store.table("bank.entries")
        self._days = world.store.table("bank.days")
        self._lines: dict[str, list[Row]] = {currency: [] for currency in ACCOUNTS}
        self._arrived: set[str] = set()
        self._count = 0
        for row in self._entries.values():
            self._note(row)

    def lines(self, currency: str) -> list[Row]:
        """All lines of an account, in the order they were booked."""
        return self._lines[currency]

    def run(self) -> None:
        """Book what was paid since, and the days that have begun."""
        self._book_payments()
        self._live()

    def _book_payments(self) -> None:
        paid = self._payments()
        if len(paid) == len(self._arrived):
            return
        found: dict[tuple[date, str], list[Row]] = {}
        for payment in paid:
            if payment["funding_id"] not in self._arrived:
                found.setdefault((payment["on"], payment["currency"]), []).append(payment)
        for (day, currency), payments in sorted(found.items()):
            rng = random.Random(f"bank/{currency}/{payments[0]['funding_id']}")
            drafts = arrive(payments, day, self._manners(), rng)
            named = [payment["funding_id"] for payment in payments]
            self._put(f"arrival/{currency}/{named[0]}", currency, day, drafts, named)

    def _live(self) -> None:
        """Everyday business, a day at a time since the first settlement."""
        today = london_day(self._world.clock.business())
        row = self._days.get(_PROGRESS)
        day = row["day"] if row else self._first_day()
        if day is None:
            return
        if row is not None and row["day"] == today + _DAY:
            return
        # The clock may have been moved back: days before the first are lived as well, none twice.
        day = min(day, today)
        while day <= today:
            for currency in ACCOUNTS:
                self._live_day(currency, day)
            day += _DAY
        if row is None or row["day"] != day:
            self._days.put(_PROGRESS, {"day": day})

    def _live_day(self, currency: str, day: date) -> None:
        key = f"everyday/{currency}/{day}"
        if key not in self._entries:
            rng = random.Random(f"bank/{currency}/{day}")
            drafts = everyday(currency, day, str(self._switch("noise")), rng)
            if drafts:
                self._put(key, currency, day, drafts, [])

    def add(self, currency: str, day: date, draft: dict[str, Any]) -> Row:
        """Book one more line that no acquirer has to do with."""
        entry = self._put(f"added/{currency}/{self._count}", currency, day, [draft], [])
        line: Row = entry["lines"][0]
        return line

    def _put(
        self, key: str, currency: str, day: date, drafts: list[dict[str, Any]], payments: list[str]
    ) -> Row:
        first = FIRST_LINE + self._count
        lines = [
            {**draft, "line_id": str(first + place), "on": day, "currency": currency}
            for place, draft in enumerate(drafts)
        ]
        row = {"currency": currency, "on": day, "payments": payments, "lines": lines}
        self._note(self._entries.put(key, row))
        return row

    def _note(self, row: Row) -> None:
        self._lines[row["currency"]] += row["lines"]
        self._arrived.update(row["payments"])
        self._count += len(row["lines"])

    def _manners(self) -> Manners:
        return Manners(
            str(self._switch("references")),
            bool(self._switch("splits")),
            int(self._switch("twins_in_hundred")),
        )

    def _switch(self, name: str) -> Any:
        return self._world.switches.get(f"bank.{name}", SWITCHES[f"bank.{name}"].default)
