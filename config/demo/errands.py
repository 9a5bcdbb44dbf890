"""What a merchant does every day: fetch what Opayo, the acquirers and the bank have, and have it booked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from config.demo.bank import BankDesk
from config.demo.disputes import DisputeDesk
from config.demo.people import PAIR
from config.demo.quiet import wait_until_quiet
from config.demo.reviewer import Reviewer
from config.demo.settlements import SettlementDesk
from config.demo.stack import Stack

_LONDON: Final = ZoneInfo("Europe/London")
_DAYS_BETWEEN_REVIEWS: Final = 7


class Errands:
    """The round of a day. A person goes through what is left open once a week."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._disputes = DisputeDesk(stack)
        self._settlements = SettlementDesk(stack)
        self._bank = BankDesk(stack)
        self._reviewer = Reviewer(stack)
        self._reviewed_on: date | None = None

    def begin(self) -> None:
        """What is done once, before the first day; doing it again changes nothing."""
        if self._stack.options.settlement:
            self._bank.open_accounts()

    def run(self) -> None:
        """Go round, and wait until all that follows is done."""
        # The schedules would do the same within minutes.
        self._stack.manage("catch_up")
        has_disputes = self._disputes.carry()
        if self._stack.options.settlement:
            self._settlements.carry()
            self._bank.carry(self._today())
        wait_until_quiet(self._stack)
        if has_disputes and self._stack.options.headless and self._disputes.tie():
            wait_until_quiet(self._stack)
        if self._stack.options.settlement:
            self._follow_money()

    def _follow_money(self) -> None:
        self._reconcile()
        if self._stack.options.headless and self._is_review_day():
            self.review()

    def review(self) -> None:
        """A person decides what is left open; what follows is booked."""
        if self._reviewer.review():
            self._reconcile()

    def _reconcile(self) -> None:
        self._stack.manage("reconcile", "--pair", PAIR)
        wait_until_quiet(self._stack)

    def _is_review_day(self) -> bool:
        today = self._today()
        self._reviewed_on = self._reviewed_on or today
        is_time = (today - self._reviewed_on).days >= _DAYS_BETWEEN_REVIEWS
        if is_time:
            self._reviewed_on = today
        return is_time

    def _today(self) -> date:
        """The business day, where the bank is."""
        now = datetime.fromisoformat(str(self._stack.control.get("clock")["business"]))
        return now.astimezone(_LONDON).date()
