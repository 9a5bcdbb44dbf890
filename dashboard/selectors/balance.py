"""Captured money by place, aggregated in SQL."""

from __future__ import annotations

from django.db.models import Count, Sum

from dashboard.core.balance import Balance, Heap, balance
from dashboard.selectors.places import place_of_payment, still_in_xero
from integrations.models import Pair, Payment


def balance_of(pair: Pair) -> Balance:
    """Every captured payment of the pair, summed by currency and place. One query."""
    rows = (
        Payment.objects.filter(pair=pair, state=Payment.State.CAPTURED)
        .annotate(place=place_of_payment())
        .values("currency", "place")
        .annotate(minor=Sum("amount_minor"), count=Count("pk"))
        .order_by()
    )
    heaps = [Heap(row["place"], row["currency"], int(row["minor"]), row["count"]) for row in rows]
    return balance(heaps, pair.base_currency)


def to_take_back(pair: Pair) -> list[Heap]:
    """Payments Opayo reversed that still stand in Xero, by currency. One query."""
    rows = (
        Payment.objects.filter(still_in_xero(), pair=pair, state=Payment.State.REVERSED)
        .values("currency")
        .annotate(minor=Sum("amount_minor"), count=Count("pk"))
        .order_by()
    )
    return [Heap("reversed", row["currency"], int(row["minor"] or 0), row["count"]) for row in rows]
