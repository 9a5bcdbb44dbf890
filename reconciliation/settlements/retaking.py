"""Settlements told anew, when records that they are made of came later."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Final

from integrations.models import Event, Pair
from reconciliation.locks import pair_in_hand
from reconciliation.models import Settlement, SettlementLine
from reconciliation.settlements.core.lines import Line
from reconciliation.settlements.core.ties import Tie
from reconciliation.settlements.records import transactions_like
from reconciliation.settlements.taking_in import take_in_batch, take_in_statement, ties_once

_LOOKED_BACK: Final = timedelta(days=60)
_OPEN_TIES: Final = ("none", "ambiguous", "settled_twice")
_ITEMS: Final = (SettlementLine.Kind.SALE, SettlementLine.Kind.REFUND)
_TOLD: Final = (
    "identity", "kind", "amount_minor", "scheme", "happened_on", "vendor_tx_code", "vps_tx_id", "retrieval_reference",
    "bank_auth_code", "last_four",
)  # fmt: skip


def retake(pair: Pair, today: date) -> int:
    """Take the events of settlements in again whose open sales and refunds can be placed by now; returns how many."""
    with pair_in_hand(pair.pk):
        events = {
            event
            for settlement, lines in _open_lines(pair, today).items()
            if any(found.key for found in _ties(pair, settlement, lines).values())
            for event in (settlement.statement_event_id or settlement.batch_event_id,)
            if event
        }
        for event in Event.objects.filter(pk__in=events).order_by("pk"):
            if event.source == Event.Source.ACQUIRER:
                take_in_statement(pair, event)
            else:
                take_in_batch(pair, event)
    return len(events)


def _ties(pair: Pair, settlement: Settlement, lines: list[Line]) -> dict[str, Tie]:
    return ties_once(pair, settlement, lines, transactions_like(pair, settlement.currency, lines))


def _open_lines(pair: Pair, today: date) -> dict[Settlement, list[Line]]:
    """Sales and refunds nobody could place, by their settlement."""
    rows = SettlementLine.objects.filter(
        settlement__pair=pair,
        settlement__settled_on__gte=today - _LOOKED_BACK,
        kind__in=_ITEMS,
        tie__method__in=_OPEN_TIES,
    )
    found: dict[Settlement, list[Line]] = defaultdict(list)
    for row in rows.select_related("settlement").order_by("pk"):
        found[row.settlement].append(Line(**{name: getattr(row, name) for name in _TOLD}))
    return found
