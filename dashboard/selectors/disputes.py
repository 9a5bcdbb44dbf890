"""Disputes for the pages: the board, the list, one dispute with its story and the sales it may be about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Case, Count, DateField, Min, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from dashboard.core import states
from dashboard.core.deadlines import ANSWER_DUE, LOST, WELL, WITH_THE_BANK, TimeLeft, time_left
from dashboard.core.states import StateWords
from dashboard.selectors.prices import Price
from integrations.disputes.importing import today_of
from integrations.models import Dispute, Event, Pair, Payment

NO_HURRY: Final = date(9999, 12, 30)
ENDED: Final = date(9999, 12, 31)


def disputes_of(pair: Pair) -> QuerySet[Dispute]:
    """Disputes with their sale. `urgency` orders them: deadlines by day, then those with the bank, then what has ended."""
    urgency = Case(
        When(state__in=ANSWER_DUE, then=Coalesce("respond_by", Value(NO_HURRY))),
        When(state__in=WITH_THE_BANK, then=Value(NO_HURRY)),
        default=Value(ENDED),
        output_field=DateField(),
    )
    return (
        Dispute.objects.filter(pair=pair)
        .select_related("payment", "order")
        .defer("payment__security_key", "payment__checks", "order__document")
        .annotate(urgency=urgency)
    )


@dataclass(frozen=True, slots=True)
class Tile:
    """One state on the board: how many, how much by currency, and the nearest deadline."""

    state: str
    words: StateWords
    count: int
    prices: tuple[Price, ...]
    left: TimeLeft | None


@dataclass(frozen=True, slots=True)
class Column:
    """The states of one stretch of a dispute's way."""

    title: str
    tiles: tuple[Tile, ...]
    count: int
    prices: tuple[Price, ...]


_COLUMNS: Final = (
    ("Waiting for your answer", ANSWER_DUE),
    ("With the bank", WITH_THE_BANK),
    ("Money is back", WELL),
    ("Money is gone", LOST),
)


def board(pair: Pair) -> list[Column]:
    """Everything by state. One query."""
    rows = list(
        Dispute.objects.filter(pair=pair)
        .order_by()
        .values("state", "currency")
        .annotate(count=Count("pk"), minor=Sum("amount_minor"), first=Min("respond_by"))
    )
    today = today_of(pair)
    return [_column(title, names, rows, today) for title, names in _COLUMNS]


def _column(title: str, names: Sequence[str], rows: Iterable[Mapping[str, Any]], today: date) -> Column:
    mine = [row for row in rows if row["state"] in names]
    tiles = tuple(_tile(name, [row for row in mine if row["state"] == name], today) for name in names)
    return Column(title, tiles, sum(tile.count for tile in tiles), _prices(mine))


def _tile(state: str, rows: list[Mapping[str, Any]], today: date) -> Tile:
    first = min((row["first"] for row in rows if row["first"]), default=None)
    left = time_left(state, first, today) if first else None
    return Tile(state, states.DISPUTE[state], sum(row["count"] for row in rows), _prices(rows), left)


def _prices(rows: Iterable[Mapping[str, Any]]) -> tuple[Price, ...]:
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        sums[row["currency"]] += row["minor"]
    return tuple(Price(minor, currency) for currency, minor in sorted(sums.items(), key=lambda one: -one[1]))


def answer_due(pair: Pair) -> QuerySet[Dispute]:
    """Disputes whose acquirer waits for an answer."""
    return Dispute.objects.filter(pair=pair, state__in=ANSWER_DUE)


@dataclass(frozen=True, slots=True)
class PossibleSale:
    """A payment that the dispute may be about: `score` from 0 to 100, what speaks for it and against it."""

    payment: Payment
    score: int
    reasons: tuple[str, ...]
    against: tuple[str, ...]


def possible_sales(dispute: Dispute) -> list[PossibleSale]:
    """The likeliest sales as they were found, best first. One query."""
    codes = [str(tie.get("payment", "")) for tie in dispute.ties]
    payments = Payment.objects.filter(pair=dispute.pair_id, vendor_tx_code__in=codes).select_related("order")
    by_code = {payment.vendor_tx_code: payment for payment in payments}
    return [
        PossibleSale(
            by_code[tie["payment"]],
            int(tie.get("score", 0)),
            tuple(tie.get("reasons", ())),
            tuple(tie.get("against", ())),
        )
        for tie in dispute.ties
        if tie.get("payment") in by_code
    ]


def sales_to_choose(pair: Pair, currency: str, words: str) -> list[Payment]:
    """Captured payments that a person looks for by order, VendorTxCode, last four digits, reference or customer."""
    if not words:
        return []
    found = Q()
    for path in (
        "order__number__icontains", "vendor_tx_code__icontains", "last_four", "tx_auth_no", "retrieval_reference",
        "bank_auth_code", "order__customer__name__icontains",
    ):  # fmt: skip
        found |= Q(**{path: words})
    captured = Payment.objects.filter(found, pair=pair, currency=currency, state=Payment.State.CAPTURED)
    return list(captured.select_related("order", "order__customer").order_by("-taken_at")[:20])


def is_being_read(pair: Pair) -> bool:
    """Whether something told of disputes waits for the pipeline."""
    waiting = Event.objects.filter(pair=pair, state=Event.State.RECEIVED)
    return waiting.filter(source=Event.Source.ACQUIRER, kind="dispute").exists()
