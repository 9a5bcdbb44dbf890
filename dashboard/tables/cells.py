"""What stands in a list: each kind of value with its look on the page and its value in an export."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from dashboard.core.states import StateWords
from dashboard.core.wording import written_moment, written_money
from dashboard.templatetags.tillbridge import time_element
from integrations.core.money import Money

Exported = str | int | Decimal | datetime | None
_NONE = SafeString('<span class="none">—</span>')


class Cell(Protocol):
    """Knows how to show itself and what it is worth in an export."""

    def html(self) -> SafeString: ...

    def exported(self) -> tuple[Exported, ...]:
        """One value per exported column; amounts have two, the number and its currency."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """Plain words; `kind` is a class of the stylesheet such as `mono` or `quiet`."""

    value: str
    kind: str = ""

    def html(self) -> SafeString:
        if not self.value:
            return _NONE
        if not self.kind:
            return conditional_escape(self.value)
        return format_html('<span class="{}">{}</span>', self.kind, self.value)

    def exported(self) -> tuple[Exported, ...]:
        return (self.value,)


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere; `main` is the row's own page, where `j`, `k` and Enter go."""

    value: str
    href: str
    main: bool = False

    def html(self) -> SafeString:
        if self.main:
            return format_html('<a class="row-link" data-row-link href="{}">{}</a>', self.href, self.value)
        return format_html('<a href="{}">{}</a>', self.href, self.value)

    def exported(self) -> tuple[Exported, ...]:
        return (self.value,)


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in whole minor units; `minor` is None while it is not known."""

    minor: int | None
    currency: str
    href: str = ""

    def html(self) -> SafeString:
        if self.minor is None or not self.currency:
            return _NONE
        words = written_money(self.minor, self.currency)
        if self.href:
            return format_html('<a class="money" href="{}">{}</a>', self.href, words)
        return format_html('<span class="money{}">{}</span>', "" if self.minor else " money--zero", words)

    def exported(self) -> tuple[Exported, ...]:
        if self.minor is None or not self.currency:
            return (None, None)
        return (Money(self.minor, self.currency).to_decimal(), self.currency)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, in the pair's zone."""

    at: datetime | None
    zone: str

    def html(self) -> SafeString:
        if self.at is None:
            return _NONE
        return time_element(self.at, written_moment(self.at, self.zone, timezone.now()))

    def exported(self) -> tuple[Exported, ...]:
        return (self.at.astimezone(ZoneInfo(self.zone)) if self.at else None,)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a calendar, as a notice names it: in no zone."""

    day: date | None

    def html(self) -> SafeString:
        if self.day is None:
            return _NONE
        return format_html(
            '<time datetime="{}">{}</time>', self.day.isoformat(), f"{self.day.day} {self.day:%b %Y}"
        )

    def exported(self) -> tuple[Exported, ...]:
        return (self.day.isoformat() if self.day else None,)


@dataclass(frozen=True, slots=True)
class Count:
    """A number of things; nothing is shown as a dash where zero says nothing."""

    value: int | None

    def html(self) -> SafeString:
        return format_html("{}", f"{self.value:,}") if self.value else _NONE

    def exported(self) -> tuple[Exported, ...]:
        return (self.value,)


@dataclass(frozen=True, slots=True)
class Badge:
    """A state in words, with the colour of how things stand."""

    state: StateWords

    def html(self) -> SafeString:
        return format_html('<span class="badge badge--{}">{}</span>', self.state.tone, self.state.label)

    def exported(self) -> tuple[Exported, ...]:
        return (self.state.label,)
