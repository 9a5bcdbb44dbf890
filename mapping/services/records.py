"""Stored records as mappings see them: the source they read and the context that their posting adds.

Posting, preview and dry run all come here, so that a document tried out is the document that would be posted.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from integrations.core.money import Money
from integrations.models import Customer, Order, Pair, Payment
from integrations.pairs.selectors import accounts_of


def pair_context(pair: Pair, now: datetime) -> dict[str, Any]:
    """The pair's settings as mappings read them (one query); `now` (UTC) gives the day in the pair's zone."""
    accounts = accounts_of(pair)
    return {
        "pair": {
            "name": pair.name,
            "zone": pair.zone,
            "base_currency": pair.base_currency,
            "invoice_prefix": pair.invoice_prefix,
            "days_due": pair.days_due,
            "rounding": pair.rounding,
            "rounding_cap": str(Money(pair.rounding_cap_minor, pair.base_currency).to_decimal()),
        },
        "accounts": accounts,
        "accounts_by_category": accounts.get("by_category", {}),
        "tax_types": pair.tax_types,
        "today": now.astimezone(ZoneInfo(pair.zone)).date().isoformat(),
    }


def contact_source(customer: Customer) -> dict[str, Any]:
    """A customer: what the shop told of the person, and the number we know the contact by."""
    return {"customer": {**customer.details, "contact_number": customer.contact_number}}


def invoice_context(
    pair: Pair, order: Order, *, number: str, status: str, vendor_tx_code: str
) -> dict[str, Any]:
    """What the posting of an invoice knows beside the order itself."""
    context: dict[str, Any] = {
        "status": status,
        "vendor_tx_code": vendor_tx_code,
        "invoice_number": f"{pair.invoice_prefix}{number}",
    }
    if order.conversion:
        context["rate"] = order.conversion
    return context


def payment_source(payment: Payment, amount: Money, taken_at: datetime) -> dict[str, Any]:
    """A payment of `amount`, which is in the currency of the invoice it pays."""
    return {
        "vendor_tx_code": payment.vendor_tx_code,
        "vps_tx_id": payment.vps_tx_id,
        "order_number": payment.order.number if payment.order else payment.order_number,
        "amount": str(amount.to_decimal()),
        "currency": amount.currency,
        "taken_at": taken_at.isoformat(),
        "card_type": payment.card_type,
        "last_four": payment.last_four,
        "auth_code": payment.bank_auth_code,
        "status": payment.status,
    }


def invoice_status(order: Order) -> str:
    """The status an order's invoice is posted with: approved once money came, else a draft."""
    return "AUTHORISED" if order.captured_minor > 0 else "DRAFT"


def order_total(order: Order) -> Money:
    """What the customer pays, in the currency of the books."""
    if order.conversion:
        return Money(int(order.conversion["total_minor"]), str(order.conversion["target"]))
    return Money(order.total_minor, order.currency)


def payment_amount(payment: Payment) -> Money:
    """What was paid, in the currency of the books: the order's total is converted and shared in proportion."""
    amount = Money(payment.amount_minor or 0, payment.currency or payment.pair.base_currency)
    order = payment.order
    if order is None or not order.conversion or payment.currency != order.currency or not order.total_minor:
        return amount
    total = order_total(order)
    if amount.minor == order.total_minor:
        return total
    return Money.rounded(total.to_decimal() * Decimal(amount.minor) / order.total_minor, total.currency)
