"""What one bank line may be: what is suggested, why and what would make it certain, and what else is open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.db.models import DateField, F, Func, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Abs

from dashboard.selectors.review import LineRow, Offer, as_rows, open_settlements
from integrations.core.money import Money
from integrations.models import Pair
from reconciliation.core.differences import Explanation
from reconciliation.core.matching import words
from reconciliation.core.matching.texts import compact
from reconciliation.matching.deciding import DIFFERENCES
from reconciliation.matching.explaining import explain_gap
from reconciliation.models import BankLine, Settlement

_NEAREST: Final = 12
_FOUND: Final = 40
_NEEDS: Final = "needs_"
_DOUBTS: Final = frozenset({
    "ambiguous", "several_fit", "runner_up", "not_sure", "reference_other", "reference_missing", "name_other", "name_missing",
    "money_short", "money_over", "sum_differs", "sum_explained", "signs_reversed",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggested or standing match: what speaks for it, what against, what would make it certain, why money differs."""

    offer: Offer
    pros: list[str]
    cons: list[str]
    needs: list[str]
    gap: tuple[Explanation, ...]
    closed: str
    """What a person said of the difference."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open settlement that was not suggested. `gap_minor`: bank line less settlement."""

    settlement: Settlement
    gap_minor: int
    said: list[str]


@dataclass(frozen=True, slots=True)
class Panel:
    """The right side of the review for one bank line."""

    row: LineRow
    standing: Suggestion | None
    suggestions: list[Suggestion]
    candidates: list[Candidate]
    remarks: list[str]
    search: str

    @property
    def line(self) -> BankLine:
        return self.row.line


def panel_of(pair: Pair, line: BankLine, search: str = "") -> Panel:
    """Everything that a line may be, for a person to decide."""
    (row,) = as_rows([line])
    is_open = row.standing is None and line.state != BankLine.State.NOT_OURS
    offered = {each.pk for offer in row.offers for each in offer.settlements}
    return Panel(
        row=row,
        standing=_suggestion(pair, row.standing) if row.standing else None,
        suggestions=[_suggestion(pair, offer) for offer in row.offers] if is_open else [],
        candidates=_candidates(pair, line, offered, search) if is_open else [],
        remarks=[each["words"] for each in line.remarks if line.state != BankLine.State.SUGGESTED],
        search=search,
    )


def _suggestion(pair: Pair, offer: Offer) -> Suggestion:
    reasons = offer.match.reasons
    return Suggestion(
        offer,
        pros=[
            each["words"] for each in reasons if not _is_doubt(each) and not each["code"].startswith(_NEEDS)
        ],
        cons=[each["words"] for each in reasons if _is_doubt(each)],
        needs=[each["words"] for each in reasons if each["code"].startswith(_NEEDS)],
        gap=explain_gap(pair, offer.settlements, offer.lines) if offer.match.difference_minor else (),
        closed=f"{DIFFERENCES.get(offer.match.difference_kind, '')} {offer.match.difference_account}".strip(),
    )


def _is_doubt(reason: dict[str, Any]) -> bool:
    return reason["code"] in _DOUBTS


def _candidates(pair: Pair, line: BankLine, offered: set[int], search: str) -> list[Candidate]:
    rows = open_settlements(pair).filter(currency=line.currency).exclude(pk__in=offered)
    if search:
        rows = rows.filter(searched(search, line.currency))
    return [_candidate(line, each) for each in _nearest(rows, line, _FOUND if search else _NEAREST)]


def _nearest(rows: QuerySet[Settlement], line: BankLine, most: int) -> Iterable[Settlement]:
    """By amount, then by day; of the other sign only when asked for by search, at the end."""
    away = rows.annotate(gap=Abs(F("net_minor") - line.amount_minor))
    days = Func(
        F("due_on"), Value(line.booked_on, DateField()), template="abs(%(expressions)s)", arg_joiner=" - ",
        output_field=IntegerField(),
    )  # fmt: skip
    return away.order_by("gap", days, "pk")[:most]


def searched(text: str, currency: str) -> Q:
    """Settlements by reference, batch, merchant number or acquirer, or by an amount as people write it."""
    found = Q()
    for path in ("reference", "batch_id", "merchant_account__mid", "merchant_account__acquirer"):
        found |= Q(**{f"{path}__icontains": text})
    minor = minor_of(text, currency)
    if minor is not None:
        found |= Q(net_minor__in=[minor, -minor])
    return found


def minor_of(text: str, currency: str) -> int | None:
    """An amount as people write it ("£1,234.50", "24") in minor units; None if it is no amount."""
    try:
        amount = Decimal(text.strip().lstrip("£€$").replace(",", ""))
        return Money.from_decimal(amount, currency).minor if amount.is_finite() else None
    except (InvalidOperation, ValueError):
        return None


def _candidate(line: BankLine, settlement: Settlement) -> Candidate:
    gap = line.amount_minor - settlement.net_minor
    amount = words.money(abs(gap), line.currency)
    reasons = [f"{amount} {'more' if gap > 0 else 'less'} came." if gap else "The amount is exact."]
    reasons.append(words.lag((line.booked_on - settlement.due_on).days).words)
    texts = compact(f"{line.reference} {line.description} {line.counterparty}")
    if settlement.reference and compact(settlement.reference) in texts:
        reasons.append("Its reference is in the bank's text.")
    return Candidate(settlement, gap, reasons)
