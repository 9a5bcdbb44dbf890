"""What happened to a closed month afterwards: figures that are not any more what was signed, and the documents of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.db.models.fields.json import KT

from integrations.models import Payment, Refund
from reconciliation.models import AcceptedChange, BankLine, MatchLink, Period, Settlement
from reconciliation.month_end.core.packs import Changed, changed, proof_hash
from reconciliation.month_end.figures import bounds, figures_of
from sync.models import Posting

_MOST = 200
_UNDONE = ("payment_delete", "refund_delete", "overpayment_delete", "bank_transaction_delete", "bank_transfer_delete",
    "credit_note_void", "invoice_void", "journal_void", "invoice_close")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Late:
    """A document dated in the month that came, changed or went after it was closed."""

    kind: str
    key: str
    words: str
    why: str
    minor: int
    currency: str
    at: datetime


def changes_since_close(period: Period) -> tuple[list[Changed], list[Late]]:
    """Both empty while the month stands as it was signed. Of a month that is not closed nothing is said."""
    if period.state != Period.State.CLOSED or period.closed_at is None:
        return [], []
    now = [each.as_json() for each in figures_of(period.pair, period.starts_on, period.ends_on)]
    differing = changed(period.pack["figures"], now)
    late = (
        sorted(_late(period, period.prepared_at or period.closed_at), key=lambda each: each.at)
        if differing
        else []
    )
    return differing, late[:_MOST]


def is_as_signed(period: Period) -> bool:
    """Whether the stored pack is the one that the hash was made of."""
    return bool(period.pack) and proof_hash(period.pack) == period.proof_hash


def _late(period: Period, since: datetime) -> Iterator[Late]:
    yield from _postings(period, since)
    yield from _records(period, since)
    yield from _banked(period, since)


def _postings(period: Period, since: datetime) -> Iterator[Late]:
    end = (period.ends_on + timedelta(days=1)).isoformat()
    rows = Posting.objects.filter(pair=period.pair, posted_at__gt=since).annotate(dated=KT("document__Date"))
    in_month = rows.filter(dated__gte=period.starts_on.isoformat(), dated__lt=end).exclude(kind__in=_UNDONE)
    for row in in_month.order_by("posted_at")[:_MOST]:
        yield Late("posting", str(row.pk), str(row), "Posted after the month was closed.", row.amount_minor, row.currency, row.posted_at or since)  # fmt: skip
    undone = Posting.objects.filter(pair=period.pair, posted_at__gt=since, kind__in=_UNDONE)
    for undoing in undone.select_related("changes", "waits_for").order_by("posted_at")[:_MOST]:
        target = undoing.target
        dated = str((target.document if target else {}).get("Date") or "")
        if target is not None and period.starts_on.isoformat() <= dated < end:
            yield Late("posting", str(target.pk), str(target), "Undone after the month was closed.", -target.amount_minor, target.currency, undoing.posted_at or since)  # fmt: skip


def _records(period: Period, since: datetime) -> Iterator[Late]:
    start, end = bounds(period.pair, period.starts_on, period.ends_on)
    payments = Payment.objects.filter(
        pair=period.pair, taken_at__gte=start, taken_at__lt=end, updated_at__gt=since
    )
    for payment in payments.order_by("updated_at")[:_MOST]:
        why = (
            "Came after the month was closed."
            if payment.created_at > since
            else "Changed after the month was closed."
        )
        yield Late("payment", str(payment.pk), f"Payment {payment}", why, payment.amount_minor or 0, payment.currency, payment.updated_at)  # fmt: skip
    refunds = Refund.objects.filter(
        pair=period.pair, happened_at__gte=start, happened_at__lt=end, updated_at__gt=since
    )
    for refund in refunds.order_by("updated_at")[:_MOST]:
        why = (
            "Came after the month was closed."
            if refund.created_at > since
            else "Changed after the month was closed."
        )
        yield Late("refund", str(refund.pk), f"Refund {refund}", why, -refund.amount_minor, refund.currency, refund.updated_at)  # fmt: skip


def _banked(period: Period, since: datetime) -> Iterator[Late]:
    days = {"gte": period.starts_on, "lte": period.ends_on}
    lines = BankLine.objects.filter(pair=period.pair, created_at__gt=since, **{f"booked_on__{name}": day for name, day in days.items()})  # fmt: skip
    for line in lines.order_by("pk")[:_MOST]:
        yield Late("bank_line", str(line.pk), f"Bank line {line}", "Imported after the month was closed.", line.amount_minor, line.currency, line.created_at)  # fmt: skip
    links = MatchLink.objects.filter(
        Q(match__decided_at__gt=since), bank_line__booked_on__gte=period.starts_on, bank_line__booked_on__lte=period.ends_on,
        match__pair=period.pair,
    )  # fmt: skip
    for link in links.select_related("bank_line", "match")[:_MOST]:
        if link.bank_line is not None:
            yield Late("bank_line", str(link.bank_line_id), f"Bank line {link.bank_line}", f"{link.match.get_state_display()} after the month was closed.", link.bank_line.amount_minor, link.bank_line.currency, link.match.decided_at)  # fmt: skip
    settled = Settlement.objects.filter(pair=period.pair, updated_at__gt=since, settled_on__gte=period.starts_on, settled_on__lte=period.ends_on)  # fmt: skip
    for row in settled.select_related("merchant_account").order_by("updated_at")[:_MOST]:
        yield Late("settlement", str(row.pk), f"Settlement {row}", "Told otherwise, or paid, after the month was closed.", row.net_minor, row.currency, row.updated_at)  # fmt: skip
    accepted = AcceptedChange.objects.filter(pair=period.pair, at__gt=since, dated__gte=period.starts_on, dated__lte=period.ends_on)  # fmt: skip
    for each in accepted[:_MOST]:
        yield Late("xero", each.remote_id, each.words, "Accepted as it stands in Xero after the month was closed.", each.minor, each.currency, each.at)  # fmt: skip
