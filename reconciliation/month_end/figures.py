"""The figures of a month: what is dated in it, by kind and currency, and the clearing accounts at its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.fields.json import KT

from integrations.models import Dispute, Pair, Payment, Refund
from reconciliation.models import BankLine, Settlement, SettlementLine
from reconciliation.month_end.core.packs import Figure
from reconciliation.proof.accounts import clearing_accounts
from reconciliation.proof.core.lights import Moment
from reconciliation.proof.ledger import posted_by_day
from sync.models import Posting

_MOVES_BOOKS = (
    "invoice", "credit_note", "payment", "refund", "overpayment", "spend", "receive", "bank_transfer", "bill", "journal",
)  # fmt: skip


def figures_of(pair: Pair, first: date, last: date) -> list[Figure]:
    """All figures, by name and currency."""
    found = [
        *_records(pair, first, last),
        *_documents(pair, first, last),
        *_money(pair, first, last),
        *_clearing(pair, last),
    ]
    return sorted(found, key=lambda each: (each.name, each.currency))


def bounds(pair: Pair, first: date, last: date) -> tuple[datetime, datetime]:
    """The month in the pair's zone, its end not included."""
    zone = ZoneInfo(pair.zone)
    return datetime.combine(first, time.min, zone), datetime.combine(last + timedelta(days=1), time.min, zone)


def payments_in(pair: Pair, first: date, last: date) -> QuerySet[Payment]:
    """What was captured in the month."""
    start, end = bounds(pair, first, last)
    return Payment.objects.filter(
        pair=pair, state=Payment.State.CAPTURED, taken_at__gte=start, taken_at__lt=end
    )


def refunds_in(pair: Pair, first: date, last: date) -> QuerySet[Refund]:
    """What was given back in the month."""
    start, end = bounds(pair, first, last)
    return Refund.objects.filter(pair=pair, is_voided=False, happened_at__gte=start, happened_at__lt=end)


def documents_in(pair: Pair, first: date, last: date) -> QuerySet[Posting]:
    """What is dated in the month and stands in Xero."""
    rows = Posting.objects.filter(pair=pair, kind__in=_MOVES_BOOKS, state=Posting.State.POSTED)
    return rows.annotate(dated=KT("document__Date")).filter(dated__gte=first.isoformat(), dated__lt=(last + timedelta(days=1)).isoformat())  # fmt: skip


def _records(pair: Pair, first: date, last: date) -> Iterator[Figure]:
    yield from _grouped("captured", payments_in(pair, first, last))
    yield from _grouped("refunded", refunds_in(pair, first, last))
    raised = Dispute.objects.filter(pair=pair, raised_on__gte=first, raised_on__lte=last)
    yield from _grouped("disputed", raised)


def _documents(pair: Pair, first: date, last: date) -> Iterator[Figure]:
    rows = documents_in(pair, first, last).values("kind", "currency")
    for row in rows.annotate(minor=Sum("amount_minor"), n=Count("pk")).order_by():
        yield Figure(f"in Xero: {row['kind']}", row["currency"], int(row["minor"]), row["n"])


def _money(pair: Pair, first: date, last: date) -> Iterator[Figure]:
    settled = Settlement.objects.filter(pair=pair, settled_on__gte=first, settled_on__lte=last).exclude(
        fee_bill__isnull=False
    )
    yield from _grouped("settled, net", settled, "net_minor")
    fees = SettlementLine.objects.filter(settlement__in=settled, kind=SettlementLine.Kind.FEE)
    for row in (
        fees.values("settlement__currency").annotate(minor=Sum("amount_minor"), n=Count("pk")).order_by()
    ):
        yield Figure("fees taken from settlements", row["settlement__currency"], int(row["minor"]), row["n"])
    lines = BankLine.objects.filter(pair=pair, booked_on__gte=first, booked_on__lte=last)
    yield from _grouped("bank lines", lines)
    yield from _grouped("bank lines matched", lines.filter(match_links__stands=True))


def _clearing(pair: Pair, last: date) -> Iterator[Figure]:
    for account in clearing_accounts(pair):
        days = posted_by_day(pair, account, Moment(last))
        if days:
            yield Figure(
                f"clearing account {account.code} at the end", account.currency, sum(days.values()), 0
            )


def _grouped(name: str, rows: QuerySet[Payment] | QuerySet[Refund] | QuerySet[Dispute] | QuerySet[Settlement] | QuerySet[BankLine], field: str = "amount_minor") -> Iterator[Figure]:  # fmt: skip
    for row in (
        rows.filter(~Q(currency="")).values("currency").annotate(minor=Sum(field), n=Count("pk")).order_by()
    ):
        yield Figure(name, row["currency"], int(row["minor"] or 0), row["n"])
