"""The proof as its pages show it: where each figure and each document leads, and how the first page sums it up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from dashboard.core.states import Tone
from integrations.models import Pair
from reconciliation.models import MatchLink
from reconciliation.proof.core.lights import EQUALITIES, Break, Equality, Light, Moment, Proved, Term, worst
from reconciliation.proof.core.xero import Finding
from reconciliation.proof.mending import open_findings
from reconciliation.proof.proving import last_lights, prove, today_of
from sync.models import Posting

TONES: Final[dict[Light, Tone]] = {"green": "ok", "amber": "work", "red": "bad", "unknown": "mute"}
WORDS: Final[dict[Light, str]] = {
    "green": "Holds",
    "amber": "Holds, something is under way",
    "red": "Look at this",
    "unknown": "Not known yet",
}
TITLES: Final[dict[Equality, str]] = {
    "opayo": "Opayo = our records",
    "records": "Our records = Xero + in flight",
    "xero": "Xero = our postings",
    "bank": "Clearing = not yet banked",
}
_ASKS: Final[dict[Equality, str]] = {
    "opayo": "Is everything Opayo took and gave back in our records?",
    "records": "Is each payment and refund posted, or in one visible place?",
    "xero": "Does the clearing account in Xero hold what we posted?",
    "bank": "Is all that stands on the clearing account money still to come?",
}
_PAGES: Final = {
    "payment": "payments-page", "posting": "postings-page", "settlement": "settlements-page", "event": "events-page",
    "dispute": "disputes-page",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure or document with where it leads."""

    what: Any
    href: str
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """An equality of one account and currency, as a row of its card."""

    proved: Proved
    left: Shown
    right: tuple[Shown, ...]
    breaks: tuple[Shown, ...]
    alerts: tuple[Shown, ...]

    @property
    def tone(self) -> Tone:
        return TONES[self.proved.light]

    @property
    def words(self) -> str:
        return WORDS[self.proved.light]


@dataclass(frozen=True, slots=True)
class Card:
    """One of the four equalities with all its lines."""

    equality: Equality
    title: str
    ask: str
    light: Light
    lines: tuple[Line, ...]

    @property
    def tone(self) -> Tone:
        return TONES[self.light]

    @property
    def words(self) -> str:
        return WORDS[self.light]


@dataclass(frozen=True, slots=True)
class HomeLight:
    """A light of the first page: what it says first, and since when."""

    equality: Equality
    title: str
    tone: Tone
    words: str
    first: Break | None
    currency: str
    since: datetime | None


def cards_of(pair: Pair, moment: Moment) -> list[Card]:
    """The four equalities at a moment."""
    proved = prove(pair, moment)
    return [
        _card(pair, equality, [each for each in proved if each.equality == equality], moment)
        for equality in EQUALITIES
    ]


def _card(pair: Pair, equality: Equality, proved: list[Proved], moment: Moment) -> Card:
    lines = tuple(_line(pair, each, moment) for each in proved if _is_worth_showing(each))
    return Card(equality, TITLES[equality], _ASKS[equality], _light(proved), lines)


def _is_worth_showing(proved: Proved) -> bool:
    """Accounts and currencies without money are left out unless something is wrong with them."""
    return proved.light in {"red", "amber"} or bool(proved.left.minor or any(term.minor for term in proved.right)) or not proved.account  # fmt: skip


def _light(proved: Iterable[Proved]) -> Light:
    """Of several; one that is not known of an account without money says nothing."""
    shown = [each for each in proved if _is_worth_showing(each)]
    return worst(shown)


def _line(pair: Pair, proved: Proved, moment: Moment) -> Line:
    findings = _findings(pair, proved, moment)
    return Line(
        proved,
        Shown(proved.left, _href(pair, proved, proved.left, moment)),
        tuple(Shown(term, _href(pair, proved, term, moment)) for term in proved.right),
        tuple(_document(pair, each, findings) for each in proved.breaks),
        tuple(_document(pair, each, findings) for each in proved.alerts),
    )


def _findings(pair: Pair, proved: Proved, moment: Moment) -> dict[str, Finding]:
    """What can be dealt with is what stands now."""
    if proved.equality != "xero" or moment.day < today_of(pair) or moment.known_by:
        return {}
    found = open_findings(pair, proved.account, proved.currency)
    return {f"{each.collection}:{each.id}": each for each in found}


def _document(pair: Pair, each: Break, findings: dict[str, Finding]) -> Shown:
    finding = findings.get(each.key) if each.kind == "xero" else None
    if finding is not None and finding.posting:
        return Shown(each, reverse("postings-page", args=[pair.slug, finding.posting]), finding)
    return Shown(each, href_of(pair, each.kind, each.key), finding)


def href_of(pair: Pair, kind: str, key: str) -> str:
    """The page of a document; empty where it has none of its own."""
    if kind in _PAGES and key.isdigit():
        return reverse(_PAGES[kind], args=[pair.slug, int(key)])
    if kind == "match":
        settlement = _settlement_of(key)
        return reverse("settlements-page", args=[pair.slug, settlement]) if settlement else ""
    if kind == "refund" and key.isdigit():
        posting = Posting.objects.filter(pair=pair, refund=int(key)).order_by("-pk").first()
        return reverse("postings-page", args=[pair.slug, posting.pk]) if posting else ""
    return ""


def _settlement_of(match: str) -> int | None:
    row = MatchLink.objects.filter(match=int(match), settlement__isnull=False).first()
    return row.settlement_id if row else None


def _href(pair: Pair, proved: Proved, term: Term, moment: Moment) -> str:
    """The rows behind a figure."""
    until = {"currency": proved.currency, "until": moment.day.isoformat()}
    payments = reverse("payments", args=[pair.slug])
    if proved.equality == "records":
        place = {"state": "captured"} if term.code == "records" else {"place": term.code}
        return f"{payments}?{urlencode(place | until)}"
    if proved.equality == "opayo":
        if term.code == "listed":
            return f"{payments}?{urlencode({'state': 'captured', **until})}"
        return f"{reverse('events', args=[pair.slug])}?{urlencode({'source': 'opayo', 'q': 'batch'})}"
    query: dict[str, str] = {"at": moment.day.isoformat()}
    if moment.known_by:
        query["known"] = f"{moment.known_by:%Y-%m-%dT%H:%M}"
    if proved.equality == "xero":
        return reverse("proof-readings", args=[pair.slug, proved.account, proved.currency])
    if term.code in {"unsettled", "settled", "short", "other", "flight"}:
        query["place"] = term.code
    return f"{reverse('proof-rows', args=[pair.slug, proved.account, proved.currency])}?{urlencode(query)}"


def home_lights(pair: Pair) -> list[HomeLight]:
    """How the four stood when they were worked out last; empty before the first time. One query."""
    rows = last_lights(pair)
    return (
        [_home(equality, [each for each in rows if each[1].equality == equality]) for equality in EQUALITIES]
        if rows
        else []
    )


def _home(equality: Equality, rows: list[Any]) -> HomeLight:
    shown = [(row, proved) for row, proved in rows if _is_worth_showing(proved)]
    light = worst([proved for _, proved in shown])
    row, proved = next(((row, proved) for row, proved in shown if proved.light == light), (None, None))
    first = proved.first if proved is not None else None
    currency = proved.currency if proved is not None else ""
    return HomeLight(
        equality, TITLES[equality], TONES[light], WORDS[light], first, currency, row.since if row else None
    )
