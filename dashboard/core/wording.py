"""How amounts and times are written for people: one way, everywhere."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from integrations.core.money import Money

# Signs that nobody mistakes for another currency; all others are written with their ISO code.
_SIGNS: Final[dict[str, str]] = {"GBP": "£", "EUR": "€", "USD": "US$"}
_MINUS: Final = "\N{MINUS SIGN}"
_THIN: Final = "\N{NO-BREAK SPACE}"


def written_money(minor: int, currency: str) -> str:
    """`minor` units of `currency` as people write it: £1,234.50, −€3.00, CHF 12.00, JPY 1,200."""
    amount = Money(minor, currency).to_decimal()
    sign = _MINUS if minor < 0 else ""
    return f"{sign}{_SIGNS.get(currency, currency + _THIN)}{abs(amount):,}"


def written_moment(at: datetime, zone: str, now: datetime) -> str:
    """A moment in `zone`: "14:05" today, "3 Nov 14:05" this year, "3 Nov 2025 14:05" before."""
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    if local.date() == today.date():
        return f"{local:%H:%M}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {local:%b}{year} {local:%H:%M}"


def written_span(span: timedelta) -> str:
    """A length of time in its largest unit: "now", "12 s", "5 min", "3 h", "2 days"."""
    seconds = int(abs(span).total_seconds())
    for size, unit in ((86_400, "day"), (3600, "h"), (60, "min"), (1, "s")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if unit == 'day' and count > 1 else ''}"
    return "now"


def written_ago(at: datetime, now: datetime) -> str:
    """How far `at` is from `now`: "5 min ago", "in 3 h", "now"."""
    span = written_span(now - at)
    if span == "now":
        return span
    return f"{span} ago" if at <= now else f"in {span}"


def counted(count: int, one: str, many: str = "") -> str:
    """ "1 order", "1,204 orders": `many` only where it is not `one` with an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
