"""Messages of the shop: orders told, changed and cancelled, and attempts to pay announced."""

from __future__ import annotations

from datetime import timedelta

from integrations.cards.keeping import KeptCard
from integrations.cards.sealing import opened
from integrations.models import Customer, Event, Order, Payment, SavedCard
from integrations.secrets import encrypt
from integrations.shop.core.cards import ToldCard
from integrations.shop.core.orders import MessageError, ShopMessage, ShopOrder, parse_message
from sync.services.batch import Batch
from sync.services.customers.telling import shop_tells
from sync.services.intake.outcomes import Done, Outcome, UnreadableError, Wait
from sync.services.intake.refund_requests import ask_refund

_GIVE_UP = timedelta(days=3)


def read(event: Event) -> ShopMessage:
    """Parse the message; raises UnreadableError."""
    try:
        return parse_message(bytes(event.body))
    except MessageError as error:
        raise UnreadableError(str(error)) from error


def load(batch: Batch, event: Event, message: ShopMessage) -> None:
    """The order, its customer, and the payment it speaks of."""
    batch.wanted["orders"].add(message.number)
    if message.order:
        batch.wanted["customers"].add(message.order.contact_number)
        batch.people.emails[message.order.contact_number] = message.order.email.lower()
    if message.vendor_tx_code:
        batch.wanted["payments"].add(message.vendor_tx_code)


def apply(batch: Batch, event: Event, message: ShopMessage) -> Outcome:
    """Change customer, order and payment as told."""
    if message.type == "order.cancelled":
        return _cancel(batch, event, message)
    if message.type == "payment.started":
        return _payment_started(batch, event, message)
    if message.refund is not None:
        order = batch.orders.get(message.number)
        return (
            _wait_for_order(event, message, batch)
            if order is None
            else ask_refund(batch, event, order, message.refund)
        )
    if message.order is None:
        raise UnreadableError(f"The message about order {message.number} has no order in it.")
    return _order(batch, event, message, message.order)


def _order(batch: Batch, event: Event, message: ShopMessage, told: ShopOrder) -> Outcome:
    known = batch.orders.get(told.number)
    if known is not None and message.type == "order.created" and known.document != told.document:
        raise UnreadableError(
            f"There is already an order {told.number} with other contents. If the shop changed it, it "
            "must say order.updated; if it is another order, it needs a number of its own."
        )
    customer = _customer(batch, told)
    order = known or Order(pair=batch.pair, number=told.number)
    if known is not None and known.document != told.document:
        batch.amended[told.number] = event.pk
    _copy(order, told, message, event)
    order.customer = customer
    batch.orders[told.number] = order
    batch.told_orders.add(told.number)
    batch.touch_order(told.number, event)
    if message.vendor_tx_code:
        _announce(batch, order, message)
    return Done()


def _copy(order: Order, told: ShopOrder, message: ShopMessage, event: Event) -> None:
    if event.connection_id is not None:
        order.connection_id = event.connection_id
    order.currency = told.total.currency
    order.total_minor = told.total.minor
    order.placed_at = told.placed_at
    order.document = dict(told.document)
    order.problems = list(message.problems)
    if message.problems:
        order.state = Order.State.INVALID
    elif order.state == Order.State.INVALID:
        order.state = Order.State.OPEN


def _customer(batch: Batch, told: ShopOrder) -> Customer:
    number = told.contact_number
    customer = batch.people.find(number, told.email) or batch.people.enter(number, told.email)
    if customer._state.adding and not customer.name:
        customer.name = told.customer_name
    if shop_tells(batch.people, customer, number, told.customer):
        batch.changed_customers.add(customer.contact_number)
    return customer


def _announce(batch: Batch, order: Order, message: ShopMessage) -> None:
    """Tie the code to the order; its key makes Opayo's notification verifiable."""
    code = message.vendor_tx_code
    payment = batch.payments.get(code)
    if payment is None or not payment.security_key:
        batch.announced.add(code)
    if payment is None:
        payment = Payment(pair=batch.pair, vendor_tx_code=code, channel=Payment.Channel.SHOP)
        batch.payments[code] = payment
    if message.security_key and not payment.security_key:
        payment.security_key = encrypt(message.security_key)
    if payment.amount_minor is None:
        payment.amount_minor = order.total_minor
        payment.currency = order.currency
    payment.order = order
    payment.is_unmatched = False
    if message.saved_card is not None:
        batch.kept_cards[code] = _kept_card(message.saved_card)
    batch.changed_payments.add(code)


def _kept_card(told: ToldCard) -> KeptCard:
    return KeptCard(
        SavedCard.Kind.CARD_IDENTIFIER,
        opened(told.identifier),
        told.scheme,
        told.last_four,
        told.expiry,
        {"channel": "shop", **told.consent},
        told.scheme_trace_id,
    )


def _payment_started(batch: Batch, event: Event, message: ShopMessage) -> Outcome:
    order = batch.orders.get(message.number)
    if order is None:
        return _wait_for_order(event, message, batch)
    _announce(batch, order, message)
    batch.touch_order(message.number, event)
    return Done()


def _cancel(batch: Batch, event: Event, message: ShopMessage) -> Outcome:
    order = batch.orders.get(message.number)
    if order is None:
        return _wait_for_order(event, message, batch)
    order.close_unpaid_at = None
    order.state = Order.State.CANCELLED
    batch.touch_order(message.number, event)
    return Done()


def _wait_for_order(event: Event, message: ShopMessage, batch: Batch) -> Outcome:
    """Messages overtake each other; the order is given time to arrive."""
    if batch.now - event.received_at > _GIVE_UP:
        raise UnreadableError(f"Order {message.number} never arrived. Ask the shop to send it again.")
    return Wait(min(2.0 ** min(event.attempts, 9), 300.0), f"waiting for order {message.number}")
