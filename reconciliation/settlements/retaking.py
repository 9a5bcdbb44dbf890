"""Settlements told anew, when records that they are made of came later."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db.models import Max, Min

from integrations.models import Event, Pair, Payment, Refund
from reconciliation.locks import pair_in_hand
from reconciliation.models import SettlementLine
from reconciliation.settlements.taking_in import take_in_batch, take_in_statement

_LOOKED_BACK: Final = timedelta(days=60)
_MOST: Final = 50
_OPEN_TIES: Final = ("none", "ambiguous")


def retake(pair: Pair, today: date) -> int:
    """Take the events of settlements in again that have sales or refunds nobody could place; returns how many.

    Only when a payment or refund has come or changed since.
    """
    untied = SettlementLine.objects.filter(
        settlement__pair=pair,
        settlement__settled_on__gte=today - _LOOKED_BACK,
        tie__method__in=_OPEN_TIES,
    )
    told_at = untied.aggregate(at=Min("settlement__updated_at"))["at"]
    if told_at is None or not _has_news(pair, told_at):
        return 0
    ids = untied.values_list("settlement__statement_event", "settlement__batch_event").distinct()[:_MOST]
    events = Event.objects.filter(pk__in={pk for each in ids for pk in each if pk}).order_by("pk")
    with pair_in_hand(pair.pk):
        for event in events:
            if event.source == Event.Source.ACQUIRER:
                take_in_statement(pair, event)
            else:
                take_in_batch(pair, event)
    return len(events)


def _has_news(pair: Pair, told_at: object) -> bool:
    newest = [
        rows.filter(pair=pair).aggregate(at=Max("created_at"))["at"]
        for rows in (Payment.objects, Refund.objects)
    ]
    return any(at is not None and at > told_at for at in newest)
