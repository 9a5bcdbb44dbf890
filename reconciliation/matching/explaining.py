"""What may be behind the difference between certain bank lines and certain settlements, from what is known here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from integrations.models import Dispute, Pair, Refund
from reconciliation.core.differences import Explanation, Gap, Known, explanations
from reconciliation.core.matching.words import money
from reconciliation.matching.gathering import OPEN_LINES, OPEN_SETTLEMENTS
from reconciliation.models import BankLine, Settlement, SettlementLine

_NEAR: Final = timedelta(days=21)
_SHOWN: Final = 2
"""Of a kind: more would be guessing."""


def explain_gap(
    pair: Pair, settlements: Sequence[Settlement], lines: Sequence[BankLine]
) -> tuple[Explanation, ...]:
    """Why the money differs, perhaps; empty where it does not. Both sides have something, in one currency."""
    minor = gap_of(settlements, lines)
    if not minor:
        return ()
    gap = Gap(
        minor=minor,
        settled=sum(each.net_minor for each in settlements),
        currency=lines[0].currency,
        cap=pair.rounding_cap_minor,
        text=" ".join(f"{line.reference} {line.description} {line.counterparty}" for line in lines),
        known=tuple(_known(pair, settlements, lines, minor)),
    )
    return explanations(gap)


def gap_of(settlements: Sequence[Settlement], lines: Sequence[BankLine]) -> int:
    """Bank lines less settlements, in minor units."""
    return sum(line.amount_minor for line in lines) - sum(each.net_minor for each in settlements)


def _known(
    pair: Pair, settlements: Sequence[Settlement], lines: Sequence[BankLine], minor: int
) -> Iterator[Known]:
    yield from _completing_lines(pair, lines, minor)
    yield from _completing_settlements(pair, settlements, lines, minor)
    if minor < 0:
        yield from _refunds(pair, lines, minor)
        yield from _disputes(pair, lines, minor)
        yield from _late_items(settlements, minor)


def _completing_lines(pair: Pair, lines: Sequence[BankLine], minor: int) -> Iterator[Known]:
    day = lines[-1].booked_on
    rows = BankLine.objects.filter(
        pair=pair, state__in=OPEN_LINES, currency=lines[0].currency, amount_minor=-minor,
        booked_on__range=(day - _NEAR, day + _NEAR),
    ).exclude(pk__in=[line.pk for line in lines])  # fmt: skip
    for row in rows.order_by("booked_on", "pk")[:_SHOWN]:
        amount = money(row.amount_minor, row.currency)
        words = f"With the bank line of {amount} on {row.booked_on.day} {row.booked_on:%B} it is exact: select that too."
        yield Known("more", minor, words)


def _completing_settlements(
    pair: Pair, settlements: Sequence[Settlement], lines: Sequence[BankLine], minor: int
) -> Iterator[Known]:
    day = lines[-1].booked_on
    rows = Settlement.objects.filter(
        pair=pair, state__in=OPEN_SETTLEMENTS, currency=lines[0].currency, net_minor=minor,
        due_on__range=(day - _NEAR, day + _NEAR),
    ).exclude(pk__in=[each.pk for each in settlements])  # fmt: skip
    for row in rows.order_by("due_on", "pk")[:_SHOWN]:
        yield Known("more", minor, f"Together with settlement {row.reference} it is exact: select that too.")


def _refunds(pair: Pair, lines: Sequence[BankLine], minor: int) -> Iterator[Known]:
    day = lines[-1].booked_on
    rows = Refund.objects.filter(
        pair=pair, currency=lines[0].currency, amount_minor=-minor, is_voided=False,
        happened_at__date__range=(day - _NEAR, day),
    )  # fmt: skip
    for row in rows.order_by("-happened_at", "pk")[:_SHOWN]:
        on = row.happened_at
        yield Known("refund", minor, f"It is exactly the refund {row.vendor_tx_code} of {on.day} {on:%B}.")


def _disputes(pair: Pair, lines: Sequence[BankLine], minor: int) -> Iterator[Known]:
    day = lines[-1].booked_on
    rows = Dispute.objects.filter(
        pair=pair, currency=lines[0].currency, amount_minor=-minor, raised_on__range=(day - _NEAR, day)
    )
    for row in rows.order_by("-raised_on", "pk")[:_SHOWN]:
        yield Known("dispute", minor, f"It is exactly the dispute {row.case_id}.")


def _late_items(settlements: Sequence[Settlement], minor: int) -> Iterator[Known]:
    rows = SettlementLine.objects.filter(settlement__in=settlements, amount_minor=-minor).exclude(
        kind=SettlementLine.Kind.FEE
    )
    for row in rows.order_by("pk")[:_SHOWN]:
        what = row.vendor_tx_code or row.retrieval_reference or row.get_kind_display().lower()
        yield Known("date", minor, f"Without {what}, which may be paid later, it is exact.")
