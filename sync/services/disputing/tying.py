"""Disputes and their sales: tied when there can be no doubt, else left to a person, with the likeliest."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

from integrations.core.money import Money
from integrations.disputes.core.ties import Disputed, Sale, Tie, certain, scored
from integrations.models import Dispute, Event, Payment
from sync.models import Problem
from sync.services.batch import Batch
from sync.services.problems import open_problem

_NEAR: Final = timedelta(days=4)
_LONGEST_AGO: Final = timedelta(days=550)
"""Schemes let cardholders dispute within 120 days of delivery, and at most 540 of the sale."""
_MOST: Final = 500
UNTIED: Final = "dispute_untied"


def tie_disputes(batch: Batch) -> None:
    """Tie what was told of in this batch and knows no sale yet; what a person took off its sale gets the likeliest only."""
    untied = [
        (batch.cases.disputes[key], event)
        for key, event in batch.cases.changed.items()
        if batch.cases.disputes[key].payment is None
    ]
    found = {dispute.case_id: _sale_of(batch, dispute) for dispute, _ in untied}
    batch.wanted["payments"].update(code for code in found.values() if code)
    batch.fetch()
    for dispute, event in untied:
        payment = batch.payments.get(found[dispute.case_id])
        if payment is not None and not dispute.is_tied_by_person:
            tie(batch, dispute, payment, event)


def tie(batch: Batch, dispute: Dispute, payment: Payment, event: Event | None) -> None:
    """Have the dispute be about this payment; the order of the one before is planned again as well."""
    if dispute.payment is not None and dispute.payment.vendor_tx_code == payment.vendor_tx_code:
        return
    touch(batch, dispute, event)
    dispute.payment, dispute.order = payment, payment.order
    dispute.tie_count += 1
    touch(batch, dispute, event)


def untie(batch: Batch, dispute: Dispute, event: Event) -> None:
    """Have the dispute know no sale until a person chooses one; the order is planned again without it."""
    touch(batch, dispute, event)
    dispute.payment = dispute.order = None
    dispute.is_tied_by_person = True


def touch(batch: Batch, dispute: Dispute, event: Event | None) -> None:
    """The books of the dispute's order, if it is known, are planned again."""
    order = dispute.payment.order if dispute.payment else None
    if order is None:
        return
    batch.orders.setdefault(order.number, order)
    if event is None:
        batch.changed_orders.add(order.number)
    else:
        batch.touch_order(order.number, event)


def say_untied(batch: Batch) -> None:
    """A dispute that knows no sale is a problem to look at; tied, it has answered itself."""
    tied = []
    for key in batch.cases.changed:
        dispute = batch.cases.disputes[key]
        if dispute.payment is not None:
            tied.append(key[:120])
            continue
        amount = Money(dispute.amount_minor, dispute.currency)
        open_problem(
            batch.pair,
            UNTIED,
            key,
            f"The acquirer disputes {amount} in case {key}, and nobody can say for certain which sale that is. "
            "Until it is known, what the acquirer took is not in the books.",
            "Open the dispute and choose its sale: the likeliest are shown with the reasons. This is settled by it.",
        )
    if tied:
        told = Problem.objects.filter(pair=batch.pair, code=UNTIED, subject__in=tied, resolved_at=None)
        told.update(resolved_at=timezone.now())


def _sale_of(batch: Batch, dispute: Dispute) -> str:
    """The VendorTxCode of the sale it has to be, if any; the likeliest are kept on the dispute."""
    disputed = Disputed(
        Money(dispute.amount_minor, dispute.currency),
        dispute.retrieval_reference,
        dispute.bank_auth_code,
        dispute.last_four,
        dispute.sold_on,
    )
    zone = ZoneInfo(batch.pair.zone)
    rows = _payments(batch, dispute, zone)
    sales = [_sale(row, zone) for row in rows]
    dispute.ties = [_as_json(one) for one in scored(disputed, sales)]
    found = certain(disputed, sales)
    return found.code if found else ""


def _payments(batch: Batch, dispute: Dispute, zone: ZoneInfo) -> list[Payment]:
    """Captured payments it may be about: of that reference, or of that card around that day; those of the batch too."""
    begin, end = _around(dispute, zone)
    rows = Payment.objects.filter(
        _named(dispute),
        pair=batch.pair,
        state=Payment.State.CAPTURED,
        currency=dispute.currency,
        amount_minor__gte=dispute.amount_minor,
        taken_at__gte=begin,
        taken_at__lt=end,
    )
    found = {row.vendor_tx_code: row for row in rows.select_related("order").order_by("-taken_at")[:_MOST]}
    here = {code: row for code, row in batch.payments.items() if _is_named(dispute, row)}
    return list({**found, **here}.values())


def _named(dispute: Dispute) -> Q:
    named = Q(pk__in=[])
    if dispute.retrieval_reference:
        named |= Q(tx_auth_no__in=_references(dispute))
    if dispute.last_four:
        named |= Q(last_four=dispute.last_four)
    elif dispute.bank_auth_code:
        named |= Q(bank_auth_code=dispute.bank_auth_code)
    return named


def _references(dispute: Dispute) -> list[str]:
    """As told, and without the noughts that files fill it up with."""
    return [dispute.retrieval_reference, dispute.retrieval_reference.lstrip("0")]


def _is_named(dispute: Dispute, payment: Payment) -> bool:
    """As `_named`, for a payment that may not be stored yet."""
    if payment.state != Payment.State.CAPTURED:
        return False
    if dispute.retrieval_reference and payment.tx_auth_no in _references(dispute):
        return True
    if dispute.last_four:
        return payment.last_four == dispute.last_four
    return bool(dispute.bank_auth_code) and payment.bank_auth_code == dispute.bank_auth_code


def _around(dispute: Dispute, zone: ZoneInfo) -> tuple[datetime, datetime]:
    def begin(day: date) -> datetime:
        return datetime.combine(day, time.min, zone)

    if dispute.sold_on is not None:
        return begin(dispute.sold_on - _NEAR), begin(dispute.sold_on + _NEAR)
    return begin(dispute.raised_on - _LONGEST_AGO), begin(dispute.raised_on + timedelta(days=1))


def _sale(payment: Payment, zone: ZoneInfo) -> Sale:
    return Sale(
        payment.vendor_tx_code,
        Money(payment.amount_minor or 0, payment.currency),
        payment.order.number if payment.order else payment.order_number,
        payment.tx_auth_no or payment.retrieval_reference,
        payment.bank_auth_code,
        payment.last_four,
        payment.taken_at.astimezone(zone).date() if payment.taken_at else None,
    )


def _as_json(one: Tie) -> dict[str, Any]:
    return {
        "payment": one.code,
        "order": one.order_number,
        "score": one.score,
        "reasons": list(one.reasons),
        "against": list(one.against),
    }
