"""Orders, payments and contexts for mapping tests."""

from __future__ import annotations

from copy import deepcopy
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import strategies as st

PENNY = Decimal("0.01")

_ADDRESS = {
    "line1": "88 High Street",
    "line2": "",
    "city": "Leeds",
    "region": "",
    "postcode": "LS1 4AB",
    "country": "GB",
}
_ORDER: dict[str, Any] = {
    "number": "HF-10042",
    "placed_at": "2026-11-22T10:15:00Z",
    "currency": "GBP",
    "prices_include_tax": True,
    "customer": {
        "id": "C-77",
        "email": "ada@example.com",
        "first_name": "Ada",
        "last_name": "Moss",
        "company": "",
        "phone": "+441234567890",
        "billing_address": _ADDRESS,
        "shipping_address": _ADDRESS,
    },
    "lines": [
        {
            "sku": "TEA-250",
            "name": "Assam, 250 g",
            "category": "food",
            "quantity": "2",
            "unit_price": "6.45",
            "discount": "0.00",
            "tax_rate": "0",
            "tax": "0.00",
            "total": "12.90",
        },
        {
            "sku": "POT-1",
            "name": "Teapot",
            "category": "homeware",
            "quantity": "1",
            "unit_price": "24.99",
            "discount": "2.50",
            "tax_rate": "20",
            "tax": "3.75",
            "total": "22.49",
        },
    ],
    "delivery": {"name": "Royal Mail Tracked 48", "tax_rate": "20", "tax": "0.66", "total": "3.95"},
    "discount": {"code": "WELCOME", "total": "1.00"},
    "total": "38.34",
    "note": "Leave with neighbour",
    "payment": {"method": "opayo_server", "vendor_tx_code": "HF-10042-1"},
}


def an_order(**changes: Any) -> dict[str, Any]:
    """The order of docs/shop-webhooks.md, with changes at the top level."""
    return {**deepcopy(_ORDER), **changes}


def an_order_of(
    *lines: dict[str, Any], total: str, includes_tax: bool = True, **changes: Any
) -> dict[str, Any]:
    """An order of these lines alone: no delivery, no discount."""
    parts = {"lines": list(lines), "total": total, "prices_include_tax": includes_tax}
    return an_order(**{**parts, "delivery": None, "discount": None, **changes})


def a_line(total: str, *, rate: str = "20", **changes: Any) -> dict[str, Any]:
    """One piece at `total`; no stated VAT."""
    return {
        "name": "Thing",
        "category": "",
        "quantity": "1",
        "unit_price": total,
        "tax_rate": rate,
        "total": total,
        **changes,
    }


def a_context(**changes: Any) -> dict[str, Any]:
    """The settings of a UK pair with two clearing accounts in pounds."""
    return {
        "pair": {
            "name": "Harbour & Finch",
            "zone": "Europe/London",
            "base_currency": "GBP",
            "invoice_prefix": "",
        },
        "accounts": {
            "sales": "200",
            "delivery": "201",
            "rounding": "860",
            "fees": "404",
            "bank": {"GBP": "090", "EUR": "091"},
            "clearing": {"GBP": "095", "GBP:AMEX": "096", "EUR": "097"},
        },
        "accounts_by_category": {"food": "202"},
        "tax_types": {
            "20": "OUTPUT2",
            "5": "RROUTPUT",
            "0": "ZERORATEDOUTPUT",
            "exempt": "EXEMPTOUTPUT",
            "outside_scope": "NONE",
        },
        "status": "AUTHORISED",
        "vendor_tx_code": "HF-10042-1",
        "today": "2026-11-22",
        **changes,
    }


def a_rate(source: str = "USD", rate: str = "0.7412") -> dict[str, str]:
    """A rate of the day into pounds."""
    return {"source": source, "target": "GBP", "rate": rate, "on": "2026-11-20", "origin": "ECB"}


def a_payment(**changes: Any) -> dict[str, Any]:
    """A Visa payment of the order."""
    return {
        "vendor_tx_code": "HF-10042-1",
        "amount": "38.34",
        "currency": "GBP",
        "card_type": "VISA",
        "taken_at": "2026-11-22T10:16:12Z",
        **changes,
    }


def a_refund(order: dict[str, Any], amount: str = "", **changes: Any) -> dict[str, Any]:
    """A refund of the order: of all of it unless an amount is given."""
    return {
        "vendor_tx_code": f"{order['number']}-R1",
        "amount": amount or order["total"],
        "currency": order["currency"],
        "card_type": "VISA",
        "refunded_at": "2026-11-25T09:30:00Z",
        "order": order,
        **changes,
    }


def a_settlement(**changes: Any) -> dict[str, Any]:
    """Batch B of docs/accounting.md: sales, a refund, a chargeback and a fee, and what is left is paid out."""
    return {
        "batch_id": "B",
        "processor": "Elavon",
        "currency": "GBP",
        "settled_on": "2026-11-23",
        "paid_on": "2026-11-25",
        "sales": "1200.00",
        "refunds": "60.00",
        "chargebacks": "36.00",
        "fees_total": "21.60",
        "net": "1082.40",
        "reference": "ELAVON B",
        "fees": [{"kind": "interchange", "amount": "20.00"}, {"kind": "scheme", "amount": "1.60"}],
        **changes,
    }


def tax_of(amount: Decimal, rate: Decimal, *, included: bool) -> Decimal:
    """VAT by the textbook, half up to the penny."""
    share = rate / (100 + rate) if included else rate / 100
    return (amount * share).quantize(PENNY, ROUND_HALF_UP)


_prices = st.decimals("0.01", "999.99", places=2)
_quantities = st.one_of(st.integers(1, 30).map(Decimal), st.decimals("0.25", "9.75", places=2))
_taxes = st.sampled_from(
    [("20", ""), ("5", ""), ("0", ""), ("17.5", ""), ("20", "exempt"), ("0", "outside_scope")]
)


def _priced(
    quantity: Decimal, price: Decimal, off: Decimal, tax: tuple[str, str], *, included: bool
) -> dict[str, str]:
    whole = (quantity * price).quantize(PENNY, ROUND_HALF_UP)
    discount = (whole * off).quantize(PENNY, ROUND_HALF_UP)
    total = whole - discount
    rate = Decimal(0) if tax[1] else Decimal(tax[0])
    return {
        "name": "Thing",
        "quantity": str(quantity),
        "unit_price": str(price),
        "discount": str(discount),
        "tax_rate": tax[0],
        "tax_code": tax[1],
        "tax": str(tax_of(total, rate, included=included)),
        "total": str(total),
    }


@st.composite
def orders(draw: st.DrawFn, *, currency: str = "GBP") -> dict[str, Any]:
    """Any basket a shop might send that adds up: mixed VAT, odd quantities, discounts, delivery, both price bases."""
    included = draw(st.booleans())
    off = st.sampled_from([Decimal(0), Decimal(0), Decimal("0.1"), Decimal("0.333"), Decimal(1)])
    line = st.builds(_priced, _quantities, _prices, off, _taxes, included=st.just(included))
    lines = draw(st.lists(line, min_size=1, max_size=8))
    delivery = draw(
        st.one_of(
            st.none(),
            st.builds(_priced, st.just(Decimal(1)), _prices, off, _taxes, included=st.just(included)),
        )
    )
    parts = [*lines, *([delivery] if delivery else [])]
    gross = sum(Decimal(part["total"]) + (0 if included else Decimal(part["tax"])) for part in parts)
    discount = draw(st.one_of(st.just(Decimal(0)), st.decimals(0, gross, places=2))) if gross else Decimal(0)
    return an_order(
        currency=currency,
        prices_include_tax=included,
        lines=lines,
        delivery=delivery,
        discount={"code": "X", "total": str(discount)} if discount else None,
        total=str(gross - discount),
    )
