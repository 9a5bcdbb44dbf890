"""Transforms of refunds, see mapping/core/refunds.py for how partial refunds add up to the sale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from mapping.core.lines import Line
from mapping.core.problems import TransformError
from mapping.core.refunds import read_refunds, refunded_lines
from mapping.core.transforms.currencies import rate_for
from mapping.core.transforms.registry import Example, Parameter, transform
from mapping.core.values import as_text

_EARLIER = Parameter("earlier", "list", "Refunds before this one", ())
_RATE = Parameter("rate", "table", "Rate of the day", None)
_POT: Line = {
    "kind": "goods",
    "description": "Teapot",
    "sku": "POT-1",
    "category": "",
    "quantity": Decimal(1),
    "unit_price": Decimal("24.00"),
    "tax_rate": Decimal(20),
    "tax_code": "",
    "gross": Decimal("24.00"),
    "tax": Decimal("4.00"),
    "currency": "GBP",
    "line_amount": Decimal("24.00"),
    "tax_amount": Decimal("4.00"),
    "unit_amount": Decimal("24.00"),
    "discount_amount": None,
}
_HALF_POT: Line = {
    **_POT,
    "gross": Decimal("12.00"),
    "tax": Decimal("2.00"),
    "line_amount": Decimal("12.00"),
    "tax_amount": Decimal("2.00"),
    "unit_amount": Decimal("12.00"),
}


@transform(
    "refund_lines",
    title="Lines of a refund",
    sentence="Give back {amount} of the lines[, after {earlier}]",
    example=Example([_POT], [_HALF_POT], {"amount": "12.00", "currency": "GBP"}),
    takes="lines",
    gives="lines",
    parameters=(
        Parameter("amount", "decimal", "Amount given back"),
        Parameter("currency", "text", "Currency"),
        Parameter("returned", "list", "Lines that came back", ()),
        _EARLIER,
        _RATE,
    ),
)
def refund_lines(
    lines: Sequence[Line],
    *,
    amount: Decimal | str,
    currency: str,
    returned: Sequence[Any] = (),
    earlier: Sequence[Any] = (),
    rate: Mapping[str, Any] | None = None,
) -> list[Line]:
    """What of each finished line is given back: the returned lines first, else every line in proportion.

    `earlier` are the refunds of the same order before this one, in their order, each {"amount", "lines"}. All refunds
    of an order together give back exactly its lines and their VAT. Raises TransformError for more than is left.
    """
    if not lines:
        raise TransformError("The order that is refunded has no lines.")
    if any("line_amount" not in line for line in lines):
        raise TransformError(
            "The lines have no amounts yet: put “LineAmount and TaxAmount” before.", "mapping"
        )
    factor, to = _factor(currency, rate)
    if lines[0]["currency"] != to:
        raise TransformError(f"The refund is in {currency}, but the order is in {lines[0]['currency']}.")
    return refunded_lines(lines, read_refunds(amount, returned, earlier, currency, factor, to), factor)


@transform(
    "refund_amount",
    title="Amount of a refund",
    sentence="Convert the refund (source 1) from its currency (source 2) by {rate}[, after {earlier}]",
    example=Example(["12.00", "GBP"], Decimal("12.00")),
    takes="number",
    gives="number",
    parameters=(_EARLIER, _RATE),
    takes_many=True,
)
def refund_amount(
    values: Sequence[Any], *, earlier: Sequence[Any] = (), rate: Mapping[str, Any] | None = None
) -> Decimal:
    """The refund in the books' currency, so that all refunds together come to the order converted as a whole."""
    if len(values) != 2:
        raise TransformError(
            "“Amount of a refund” needs two sources: the amount and its currency.", "mapping"
        )
    currency = as_text(values[1])
    factor, to = _factor(currency, rate)
    return read_refunds(values[0], (), earlier, currency, factor, to)[-1].amount


def _factor(currency: str, rate: Mapping[str, Any] | None) -> tuple[Decimal, str]:
    found = rate_for(currency, rate)
    return (Decimal(1), currency) if found is None else (found.rate, found.to)
