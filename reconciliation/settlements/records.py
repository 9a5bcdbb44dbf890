"""Our payments and refunds as the rules of settlements see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Q

from integrations.models import Pair, Payment, Refund
from reconciliation.models import SettlementLine
from reconciliation.settlements.core.batches import KnownItem
from reconciliation.settlements.core.lines import Line
from reconciliation.settlements.core.ties import Transaction

_AROUND: Final = timedelta(days=6)
_PAYMENT, _REFUND = "payment", "refund"


def known_items(pair: Pair, vps_tx_ids: Iterable[str]) -> dict[str, KnownItem]:
    """What our records say of these transactions, by VPSTxId in capitals. Two queries."""
    ids = [each.upper() for each in vps_tx_ids]
    payments = Payment.objects.filter(pair=pair, vps_tx_id__in=ids, amount_minor__isnull=False)
    refunds = Refund.objects.filter(pair=pair, vps_tx_id__in=ids)
    found = {
        vps_tx_id.upper(): KnownItem(minor or 0, currency, is_refund=False)
        for vps_tx_id, minor, currency in payments.values_list("vps_tx_id", "amount_minor", "currency")
    }
    found |= {
        vps_tx_id.upper(): KnownItem(minor, currency, is_refund=True)
        for vps_tx_id, minor, currency in refunds.values_list("vps_tx_id", "amount_minor", "currency")
    }
    return found


def transactions_like(pair: Pair, currency: str, lines: Sequence[Line]) -> list[Transaction]:
    """Captured payments and refunds of a currency that any of the lines may be. Three queries."""
    wanted = [line for line in lines if line.is_item]
    if not wanted:
        return []
    zone = ZoneInfo(pair.zone)
    payments = Payment.objects.filter(
        _like(wanted, "taken_at", has_references=True),
        pair=pair,
        currency=currency,
        amount_minor__gt=0,
        state__in=[Payment.State.CAPTURED, Payment.State.REVERSED],
    )
    refunds = Refund.objects.filter(
        _like(wanted, "happened_at", has_references=False), pair=pair, currency=currency, is_voided=False
    )
    found = [_of_payment(row, zone) for row in payments.defer("checks", "security_key", "candidates")]
    found += [_of_refund(row, zone) for row in refunds.select_related("payment")]
    return _with_batch_references(pair, found, wanted, currency)


def _like(lines: Sequence[Line], moment: str, *, has_references: bool) -> Q:
    """Whatever shares a key with a line, or its amount within a few days of it."""
    keys = Q(vps_tx_id__in=[line.vps_tx_id.upper() for line in lines if line.vps_tx_id])
    keys |= Q(vendor_tx_code__in=[line.vendor_tx_code for line in lines if line.vendor_tx_code])
    if has_references:
        references = [line.retrieval_reference for line in lines if line.retrieval_reference]
        keys |= Q(tx_auth_no__in=references) | Q(retrieval_reference__in=references)
    days = [line.happened_on for line in lines if line.happened_on]
    if days:
        keys |= Q(amount_minor__in={abs(line.amount_minor) for line in lines}) & Q(
            **{f"{moment}__date__gte": min(days) - _AROUND, f"{moment}__date__lte": max(days) + _AROUND}
        )
    return keys


def _of_payment(row: Payment, zone: ZoneInfo) -> Transaction:
    return Transaction(
        key=f"{_PAYMENT}:{row.pk}",
        is_refund=False,
        minor=row.amount_minor or 0,
        day=_day(row.taken_at, zone),
        vps_tx_id=row.vps_tx_id,
        vendor_tx_code=row.vendor_tx_code,
        references=tuple(dict.fromkeys(each for each in (row.tx_auth_no, row.retrieval_reference) if each)),
        bank_auth_code=row.bank_auth_code,
        last_four=row.last_four,
    )


def _of_refund(row: Refund, zone: ZoneInfo) -> Transaction:
    return Transaction(
        key=f"{_REFUND}:{row.pk}",
        is_refund=True,
        minor=row.amount_minor,
        day=_day(row.happened_at, zone),
        vps_tx_id=row.vps_tx_id,
        vendor_tx_code=row.vendor_tx_code,
        last_four=row.payment.last_four if row.payment else "",
    )


def _day(moment: datetime | None, zone: ZoneInfo) -> date | None:
    return moment.astimezone(zone).date() if moment else None


def _with_batch_references(
    pair: Pair, found: list[Transaction], lines: Sequence[Line], currency: str
) -> list[Transaction]:
    """With the retrieval references that Opayo's batches tell: of refunds nothing else does."""
    references = [line.retrieval_reference for line in lines if line.retrieval_reference]
    told = SettlementLine.objects.filter(
        settlement__pair=pair, settlement__currency=currency, retrieval_reference__in=references
    ).exclude(payment=None, refund=None)
    by_key = {transaction.key: transaction for transaction in found}
    for line in told.select_related("payment", "refund__payment"):
        zone = ZoneInfo(pair.zone)
        made = _of_payment(line.payment, zone) if line.payment else None
        made = _of_refund(line.refund, zone) if line.refund else made
        if made is not None:
            known = by_key.setdefault(made.key, made)
            extra = (*known.references, line.retrieval_reference)
            by_key[made.key] = replace(known, references=tuple(dict.fromkeys(extra)))
    return list(by_key.values())


def tied_to(key: str) -> Mapping[str, int]:
    """The columns of a settlement line that name a transaction, from its key."""
    kind, _, pk = key.partition(":")
    return {f"{kind}_id": int(pk)} if pk else {}
