"""Reading what is known of a payment: what came in, what went back, what is under way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Min, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from integrations.core.money import Money
from integrations.instructions.core.rules import PaymentFacts
from integrations.models import Dispute, Instruction, Order, Payment, Refund

OPEN = (Instruction.State.ASKED, Instruction.State.SENDING, Instruction.State.UNKNOWN)
_MONEY_BACK = (Instruction.Kind.REFUND, Instruction.Kind.VOID)
_NO_OUTFLOW = (Dispute.State.WON, Dispute.State.REVERSED)


def facts_of(payment: Payment) -> PaymentFacts:
    """The payment as the rules see it. Five small queries; lock the payment first where something follows from it."""
    currency = payment.currency or payment.pair.base_currency
    refunds = dict(
        Refund.objects.filter(payment=payment, is_voided=False).values_list("vendor_tx_code", "amount_minor")
    )
    asked = [row for row in payment.instructions.all() if row.state != Instruction.State.REFUSED]
    taken = _captured(payment, currency)
    back = [row for row in asked if row.kind in _MONEY_BACK and row.vendor_tx_code not in refunds]
    is_waiting = payment.state == Payment.State.WAITING
    under_way = _open(back) if not is_waiting else _open(_authorising(asked))
    return PaymentFacts(
        code=payment.vendor_tx_code,
        state=payment.state,
        tx_type=payment.tx_type.upper(),
        currency=currency,
        captured=taken,
        refunded=Money(sum(refunds.values()) + _sum(_done(back)), currency),
        under_way=Money(_sum(under_way), currency),
        agreed=_agreed(payment, currency),
        authorised=Money(_authorised_minor(payment, asked), currency),
        taken_at=payment.taken_at,
        is_known_to_opayo=bool(payment.vps_tx_id),
        is_disputed=is_disputed(payment),
        is_paypal=payment.card_type.upper() == "PAYPAL",
        is_busy=bool(_open(asked)),
    )


def is_disputed(payment: Payment) -> bool:
    """Whether the cardholder's bank has money of it, or asks for some. One query."""
    return Dispute.objects.filter(payment=payment).exclude(state__in=_NO_OUTFLOW).exists()


def _captured(payment: Payment, currency: str) -> Money | None:
    is_taken = payment.state == Payment.State.CAPTURED and payment.amount_minor is not None
    return Money(payment.amount_minor or 0, currency) if is_taken else None


def _agreed(payment: Payment, currency: str) -> Money | None:
    agreed = payment.amount_minor if payment.authorised_minor is None else payment.authorised_minor
    return None if agreed is None else Money(agreed, currency)


def _authorised_minor(payment: Payment, asked: Sequence[Instruction]) -> int:
    """What was taken of an authenticated payment: the payments made of it, and those on their way to being records."""
    if payment.tx_type.upper() != "AUTHENTICATE" or not payment.vps_tx_id:
        return 0
    made = Payment.objects.filter(
        pair_id=payment.pair_id,
        related_vps_tx_id=payment.vps_tx_id,
        tx_type="AUTHORISE",
        state=Payment.State.CAPTURED,
    )
    amounts = dict(made.values_list("vendor_tx_code", "amount_minor"))
    told = _sum(row for row in _done(_authorising(asked)) if row.vendor_tx_code not in amounts)
    return sum(minor or 0 for minor in amounts.values()) + told


def _authorising(rows: Iterable[Instruction]) -> list[Instruction]:
    return [row for row in rows if row.kind == Instruction.Kind.AUTHORISE]


def _open(rows: Iterable[Instruction]) -> list[Instruction]:
    return [row for row in rows if row.state in OPEN]


def _done(rows: Iterable[Instruction]) -> list[Instruction]:
    return [row for row in rows if row.state == Instruction.State.DONE]


def _sum(rows: Iterable[Instruction]) -> int:
    return sum(row.amount_minor or 0 for row in rows)


def refundable_payments(order: Order) -> list[Payment]:
    """Payments of the order whose money has not all gone back yet, newest first."""
    captured = order.payments.filter(state=Payment.State.CAPTURED).select_related("pair", "order")
    return [payment for payment in captured.order_by("-taken_at", "-pk") if facts_of(payment).left]


def payment_to_refund(order: Order, amount: Money) -> Payment | None:
    """The payment an amount is given back of: the newest that has enough left, else the newest of those captured.

    None when nothing was captured for the order.
    """
    captured = list(
        order.payments.filter(state=Payment.State.CAPTURED)
        .select_related("pair", "order")
        .order_by("-taken_at", "-pk")
    )
    enough = (
        payment
        for payment in captured
        if payment.currency == amount.currency and facts_of(payment).left >= amount
    )
    return next(enough, captured[0] if captured else None)


def open_instructions(pair_id: int) -> QuerySet[Instruction]:
    """What Opayo is still to be asked, or may have been, oldest first."""
    return Instruction.objects.filter(pair_id=pair_id, state__in=OPEN).order_by("pk")


def due_instructions(pair_id: int, now: datetime) -> QuerySet[Instruction]:
    """Open instructions whose time has come (machine's clock), those a killed worker left in its hands included."""
    due = Q(not_before=None) | Q(not_before__lte=now)
    return open_instructions(pair_id).filter(due)


def next_instruction_due_in(pair_id: int, now: datetime) -> float | None:
    """Seconds until the next open instruction is due, never below 0; None when there is none."""
    first = open_instructions(pair_id).aggregate(first=Min(Coalesce("not_before", Value(now))))["first"]
    return None if first is None else max((first - now).total_seconds(), 0.0)
