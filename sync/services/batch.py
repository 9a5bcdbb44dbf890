"""One batch of events on its way into records: read in bulk, changed in memory, written in bulk."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.bulk import insert_rows, update_rows
from integrations.cards.keeping import KeptCard, give_homes, keep
from integrations.models import Connection, Customer, Event, Order, Pair, Payment, Refund
from sync.services.customers.people import People
from sync.services.disputing.cases import Cases

_NEEDED_WITH = {
    "orders": ("customer",),
    "payments": ("order", "order__customer"),
    "refunds": ("payment", "payment__order", "payment__order__customer"),
}

_CUSTOMER_FIELDS = ["email", "name", "details", "held", "pushed", "compared_at"]
_ORDER_FIELDS = [
    "customer", "currency", "total_minor", "captured_minor", "placed_at", "state",
    "problems", "document", "conversion", "close_unpaid_at", "updated_at",
]  # fmt: skip
_ORDER_STATE_FIELDS = [
    "captured_minor", "state", "problems", "conversion", "close_unpaid_at", "updated_at",
]  # fmt: skip
_PAYMENT_FIELDS = [
    "order", "vps_tx_id", "security_key", "state", "status", "status_detail", "tx_type",
    "amount_minor", "currency", "taken_at", "card_type", "last_four", "expiry", "tx_auth_no",
    "bank_auth_code", "checks", "candidates", "is_unmatched", "authorised_minor", "related_vps_tx_id",
    "updated_at",
]  # fmt: skip
_REFUND_FIELDS = [
    "payment", "order", "instruction", "vps_tx_id", "related_vps_tx_id", "amount_minor", "currency", "happened_at",
    "is_voided", "channel", "reason", "lines", "updated_at",
]  # fmt: skip


@dataclass
class Batch:
    """The events of one transaction and the records they touch, by their natural keys."""

    pair: Pair
    now: datetime
    """The business moment, UTC."""
    orders: dict[str, Order] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    wanted: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Natural keys to fetch, by kind of record."""
    by_order: dict[str, list[Payment]] = field(default_factory=dict)
    refunds_by_order: dict[str, list[Refund]] = field(default_factory=dict)
    changed_orders: set[str] = field(default_factory=set)
    changed_customers: set[str] = field(default_factory=set)
    changed_payments: set[str] = field(default_factory=set)
    changed_refunds: set[str] = field(default_factory=set)
    announced: set[str] = field(default_factory=set)
    """VendorTxCodes that became known: messages may be waiting for them."""
    told_orders: set[str] = field(default_factory=set)
    """Orders whose content was told in this batch."""
    ended_payments: dict[str, str] = field(default_factory=dict)
    """Codes whose payment has failed or was reversed in this batch, with the state before."""
    caused_by: dict[str, int] = field(default_factory=dict)
    """The event that last touched an order number."""
    order_of_event: dict[int, str] = field(default_factory=dict)
    amended: dict[str, int] = field(default_factory=dict)
    """Orders whose content changed after they were first told, with the event."""
    look_up: set[str] = field(default_factory=set)
    """VendorTxCodes to ask Opayo about."""
    kept_cards: dict[str, KeptCard] = field(default_factory=dict)
    """Cards that Opayo keeps, by the code of the payment that set them up."""
    messages: int = 0
    """How many messages of flows were written down."""
    _vendors: dict[int | None, str] = field(default_factory=dict)
    postings: bool = False
    """There is something for Xero beside the orders' own documents."""
    poll: bool = False
    """Xero told of a change that was not ours."""
    people: People = field(init=False)
    cases: Cases = field(init=False)

    def __post_init__(self) -> None:
        self.people = People(self.pair, self.now, self.customers)
        self.cases = Cases(self.pair)

    def fetch(self) -> None:
        """Read, and lock, the wanted records that are not here yet, one query a kind."""
        self._name_related()
        self.wanted["payments"].update(self.cases.fetch())
        for kind, (model, field_name, known) in self._shelves().items():
            keys = self.wanted.pop(kind, set()) - known.keys() - {""}
            if keys and kind == "customers":
                self.people.fetch(keys)
            elif keys:
                found = model._default_manager.filter(pair=self.pair, **{f"{field_name}__in": keys})
                # Kept from others (a checkout, a person) until this batch is committed.
                locked = found.select_for_update(of=("self",), no_key=True).order_by("pk")
                rows = list(locked.select_related(*_NEEDED_WITH.get(kind, ())))
                known.update({getattr(row, field_name): row for row in rows})
                if kind == "payments":
                    self.wanted["orders"].update(row.order.number for row in rows if row.order)
                if kind == "refunds":
                    self.wanted["payments"].update(row.payment.vendor_tx_code for row in rows if row.payment)
        self._share_orders()

    def _name_related(self) -> None:
        """Payments that are wanted by Opayo's ids of them, by their codes."""
        ids = self.wanted.pop("related", set())
        if ids:
            rows = Payment.objects.filter(pair=self.pair, vps_tx_id__in=ids)
            self.wanted["payments"].update(rows.values_list("vendor_tx_code", flat=True))

    def _share_orders(self) -> None:
        """One object per order, however it was come by."""
        for payment in self.payments.values():
            if payment.order is not None:
                payment.order = self.orders.setdefault(payment.order.number, payment.order)
        for refund in self.refunds.values():
            if refund.payment is not None:
                refund.payment = self.payments.setdefault(refund.payment.vendor_tx_code, refund.payment)
        self.cases.share_payments(self.payments)

    def vendor_of(self, connection_id: int | None) -> str:
        """The Opayo vendor name of a connection."""
        if connection_id not in self._vendors:
            connection = Connection.objects.filter(pk=connection_id or 0).first()
            self._vendors[connection_id] = str(connection.config.get("vendor", "")) if connection else ""
        return self._vendors[connection_id]

    def _shelves(self) -> dict[str, tuple[type[Any], str, dict[str, Any]]]:
        return {
            "refunds": (Refund, "vendor_tx_code", self.refunds),
            "customers": (Customer, "contact_number", self.customers),
            "payments": (Payment, "vendor_tx_code", self.payments),
            "orders": (Order, "number", self.orders),
        }

    def touch_order(self, number: str, event: Event) -> None:
        """The order's books are to be planned again, because of this event."""
        self.changed_orders.add(number)
        self.caused_by[number] = event.pk
        self.order_of_event[event.pk] = number

    def change_payment(self, payment: Payment, event: Event) -> None:
        """The payment is to be written, and its order, if known, planned again."""
        self.payments[payment.vendor_tx_code] = payment
        self.changed_payments.add(payment.vendor_tx_code)
        if payment.order is not None:
            self.orders.setdefault(payment.order.number, payment.order)
            self.touch_order(payment.order.number, event)

    def change_refund(self, refund: Refund, event: Event) -> None:
        """The refund is to be written, and the order of its payment, if known, planned again."""
        self.refunds[refund.vendor_tx_code] = refund
        self.changed_refunds.add(refund.vendor_tx_code)
        if refund.payment is not None and refund.payment.order is not None:
            order = refund.payment.order
            self.orders.setdefault(order.number, order)
            self.touch_order(order.number, event)

    def payment_called(self, code: str, vps_tx_id: str = "") -> Payment | None:
        """The payment of this VendorTxCode, or else of this id of Opayo's, if it is here."""
        if code in self.payments:
            return self.payments[code]
        wanted = vps_tx_id.upper()
        found = (row for row in self.payments.values() if wanted and row.vps_tx_id.upper() == wanted)
        return next(found, None)

    def refunds_of(self, order: Order) -> list[Refund]:
        """All refunds of an order's payments, in the order in which Opayo made them."""
        return self.refunds_by_order.get(order.number, [])

    def payments_of(self, order: Order) -> list[Payment]:
        """All payments of an order, as this batch sees them."""
        return self.by_order.get(order.number, [])

    def gather_payments(self) -> None:
        """Bring together the payments of the changed orders: those here, and the rest from the table."""
        orders = [self.orders[number] for number in self.changed_orders if number in self.orders]
        old = {order.pk: order.number for order in orders if order.pk}
        self.by_order = defaultdict(list)
        for payment in self.payments.values():
            if payment.order is not None:
                self.by_order[payment.order.number].append(payment)
        for row in Payment.objects.filter(order__in=old).order_by("pk") if old else ():
            if row.vendor_tx_code not in self.payments:
                self.by_order[old[row.order_id or 0]].append(row)
        for rows in self.by_order.values():
            rows.sort(key=lambda row: row.pk or float("inf"))
        old_payments = {row.pk: row for rows in self.by_order.values() for row in rows if row.pk}
        self._gather_refunds(old_payments)
        self.cases.gather(old_payments)

    def _gather_refunds(self, payments: dict[int, Payment]) -> None:
        """Bring together the refunds of those payments. One query."""
        for refund in Refund.objects.filter(payment__in=payments) if payments else ():
            if refund.vendor_tx_code not in self.refunds:
                refund.payment = payments[refund.payment_id or 0]
                self.refunds[refund.vendor_tx_code] = refund
        self.refunds_by_order = defaultdict(list)
        for refund in self.refunds.values():
            order = refund.payment.order if refund.payment else None
            if order is None:
                continue
            if refund.order_id is None or refund.order_id != order.pk:
                refund.order = order
                self.changed_refunds.add(refund.vendor_tx_code)
            self.refunds_by_order[order.number].append(refund)
        for refunds in self.refunds_by_order.values():
            refunds.sort(key=lambda row: (row.happened_at, row.vendor_tx_code))

    def write(self) -> None:
        """Store customers, then orders, payments and refunds: each needs the keys of the one before.

        What others may write meanwhile is not among the fields.
        """
        customers = [self.customers[key] for key in sorted(self.changed_customers)]
        insert_rows(customers, update=_CUSTOMER_FIELDS, key=["pair", "contact_number"])
        self.people.store()
        self._store_orders()
        payments = [self.payments[key] for key in sorted(self.changed_payments)]
        for payment in payments:
            payment.updated_at = self.now
            payment.order = payment.order
        new = [payment for payment in payments if payment._state.adding]
        old = [payment for payment in payments if not payment._state.adding]
        insert_rows(new, update=_PAYMENT_FIELDS, key=["pair", "vendor_tx_code"])
        update_rows(old, _PAYMENT_FIELDS)
        self._keep_cards()
        self._store_refunds()
        self.cases.write()

    def _keep_cards(self) -> None:
        for code, kept in sorted(self.kept_cards.items()):
            keep(self.payments[code], kept)
        if self.changed_payments:
            give_homes(self.pair.pk)

    def _store_refunds(self) -> None:
        refunds = [self.refunds[key] for key in sorted(self.changed_refunds)]
        for refund in refunds:
            refund.updated_at = self.now
            refund.payment, refund.order = refund.payment, refund.order
        new = [refund for refund in refunds if refund._state.adding]
        old = [refund for refund in refunds if not refund._state.adding]
        insert_rows(new, update=_REFUND_FIELDS, key=["pair", "vendor_tx_code"])
        update_rows(old, _REFUND_FIELDS)

    def _store_orders(self) -> None:
        orders = [self.orders[key] for key in sorted(self.changed_orders) if key in self.orders]
        for order in orders:
            order.updated_at = self.now
            # Set whole: setting only the id would make Django forget the object, and read it again.
            order.customer = order.customer
        told = [order for order in orders if self._is_told(order)]
        others = [order for order in orders if not self._is_told(order)]
        insert_rows(told, update=_ORDER_FIELDS, key=["pair", "number"])
        update_rows(others, _ORDER_STATE_FIELDS)

    def _is_told(self, order: Order) -> bool:
        """Whether the order is new, or its content was told in this batch."""
        return order._state.adding or order.number in self.told_orders
