"""Opayo's own reports against our records: the first equality, gathered from the stored batches and the sweep."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from integrations.models import Connection, Event, Pair, Payment, Refund
from integrations.opayo.core.reporting import OpayoTransaction, transaction_from_json
from reconciliation.models import SettlementLine
from reconciliation.proof.core.lights import Moment, Proved
from reconciliation.proof.core.opayo import BatchRow, BatchWorth, Recorded, Unread, opayo_equals_records
from reconciliation.settlements.core.batches import (
    NOT_SETTLED_BY_OPAYO,
    FetchedBatch,
    batch_from_json,
)

_BACK: Final = timedelta(days=31)
_REFUND: Final = "REFUND"
_NOT_SETTLED: Final = 23
"""Opayo's state of a transaction that the bank did not settle (Reporting & Admin API, txstateid)."""


def begin_of(day: date) -> date:
    """From when on batches are compared: the first day of the month before. Older ones are in the packs of their months."""
    return (day.replace(day=1) - _BACK).replace(day=1)


def prove_reports(pair: Pair, currency: str, moment: Moment) -> Proved:
    """The equality of one currency, for batches since `begin_of` the day and for what is in no batch yet."""
    zone = ZoneInfo(pair.zone)
    start = datetime.combine(begin_of(moment.day), time.min, zone)
    end = datetime.combine(moment.day + timedelta(days=1), time.min, zone)
    batches = _batches(pair, currency, start, end, moment.known_by)
    records = _records(pair, currency, {row.key for batch in batches for row in batch.rows}, start, end)
    if moment.known_by:
        records = [each for each in records if each.at <= moment.known_by]
    unread = _unread(pair, currency, start, end)
    return opayo_equals_records(currency, batches, records, unread, _seen_to(pair))


def _seen_to(pair: Pair) -> datetime | None:
    """Up to when the sweeps have gone through Opayo's list; the earliest of several connections."""
    rows = Connection.objects.filter(pair=pair, system=Connection.System.OPAYO)
    told = [row.cursors.get("swept_to") for row in rows.exclude(status=Connection.Status.OFF)]
    return min((datetime.fromisoformat(each) for each in told if each), default=None)


# Batches


def _batches(
    pair: Pair, currency: str, start: datetime, end: datetime, known_by: datetime | None
) -> list[BatchWorth]:
    """The batches completed in the time, each as it was told last."""
    rows = Event.objects.filter(pair=pair, source=Event.Source.OPAYO, kind="batch", received_at__gte=start)
    if known_by:
        rows = rows.filter(received_at__lte=known_by)
    told: dict[str, tuple[int, FetchedBatch]] = {}
    for pk, body in rows.order_by("pk").values_list("pk", "body"):
        fetched = batch_from_json(bytes(body))
        completed = fetched.batch.completed
        if completed is None or start <= completed < end:
            told[f"{fetched.batch.auth_processor} {fetched.batch.batch_id}"] = (pk, fetched)
    remembered = _remembered(pair, (fetched for _, fetched in told.values()))
    withdrawn = _withdrawn(pair, (fetched for _, fetched in told.values()))
    found = []
    for name, (pk, fetched) in told.items():
        worth = [total for total in fetched.batch.totals if total.currency == currency]
        if worth:
            members = [each for each in fetched.transactions if _is_in(each, currency, remembered)]
            net = sum(total.net.minor for total in worth)
            found.append(
                BatchWorth(name, pk, net, tuple(_row(each, remembered, withdrawn) for each in members))
            )
    return found


Known = dict[str, tuple[int, str]]


def _remembered(pair: Pair, batches: Iterable[FetchedBatch]) -> Known:
    """What the rows that tell no amount were taken in as, by VPSTxId: signed, with the currency."""
    bare = [each.vps_tx_id.upper() for batch in batches for each in batch.transactions if not _is_told(each)]
    lines = SettlementLine.objects.filter(
        settlement__pair=pair, vps_tx_id__in=bare, kind__in=["sale", "refund"]
    )
    fields = lines.values_list("vps_tx_id", "amount_minor", "settlement__currency")
    return {vps_tx_id.upper(): (minor, currency) for vps_tx_id, minor, currency in fields}


def _is_told(row: OpayoTransaction) -> bool:
    return row.amount is not None and bool(row.tx_type)


def _is_in(row: OpayoTransaction, currency: str, remembered: Known) -> bool:
    if row.amount is not None:
        return row.amount.currency == currency
    told = row.currency or remembered.get(row.vps_tx_id.upper(), (0, ""))[1]
    return not told or told == currency


def _withdrawn(pair: Pair, batches: Iterable[FetchedBatch]) -> set[str]:
    """Those that Opayo itself told to have failed after they were sent to the bank (txstateid 23)."""
    keys = {each.vps_tx_id: each.vps_tx_id.upper() for batch in batches for each in batch.transactions}
    told = Event.objects.filter(
        pair=pair, source=Event.Source.OPAYO, dedupe_key__in=[f"{key}:{_NOT_SETTLED}" for key in keys]
    )
    return {key.partition(":")[0].upper() for key in told.values_list("dedupe_key", flat=True)}


def _row(row: OpayoTransaction, remembered: Known, withdrawn: set[str]) -> BatchRow:
    key = row.vps_tx_id.upper()
    minor = remembered[key][0] if key in remembered else None
    if row.amount is not None and row.tx_type:
        minor = -row.amount.minor if row.tx_type == _REFUND else row.amount.minor
    elsewhere = row.payment_system.upper() in NOT_SETTLED_BY_OPAYO
    return BatchRow(key, row.vendor_tx_code, minor, elsewhere, is_withdrawn=key in withdrawn)


# Records


def _records(pair: Pair, currency: str, keys: set[str], start: datetime, end: datetime) -> list[Recorded]:
    """Our records of these transactions, and all that was taken or given back in the time."""
    payments = Payment.objects.filter(_between("taken_at", keys, start, end), pair=pair, currency=currency)
    refunds = Refund.objects.filter(_between("happened_at", keys, start, end), pair=pair, currency=currency)
    return [*_payments(payments), *_refunds(refunds)]


def _between(moment: str, keys: set[str], start: datetime, end: datetime) -> Q:
    return Q(vps_tx_id__in=keys) | Q(**{f"{moment}__gte": start, f"{moment}__lt": end})


def _payments(rows: QuerySet[Payment]) -> Iterable[Recorded]:
    counted = rows.exclude(taken_at=None).exclude(amount_minor=None)
    for pk, key, code, state, minor, at in counted.values_list(
        "pk", "vps_tx_id", "vendor_tx_code", "state", "amount_minor", "taken_at"
    ).iterator():
        taken = (minor or 0) if state == Payment.State.CAPTURED else 0
        if at is not None:
            yield Recorded("payment", pk, key.upper() or f"payment:{pk}", code, taken, at)


def _refunds(rows: QuerySet[Refund]) -> Iterable[Recorded]:
    for pk, key, code, is_voided, minor, at in rows.values_list(
        "pk", "vps_tx_id", "vendor_tx_code", "is_voided", "amount_minor", "happened_at"
    ).iterator():
        yield Recorded("refund", pk, key.upper() or f"refund:{pk}", code, 0 if is_voided else -minor, at)


# Messages


def _unread(pair: Pair, currency: str, start: datetime, end: datetime) -> list[Unread]:
    """What Opayo's reports told and is not in the records: dead messages, and those still to be read."""
    rows = Event.objects.filter(
        pair=pair, source=Event.Source.OPAYO, kind="transaction",
        state__in=[Event.State.DEAD, Event.State.RECEIVED], received_at__gte=start, received_at__lt=end,
    )  # fmt: skip
    return [each for row in rows.order_by("pk") if (each := _told(row, currency)) is not None]


def _told(event: Event, currency: str) -> Unread | None:
    try:
        told = transaction_from_json(bytes(event.body))
    except ValueError:
        return None  # unreadable altogether: it is among the dead messages, and of no currency
    if told.currency and told.currency != currency:
        return None
    return Unread(event.pk, f"Opayo's {told.tx_type or 'transaction'} {told.vendor_tx_code}", 0, event.state == Event.State.DEAD)  # fmt: skip
