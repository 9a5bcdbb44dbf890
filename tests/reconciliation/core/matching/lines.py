"""Lines for tests of the matching."""

from __future__ import annotations

from datetime import date, timedelta

from reconciliation.core.matching.lines import Line
from reconciliation.core.matching.outcome import Match, Outcome

FIRST = date(2026, 3, 2)


def line(
    name: str,
    minor: int,
    *,
    day: int = 0,
    reference: str = "",
    description: str = "",
    counterparty: str = "",
    currency: str = "GBP",
    batch: str = "",
    keys: tuple[str, ...] = (),
) -> Line:
    """A line some days after 2 March 2026."""
    on = FIRST + timedelta(days=day)
    return Line(name, on, minor, currency, reference, description, counterparty, keys=keys, batch=batch)


def only(outcome: Outcome) -> Match:
    """The one match there is."""
    (match,) = outcome.matches
    return match


def codes(match: Match) -> set[str]:
    """The codes of its reasons."""
    return {reason.code for reason in match.reasons}
