"""What a customer's page shows."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.cards.selectors import open_charges, policy_of
from integrations.checkout.links import Done, pay_url
from integrations.core.money import Money
from integrations.models import Order, Payment


@dataclass(frozen=True, slots=True)
class Bill:
    """An order as its customer may see it. `problem` says why it cannot be paid, empty when it can."""

    order: Order
    seller: str
    total: Money
    due: Money
    problem: str
    offer: str = ""
    """The words under which the customer may have the card kept; empty when the seller does not ask for that."""

    @property
    def is_paid(self) -> bool:
        return self.order.state in (Order.State.PAID, Order.State.OVERPAID)


_PROBLEMS = {
    Order.State.PAID: "This order is paid. Thank you.",
    Order.State.OVERPAID: "This order is paid. Thank you.",
    Order.State.CANCELLED: "This order was cancelled, so there is nothing to pay.",
    Order.State.INVALID: "This order is being checked by the seller. Please try again later.",
}


def bill_of(order_id: int) -> Bill | None:
    """The bill of an order; None when it is gone or its pair is switched off."""
    order = (
        Order.objects.select_related("pair", "connection").filter(pk=order_id, pair__is_active=True).first()
    )
    if order is None:
        return None
    total = Money(order.total_minor, order.currency)
    due = Money(max(order.total_minor - order.captured_minor, 0), order.currency)
    problem = _PROBLEMS.get(
        Order.State(order.state), "" if due else "There is nothing left to pay. Thank you."
    )
    if not problem and open_charges(order.pk):
        problem = _BEING_CHARGED
    policy = policy_of(order.pair)
    offer = policy.consent_text if policy.offers_to_keep else ""
    return Bill(order, order.connection.name or order.pair.name, total, due, problem, offer)


_BEING_CHARGED = (
    "The seller is charging this order to the card you left with them. Please look again in a few minutes."
)


@dataclass(frozen=True, slots=True)
class Result:
    """How a payment went, as its customer may see it; `pay_again` is set while the order can still be paid."""

    is_paid: bool
    order_number: str
    seller: str
    pay_again: str


def result_of(done: Done) -> Result:
    """The result of a payment: what its record says by now, else what Opayo had told when it sent the customer here."""
    payment = (
        Payment.objects.select_related("order__connection", "order__pair", "pair")
        .filter(pair_id=done.pair_id, vendor_tx_code=done.vendor_tx_code)
        .first()
    )
    if payment is None:
        return Result(done.is_paid, "", "", "")
    order = payment.order
    ended_badly = payment.state in (Payment.State.FAILED, Payment.State.REVERSED)
    return Result(
        is_paid=done.is_paid and not ended_badly,
        order_number=order.number if order else payment.order_number,
        seller=(order.connection.name if order else "") or payment.pair.name,
        pay_again=pay_url(order)
        if order and order.state in (Order.State.OPEN, Order.State.PART_PAID)
        else "",
    )
