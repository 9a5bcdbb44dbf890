"""One batch of events on its way into records: read in bulk, changed in memory, written in bulk."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.models import Customer, Event, Order, Pair, Payment


@dataclass
class Batch:
    """The events of one transaction and the records they touch, by their natural keys."""

    pair: Pair
    now: datetime
    """The business moment, UTC."""
    orders: dict[str, Order] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    changed_orders: set[str] = field(default_factory=set)
    changed_customers: set[str] = field(default_factory=set)
    changed_payments: set[str] = field(default_factory=set)
    caused_by: dict[str, int] = field(default_factory=dict)
    """The event that last touched an order number."""
    amended: dict[str, int] = field(default_factory=dict)
    """Orders whose content changed after they were first told, with the event."""
    look_up: set[str] = field(default_factory=set)
    """VendorTxCodes to ask Opayo about."""
    changed_in_xero: set[str] = field(default_factory=set)

    wanted: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Natural keys to fetch, by kind of record."""

    def fetch(self) -> None:
        """Read, and lock, the wanted records that are not here yet, one query a kind."""
        for kind, (model, field_name, known) in self._shelves().items():
            keys = self.wanted.pop(kind, set()) - known.keys()
            if keys:
                found = model._default_manager.filter(pair=self.pair, **{f"{field_name}__in": keys})
                # Kept from others (a checkout, a person) until this batch is committed.
                locked = found.select_for_update(of=("self",)).order_by("pk")
                known.update({getattr(row, field_name): row for row in locked})

    def _shelves(self) -> dict[str, tuple[type[Any], str, dict[str, Any]]]:
        return {
            "customers": (Customer, "contact_number", self.customers),
            "orders": (Order, "number", self.orders),
            "payments": (Payment, "vendor_tx_code", self.payments),
        }

    def touch_order(self, number: str, event: Event) -> None:
        """The order's books are to be planned again, because of this event."""
        self.changed_orders.add(number)
        self.caused_by[number] = event.pk

    def write_customers(self) -> None:
        """Store the customers of this batch; new ones get their keys."""
        rows = [self.customers[key] for key in self.changed_customers]
        _store(Customer, rows, ["email", "name", "details"], ["pair", "contact_number"])
        self.changed_customers.clear()

    def write_orders(self) -> None:
        """Store the orders of this batch; customers must have been written before."""
        rows = [self.orders[key] for key in self.changed_orders if key in self.orders]
        for row in rows:
            row.updated_at = self.now
            if row.customer is not None:
                row.customer_id = row.customer.pk
        fields = [
            "customer", "currency", "total_minor", "captured_minor", "placed_at", "state",
            "problems", "document", "conversion", "close_unpaid_at", "updated_at",
        ]  # fmt: skip
        _store(Order, rows, fields, ["pair", "number"])

    def write_payments(self) -> None:
        """Store the payments of this batch; orders must have been written before."""
        rows = [self.payments[key] for key in self.changed_payments]
        for row in rows:
            row.updated_at = self.now
            if row.order is not None:
                row.order_id = row.order.pk
        fields = [
            "order", "vps_tx_id", "security_key", "channel", "state", "status", "status_detail", "tx_type",
            "amount_minor", "currency", "taken_at", "card_type", "last_four", "expiry", "tx_auth_no",
            "bank_auth_code", "checks", "candidates", "is_unmatched", "updated_at",
        ]  # fmt: skip
        _store(Payment, rows, fields, ["pair", "vendor_tx_code"])
        self.changed_payments.clear()


def _store(
    model: type[Customer] | type[Order] | type[Payment],
    rows: list[Any],
    fields: list[str],
    key: list[str],
) -> None:
    """Insert or update in one statement; what others may write meanwhile is not among `fields`."""
    if rows:
        model._default_manager.bulk_create(
            rows, update_conflicts=True, update_fields=fields, unique_fields=key
        )
