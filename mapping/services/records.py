"""Stored records as mappings see them: the source they read and the context that their posting adds.

Posting, preview and dry run all come here, so that a document tried out is the document that would be posted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from integrations.core.money import Money
from integrations.customers.core.sides import with_values
from integrations.models import Customer, Order, Pair, Payment, Refund
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
    """A customer: what the shop told of the person, or what counts instead, and the number we know the contact by."""
    held = {field: entry["value"] for field, entry in customer.held.items()}
    details = with_values(customer.details, held) if held else customer.details
    return {"customer": {**details, "contact_number": customer.contact_number}}


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


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit note of an order: its amount in the currency of the books, and which lines it is for, if anybody said."""

    amount: Money
    lines: Sequence[Mapping[str, Any]] = ()


def refund_source(
    refund: Refund, order: Order, credit: Credit, earlier: Sequence[Credit] = ()
) -> dict[str, Any]:
    """A refund of an order as mappings see it.

    Amounts are in the currency of the order's invoice, those of `earlier` credit notes too, so that whatever was converted
    stays what it was.
    """
    payment = refund.payment
    return {
        **credit_source(order, refund.vendor_tx_code, credit, earlier, refund.happened_at),
        "vps_tx_id": refund.vps_tx_id,
        "related_vendor_tx_code": payment.vendor_tx_code if payment else "",
        "card_type": payment.card_type if payment else "",
        "last_four": payment.last_four if payment else "",
        "reason": refund.reason,
        "status": "OK",
    }


def credit_source(
    order: Order, code: str, credit: Credit, earlier: Sequence[Credit], happened_at: datetime
) -> dict[str, Any]:
    """What is taken back of an order, whether money moved for it or not."""
    return {
        "vendor_tx_code": code,
        "order_number": order.number,
        "amount": str(credit.amount.to_decimal()),
        "currency": credit.amount.currency,
        "refunded_at": happened_at.isoformat(),
        "lines": _returned(order, credit.lines),
        "earlier": [
            {"amount": str(each.amount.to_decimal()), "lines": _returned(order, each.lines)}
            for each in earlier
        ],
        "order": order.document,
    }


def _returned(order: Order, lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Returned lines, their totals in the currency of the books."""
    if not order.conversion:
        return [dict(line) for line in lines]
    rate, target = Decimal(str(order.conversion["rate"])), str(order.conversion["target"])
    return [
        {**line, "total": str(Money.rounded(Decimal(str(line["total"])) * rate, target).to_decimal())}
        if line.get("total") not in (None, "")
        else dict(line)
        for line in lines
    ]


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
