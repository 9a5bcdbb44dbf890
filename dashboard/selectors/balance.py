"""Captured money and refunds by place, aggregated in SQL."""

from __future__ import annotations

from django.db.models import Count, Sum

from dashboard.core.balance import Balance, Heap, balance
from integrations.models import Pair, Payment, Refund
from sync.selectors.places import place_of_payment, place_of_refund, still_in_xero


def balance_of(pair: Pair) -> Balance:
    """Every captured payment of the pair, and every refund of one, summed by currency and place. Two queries."""
    rows = (
        Payment.objects.filter(pair=pair, state=Payment.State.CAPTURED)
        .annotate(place=place_of_payment())
        .values("currency", "place")
        .annotate(minor=Sum("amount_minor"), count=Count("pk"))
        .order_by()
    )
    heaps = [Heap(row["place"], row["currency"], int(row["minor"]), row["count"]) for row in rows]
    return balance([*heaps, *_given_back(pair)], pair.base_currency)


def _given_back(pair: Pair) -> list[Heap]:
    rows = (
        Refund.objects.filter(pair=pair, payment__state=Payment.State.CAPTURED, is_voided=False)
        .annotate(place=place_of_refund())
        .values("currency", "place")
        .annotate(minor=Sum("amount_minor"), count=Count("pk"))
        .order_by()
    )
    return [Heap(row["place"], row["currency"], -int(row["minor"]), 0, refunds=row["count"]) for row in rows]


def to_take_back(pair: Pair) -> list[Heap]:
    """Payments Opayo reversed that still stand in Xero, by currency. One query."""
    rows = (
        Payment.objects.filter(still_in_xero(), pair=pair, state=Payment.State.REVERSED)
        .values("currency")
        .annotate(minor=Sum("amount_minor"), count=Count("pk"))
        .order_by()
    )
    return [Heap("reversed", row["currency"], int(row["minor"] or 0), row["count"]) for row in rows]
