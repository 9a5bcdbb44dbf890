"""The review of matches: bank lines with what is said of them, and what stands on the other side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Cast, Coalesce

from integrations.models import Pair
from reconciliation.matching.gathering import OPEN_SETTLEMENTS
from reconciliation.models import BankLine, Match, MatchLink, Settlement

MILLION: Final = 1_000_000
_SHOWN: Final = (Match.State.SUGGESTED, Match.State.AUTO, Match.State.CONFIRMED)


@dataclass(slots=True)
class Offer:
    """A match, suggested or standing, with both of its sides."""

    match: Match
    settlements: list[Settlement] = field(default_factory=list)
    lines: list[BankLine] = field(default_factory=list)

    @property
    def is_exact(self) -> bool:
        return not self.match.difference_minor

    @property
    def percent(self) -> int:
        """Rounded down: nothing but certainty is shown as 100."""
        return int(self.match.probability * 100)

    @property
    def named(self) -> str:
        """The settlements as a row of the list names them."""
        first = ", ".join(each.reference for each in self.settlements[:2])
        more = len(self.settlements) - 2
        return f"{first} and {more} more" if more > 0 else first

    @property
    def settled_minor(self) -> int:
        return sum(each.net_minor for each in self.settlements)

    @property
    def has_several(self) -> bool:
        return len(self.settlements) + len(self.lines) > 2


@dataclass(frozen=True, slots=True)
class LineRow:
    """A bank line as the list shows it: in which match it stands, else what is suggested, the likeliest first."""

    line: BankLine
    standing: Offer | None
    offers: list[Offer]

    @property
    def best(self) -> Offer | None:
        return self.offers[0] if self.offers else None


@dataclass(frozen=True, slots=True)
class Total:
    """How many, and what they come to, in one currency."""

    currency: str
    count: int
    minor: int


def lines_of(pair: Pair) -> QuerySet[BankLine]:
    """Bank lines with `sure`: how probable the likeliest suggestion is, in millionths."""
    likeliest = MatchLink.objects.filter(bank_line=OuterRef("pk"), match__state=Match.State.SUGGESTED)
    best = likeliest.order_by("-match__probability").values("match__probability")[:1]
    sure = Cast(Coalesce(Subquery(best), 0) * MILLION, IntegerField())
    return BankLine.objects.filter(pair=pair).select_related("bank_account").annotate(sure=sure)


def as_rows(lines: Sequence[BankLine]) -> list[LineRow]:
    """The lines with their matches. Two queries, however many lines."""
    offers = offers_of(line.pk for line in lines)
    return [_row(line, offers[line.pk]) for line in lines]


def _row(line: BankLine, offers: list[Offer]) -> LineRow:
    standing = next((each for each in offers if each.match.stands), None)
    return LineRow(line, standing, [each for each in offers if each.match.state == Match.State.SUGGESTED])


def offers_of(line_ids: Iterable[int]) -> dict[int, list[Offer]]:
    """For each bank line the matches that stand or are suggested, the likeliest first."""
    ids = list(line_ids)
    mine = MatchLink.objects.filter(bank_line__in=ids, match__state__in=_SHOWN).values_list(
        "match", "bank_line"
    )
    by_match: dict[int, list[int]] = defaultdict(list)
    for match, line in mine:
        by_match[match].append(line)
    found: dict[int, list[Offer]] = defaultdict(list)
    for offer in offers_by_match(by_match):
        for line in by_match[offer.match.pk]:
            found[line].append(offer)
    return found


def offers_by_match(match_ids: Iterable[int]) -> list[Offer]:
    """Matches with both sides, the likeliest first."""
    links = MatchLink.objects.filter(match__in=list(match_ids)).select_related(
        "match__decided_by", "settlement__merchant_account", "bank_line__bank_account"
    )
    offers: dict[int, Offer] = {}
    for link in links.order_by("pk"):
        offer = offers.setdefault(link.match_id, Offer(link.match))
        if link.settlement is not None:
            offer.settlements.append(link.settlement)
        if link.bank_line is not None:
            offer.lines.append(link.bank_line)
    return sorted(offers.values(), key=lambda each: (-each.match.probability, each.match.pk))


def totals(rows: QuerySet[BankLine]) -> list[Total]:
    """What the lines of a list come to, by currency."""
    summed = rows.order_by().values("currency").annotate(count=Count("pk"), minor=Sum("amount_minor"))
    return [Total(each["currency"], each["count"], each["minor"]) for each in summed.order_by("currency")]


def open_settlements(pair: Pair) -> QuerySet[Settlement]:
    """Settlements whose money nobody has found yet."""
    rows = Settlement.objects.filter(pair=pair, state__in=OPEN_SETTLEMENTS).exclude(net_minor=0)
    return rows.exclude(match_links__stands=True).select_related("merchant_account")


def expected_totals(pair: Pair) -> list[Total]:
    """What is expected and not found yet, by currency."""
    rows = open_settlements(pair).select_related(None).order_by()
    summed = rows.values("currency").annotate(count=Count("pk"), minor=Sum("net_minor")).order_by("currency")
    return [Total(each["currency"], each["count"], each["minor"]) for each in summed]
