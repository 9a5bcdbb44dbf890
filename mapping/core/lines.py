"""The lines of a sale between the order and the document: what the customer pays for each, and what VAT is in it.

Every step keeps one thing true: the sum of `gross` over the lines is what the customer pays, in `currency`.
Amounts are Decimals in major units with the currency's own decimals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any, Final, TypedDict

from integrations.core.currencies import UnknownCurrencyError
from mapping.core.problems import TransformError
from mapping.core.tax import (
    UNTAXED_CODES,
    in_proportion,
    round_amount,
    smallest_unit,
    vat_on,
    vat_within,
)
from mapping.core.values import as_decimal, as_text


class Line(TypedDict, total=False):
    """A line on its way into a document.

    `kind`: goods, delivery or rounding. `gross`: what the customer pays for the line, tax included. `tax`: the VAT the
    shop states, None when it has to be worked out. `unit_price`: as on the order (net for prices without tax), None
    when it no longer explains the line. The last four keys are there once the line is finished.
    """

    kind: str
    description: str
    sku: str
    category: str
    quantity: Decimal
    unit_price: Decimal | None
    tax_rate: Decimal
    tax_code: str
    gross: Decimal
    tax: Decimal | None
    currency: str
    tax_type: str
    account_code: str
    line_amount: Decimal
    tax_amount: Decimal
    unit_amount: Decimal | None
    discount_amount: Decimal | None


TAX_TOLERANCE: Final = 2
"""Minor units by which a shop's own VAT of a line may differ from the rate (one per piece for larger quantities)."""


def unit_of(currency: Any) -> Decimal:
    """The smallest unit of a currency out of a record. Raises TransformError for an unknown one."""
    try:
        return smallest_unit(as_text(currency))
    except UnknownCurrencyError as error:
        raise TransformError(str(error)) from None


def read_line(
    item: Mapping[str, Any], *, kind: str, currency: str, includes_tax: bool, position: str
) -> Line:
    """A line of the order, or its delivery, checked. `position` names it in messages ("line 2").

    Raises TransformError for amounts that cannot be read, finer than the currency, or VAT that does not fit its rate.
    """
    unit = unit_of(currency)
    quantity, unit_price = _quantity_and_price(item)
    total = _total(item, quantity, unit_price, unit, position)
    rate, tax_code = _rate(item)
    tax = _stated_tax(item, total, rate, quantity, unit, includes_tax=includes_tax, position=position)
    return {
        "kind": kind,
        "description": as_text(item.get("name")) or as_text(item.get("sku")) or kind.capitalize(),
        "sku": as_text(item.get("sku")),
        "category": as_text(item.get("category")),
        "quantity": quantity,
        "unit_price": unit_price,
        "tax_rate": rate,
        "tax_code": tax_code,
        "gross": total if includes_tax else total + (vat_on(total, rate, unit) if tax is None else tax),
        "tax": tax,
        "currency": currency,
    }


def _quantity_and_price(item: Mapping[str, Any]) -> tuple[Decimal, Decimal | None]:
    """What the order says; 1 at no stated price where the quantity is finer than the four decimals Xero keeps."""
    quantity = _amount(item, "quantity", Decimal(1)) or Decimal(1)
    if quantity != round(quantity, 4) and item.get("total") not in (None, ""):
        return Decimal(1), None
    return quantity, _amount(item, "unit_price", None)


def _amount(item: Mapping[str, Any], key: str, missing: Decimal | None) -> Decimal | None:
    value = item.get(key)
    return missing if value is None or value == "" else as_decimal(value)


def _total(
    item: Mapping[str, Any], quantity: Decimal, unit_price: Decimal | None, unit: Decimal, position: str
) -> Decimal:
    total = _amount(item, "total", None)
    if total is None:
        if unit_price is None:
            raise TransformError(f"{position.capitalize()} has neither a total nor a unit price.")
        return round_amount(quantity * unit_price - (_amount(item, "discount", None) or Decimal(0)), unit)
    return exact(total, unit, f"The total of {position}")


def exact(amount: Decimal, unit: Decimal, name: str) -> Decimal:
    """`amount` with the currency's decimals. Raises TransformError when it is finer than that."""
    rounded = round_amount(amount, unit)
    if rounded != amount:
        raise TransformError(f"{name} is {amount}, finer than the smallest unit of the currency ({unit}).")
    return rounded


def _rate(item: Mapping[str, Any]) -> tuple[Decimal, str]:
    tax_code = as_text(item.get("tax_code")).strip().lower()
    if tax_code in UNTAXED_CODES:
        return Decimal(0), tax_code
    return _amount(item, "tax_rate", Decimal(0)) or Decimal(0), tax_code


def _stated_tax(  # noqa: PLR0913 - a check reads all the figures of one line
    item: Mapping[str, Any],
    total: Decimal,
    rate: Decimal,
    quantity: Decimal,
    unit: Decimal,
    *,
    includes_tax: bool,
    position: str,
) -> Decimal | None:
    stated = _amount(item, "tax", None)
    if stated is None:
        return None
    stated = round_amount(stated, unit)
    by_rate = vat_within(total, rate, unit) if includes_tax else vat_on(total, rate, unit)
    if abs(stated - by_rate) > unit * max(TAX_TOLERANCE, int(quantity)):
        raise TransformError(
            f"The VAT of {position} is {stated}, but {rate} % of {total} comes to {by_rate}. Correct the rate or the VAT."
        )
    return stated


def spread(lines: Sequence[Line], amount: Decimal) -> list[Line]:
    """`amount` (negative for a discount) shared over the lines in proportion to what each costs.

    A line whose share is not nothing loses its stated VAT: it has to be worked out from the new price. Raises
    TransformError when there is nothing to take a discount from.
    """
    unit = unit_of(lines[0]["currency"]) if lines else Decimal(1)
    positive = [max(line["gross"], Decimal(0)) for line in lines]
    if sum(positive) + amount < 0:
        raise TransformError(f"The discount of {-amount} is more than the order comes to.")
    shares = in_proportion(exact(amount, unit, "The amount to share out"), positive, unit)
    return [
        _repriced(line, line["gross"] + share) if share else line
        for line, share in zip(lines, shares, strict=True)
    ]


def _repriced(line: Line, gross: Decimal) -> Line:
    return {**line, "gross": gross, "tax": None}


def rounding_line(currency: str, gross: Decimal) -> Line:
    """A line outside the scope of VAT that makes up for pennies."""
    return {
        "kind": "rounding",
        "description": "Rounding",
        "sku": "",
        "category": "",
        "quantity": Decimal(1),
        "unit_price": gross,
        "tax_rate": Decimal(0),
        "tax_code": "outside_scope",
        "gross": gross,
        "tax": Decimal(0),
        "currency": currency,
    }


def convert(lines: Sequence[Line], rate: Decimal, to: str) -> list[Line]:
    """The lines in another currency: the sum is converted and rounded once, then shared in proportion.

    `rate` is units of `to` for one unit of the lines' currency.
    """
    unit = unit_of(to)
    whole = sum((line["gross"] for line in lines), Decimal(0))
    shares = in_proportion(round_amount(whole * rate, unit), [line["gross"] for line in lines], unit)
    return [_converted(line, share, to) for line, share in zip(lines, shares, strict=True)]


def _converted(line: Line, gross: Decimal, to: str) -> Line:
    return {**line, "gross": gross, "tax": None, "unit_price": None, "currency": to}


def finish(line: Line, *, includes_tax: bool, rounding: str = ROUND_HALF_UP) -> Line:
    """LineAmount, TaxAmount and, where they explain LineAmount exactly, UnitAmount and DiscountAmount.

    Xero refuses a line whose LineAmount differs from Quantity × UnitAmount − DiscountAmount, and works UnitAmount out
    itself when it is left away (Xero Accounting API, line items).
    """
    unit, gross, tax = unit_of(line["currency"]), line["gross"], line["tax"]
    if tax is None:
        tax = vat_within(gross, line["tax_rate"], unit, rounding)
    # Net is what is left of gross, so that net and tax always come back to what the customer pays.
    line_amount = gross if includes_tax else gross - tax
    unit_amount, discount = _explained(line, line_amount, unit)
    return {
        **line,
        "line_amount": line_amount,
        "tax_amount": tax,
        "unit_amount": unit_amount,
        "discount_amount": discount,
    }


def _explained(line: Line, line_amount: Decimal, unit: Decimal) -> tuple[Decimal | None, Decimal | None]:
    price = line["unit_price"]
    if price is None and line["quantity"] == 1:
        return line_amount, None
    if price is None or line["quantity"] <= 0 or round_amount(price, unit) != price:
        return None, None
    full = line["quantity"] * price
    discount = round_amount(full, unit) - line_amount
    if discount < 0 or (discount and line_amount < 0):
        return None, None
    # Half a penny may be rounded up or to even at Xero: the price explains the line only if both come to the same.
    if any(
        round_amount(full - discount, unit, way) != line_amount for way in (ROUND_HALF_UP, ROUND_HALF_EVEN)
    ):
        return None, None
    return price, discount or None
