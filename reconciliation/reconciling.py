"""Everything that follows by itself from settlements and bank lines as they are: ties, matches, alerts, postings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from integrations.clock import business_now
from integrations.models import Pair
from reconciliation.books.booking import Booked, book
from reconciliation.matching.storing import Found, run_matching
from reconciliation.settlements.cases import tie_cases
from reconciliation.settlements.expecting import learn_lags, look_for_late_money, look_for_untold
from reconciliation.settlements.retaking import retake
from sync.services.wakes import wake_pair


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a run came to."""

    retaken: int
    found: Found
    booked: Booked


def reconcile(pair: Pair) -> Reconciled:
    """Bring a pair's settlements up to date. It may run at any time, again and again: it does what is still to be done."""
    today = business_today(pair)
    retaken = retake(pair, today)
    tie_cases(pair)
    found = run_matching(pair)
    learn_lags(pair)
    look_for_late_money(pair)
    look_for_untold(pair, today)
    booked = book(pair, today)
    if booked.is_anything:
        wake_pair(pair)
    return Reconciled(retaken, found, booked)


def business_today(pair: Pair) -> date:
    """The day of the books, in the pair's zone."""
    return business_now().astimezone(ZoneInfo(pair.zone)).date()
