"""Each captured payment and refund is posted, or in one visible place: the second equality, gathered."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from integrations.models import Pair, Payment, Refund
from reconciliation.proof.core.lights import Break, Moment, Proved
from reconciliation.proof.core.records import Heap, records_equal_xero
from reconciliation.proof.reports import begin_of
from sync.models import Posting
from sync.selectors.places import (
    PLACES,
    POSTED,
    TO_TAKE_BACK,
    in_place,
    place_of_payment,
    place_of_refund,
)

_K, _S = Posting.Kind, Posting.State
_MONEY: Final = (_K.PAYMENT, _K.OVERPAYMENT)
_MOST: Final = 100


def currencies_of(pair: Pair) -> list[str]:
    """Currencies in which anything was captured; the base currency first."""
    rows = Payment.objects.filter(pair=pair, state=Payment.State.CAPTURED)
    found = set(rows.values_list("currency", flat=True).distinct())
    return sorted(found | {pair.base_currency}, key=lambda each: (each != pair.base_currency, each))


def prove_records(pair: Pair, currency: str, moment: Moment) -> Proved:
    """The equality of one currency: captured payments less refunds, up to the end of the day, and where they stand now."""
    end = datetime.combine(moment.day + timedelta(days=1), time.min, ZoneInfo(pair.zone))
    payments = Payment.objects.filter(pair=pair, currency=currency, taken_at__lt=end)
    refunds = Refund.objects.filter(pair=pair, currency=currency, happened_at__lt=end, is_voided=False)
    if moment.known_by:
        payments = payments.filter(created_at__lte=moment.known_by)
        refunds = refunds.filter(created_at__lte=moment.known_by)
    captured = payments.filter(state=Payment.State.CAPTURED)
    given = refunds.filter(payment__state=Payment.State.CAPTURED)
    heaps = _heaps(captured, given)
    taking_back = payments.filter(in_place(TO_TAKE_BACK)).aggregate(minor=Sum("amount_minor"))["minor"]
    breaks = _breaks(captured, given, payments, begin_of(moment.day))
    return records_equal_xero(currency, heaps, breaks[:_MOST], int(taking_back or 0))


def _breaks(
    captured: QuerySet[Payment], given: QuerySet[Refund], payments: QuerySet[Payment], since: date
) -> list[Break]:
    """What differs, among what was taken or given back since a day: of older months the packs are held against it."""
    return [
        *_payments_that_differ(captured.filter(taken_at__date__gte=since)),
        *_refunds_that_differ(given.filter(happened_at__date__gte=since)),
        *_still_there(payments.filter(taken_at__date__gte=since)),
    ]


def _heaps(captured: QuerySet[Payment], given: QuerySet[Refund]) -> list[Heap]:
    sums: dict[str, list[int]] = {}
    for rows, place, sign in (
        (captured, place_of_payment(), 1),
        (given, place_of_refund(), -1),
    ):
        counted: QuerySet[Any] = rows
        grouped = (
            counted.annotate(place=place).values("place").annotate(minor=Sum("amount_minor"), n=Count("pk"))
        )
        for row in grouped.order_by():
            held = sums.setdefault(row["place"], [0, 0])
            held[0] += sign * int(row["minor"])
            held[1] += row["n"]
    order = list(PLACES)
    return [Heap(place, PLACES[place], *sums[place]) for place in sorted(sums, key=order.index)]


def _posted(field: str, kinds: tuple[str, ...]) -> Coalesce:
    """What stands in Xero of a record, by its postings."""
    rows = Posting.objects.filter(
        **{field: OuterRef("pk")}, kind__in=kinds, state=_S.POSTED, currency=OuterRef("currency")
    )
    summed = rows.order_by().values(field).annotate(minor=Sum("amount_minor")).values("minor")
    return Coalesce(Subquery(summed), Value(0))


def _converted(field: str, kinds: tuple[str, ...]) -> Exists:
    """Whether it is in the books in another currency than its own."""
    rows = Posting.objects.filter(**{field: OuterRef("pk")}, kind__in=kinds, state=_S.POSTED)
    return Exists(rows.exclude(currency=OuterRef("currency")))


def _payments_that_differ(captured: QuerySet[Payment]) -> list[Break]:
    rows = captured.annotate(place=place_of_payment(), posted=_posted("payment", _MONEY)).filter(
        ~_converted("payment", _MONEY), place=POSTED
    )
    return [
        Break(
            "payment", str(row.pk), f"Payment {row}", row.posted - (row.amount_minor or 0),
            _MORE if row.posted > (row.amount_minor or 0) else _LESS,
            _FIX, row.taken_at.date() if row.taken_at else None,
        )
        for row in rows.exclude(posted=F("amount_minor")).order_by("taken_at")[:_MOST]
    ]  # fmt: skip


def _refunds_that_differ(given: QuerySet[Refund]) -> list[Break]:
    kinds = (_K.REFUND,)
    rows = given.annotate(place=place_of_refund(), posted=_posted("refund", kinds)).filter(
        ~_converted("refund", kinds), place=POSTED
    )
    return [
        Break(
            "refund", str(row.pk), f"Refund {row}", row.amount_minor - row.posted,
            _MORE if row.posted > row.amount_minor else _LESS,
            _FIX, row.happened_at.date(),
        )
        for row in rows.exclude(posted=F("amount_minor")).order_by("happened_at")[:_MOST]
    ]  # fmt: skip


def _still_there(payments: QuerySet[Payment]) -> list[Break]:
    """Payments that count for nothing, but stand in Xero with nothing under way to take them back."""
    taking = Posting.objects.filter(
        Q(changes=OuterRef("pk")) | Q(waits_for=OuterRef("pk")), kind=_K.PAYMENT_DELETE
    ).exclude(state=_S.CANCELLED)
    standing = Posting.objects.filter(
        ~Exists(taking), payment=OuterRef("pk"), kind=_K.PAYMENT, state=_S.POSTED
    )
    rows = payments.filter(Exists(standing)).exclude(state=Payment.State.CAPTURED)
    return [
        Break(
            "payment", str(row.pk), f"Payment {row}", row.amount_minor or 0,
            f"It is {row.get_state_display().lower()}, but stands in Xero, and nothing takes it back.", _FIX,
            row.taken_at.date() if row.taken_at else None,
        )
        for row in rows.order_by("pk")[:_MOST]
    ]  # fmt: skip


_MORE: Final = "What is posted for it is more than the record says."
_LESS: Final = "What is posted for it is less than the record says."
_FIX: Final = "Open it and compare it with its messages; manage.py verify_proof --from-log says which of the two is wrong."
