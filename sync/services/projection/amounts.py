"""An order and its money as the plan sees them: in the currency of its invoice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from integrations.core.money import Money
from integrations.disputes.core.reasons import usual_loss
from integrations.disputes.core.stories import Story
from integrations.models import Dispute, Order, Payment, Refund
from sync.core.books import DisputeFacts, OrderFacts, PaymentFacts, RefundFacts
from sync.core.chargebacks import Conversions, Loss, dispute_facts, key_of_case
from sync.core.conversion import Conversion, share


def order_facts(
    order: Order,
    payments: Sequence[Payment],
    refunds: Sequence[Refund] = (),
    disputes: Sequence[DisputeFacts] = (),
) -> OrderFacts:
    """What the plan has to know; `refunds` in the order in which Opayo made them.

    Money in another currency than the order's is left out: nobody can say what it is worth in these books.
    """
    own = [payment for payment in payments if payment.currency in {"", order.currency}]
    return OrderFacts(
        number=order.number,
        total_minor=books_total(order),
        is_postable=order.state != Order.State.INVALID,
        is_closed=order.state == Order.State.CANCELLED,
        payments=tuple(
            PaymentFacts(payment.vendor_tx_code, payment.state, in_books(payment, order)) for payment in own
        ),
        refunds=tuple(_refund_facts(order, own, refunds)),
        disputes=tuple(disputes),
    )


def dispute_facts_of(order: Order, dispute: Dispute, story: Story, booked: Collection[str]) -> DisputeFacts:
    """What the plan has to know of a dispute; `booked` are the VendorTxCodes of the payments that are."""
    payment = dispute.payment
    code = payment.vendor_tx_code if payment else ""
    is_foreign = payment is None or dispute.currency != order.currency
    return dispute_facts(
        key_of_case(dispute.case_id, dispute.tie_count),
        code,
        story,
        loss_of(dispute),
        Conversions(
            lambda minor: _converted(minor, 0, payment, order) if payment else minor,
            lambda minor: _fee_in_books(minor, order, dispute),
        ),
        is_left_alone=is_foreign or code not in booked,
    )


def loss_of(dispute: Dispute) -> Loss:
    """How a loss is booked: as a person said, else as is usual for the reason."""
    chosen = dispute.loss or usual_loss(dispute.family)
    return "sale_undone" if chosen == Dispute.Loss.SALE_UNDONE else "bad_debt"


def _fee_in_books(minor: int, order: Order, dispute: Dispute) -> int:
    told = dispute.fee_currency or dispute.currency
    if order.conversion is None or fee_currency(order, dispute) == told:
        return minor
    return Conversion.from_json(order.conversion).convert(Money(minor, told)).minor


def fee_currency(order: Order, dispute: Dispute) -> str:
    """The currency in which a dispute's fee is booked: its own, unless that is the order's and the books do not keep it."""
    told = dispute.fee_currency or dispute.currency
    return books_currency(order) if told == order.currency else told


def _refund_facts(
    order: Order, payments: Sequence[Payment], refunds: Sequence[Refund]
) -> Iterator[RefundFacts]:
    by_code = {payment.vendor_tx_code: payment for payment in payments}
    before: dict[str, int] = defaultdict(int)
    for refund in refunds:
        payment = by_code.get(refund.payment.vendor_tx_code) if refund.payment else None
        if payment is None or refund.currency != payment.currency:
            continue
        code = payment.vendor_tx_code
        yield RefundFacts(
            refund.vendor_tx_code,
            code,
            _converted(refund.amount_minor, before[code], payment, order),
            is_voided=refund.is_voided,
            names_lines=bool(refund.lines),
        )
        before[code] += refund.amount_minor


def _converted(minor: int, before: int, payment: Payment, order: Order) -> int:
    """A refund in the books: rounded so that all refunds of a payment together are what was booked of it."""
    whole, booked = payment.amount_minor or 0, in_books(payment, order)
    if whole == booked or not whole:
        return minor
    return share(before + minor, whole, booked) - share(before, whole, booked)


def in_books(payment: Payment, order: Order) -> int:
    """What a payment comes to in the currency of the invoice."""
    return share(payment.amount_minor or 0, order.total_minor, books_total(order))


def books_total(order: Order) -> int:
    """What the order comes to in the books."""
    return int(order.conversion["total_minor"]) if order.conversion else order.total_minor


def books_currency(order: Order) -> str:
    """The currency of the order's invoice."""
    return str(order.conversion["target"]) if order.conversion else order.currency


def books_money(order: Order, minor: int) -> Money:
    """An amount of the plan as money."""
    return Money(minor, books_currency(order))
