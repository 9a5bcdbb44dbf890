"""Transforms of the lines of a sale, see mapping/core/lines.py for what a line is and what stays true of the lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from mapping.core.lines import Line, convert, finish, read_line, rounding_line, spread
from mapping.core.problems import Noted, TransformError
from mapping.core.transforms.currencies import rate_for
from mapping.core.transforms.lookups import UK_TAX_TYPES
from mapping.core.transforms.lookups import account_code as find_account
from mapping.core.transforms.lookups import tax_type as find_tax_type
from mapping.core.transforms.numbers import ROUNDINGS
from mapping.core.transforms.registry import Example, Parameter, transform
from mapping.core.values import as_decimal

_TEA = {
    "name": "Tea",
    "quantity": "2",
    "unit_price": "6.45",
    "tax_rate": "20",
    "tax": "2.15",
    "total": "12.90",
}
_TEA_LINE: Line = {
    "kind": "goods",
    "description": "Tea",
    "sku": "",
    "category": "",
    "quantity": Decimal(2),
    "unit_price": Decimal("6.45"),
    "tax_rate": Decimal(20),
    "tax_code": "",
    "gross": Decimal("12.90"),
    "tax": Decimal("2.15"),
    "currency": "GBP",
}
_INCLUDES_TAX = Parameter("includes_tax", "flag", "Prices include VAT")
_ROUNDING = Parameter(
    "rounding", "choice", "Half a penny of VAT", "half_up", choices=("half_up", "half_even")
)
_CURRENCY = Parameter("currency", "text", "Currency")


@transform(
    "order_lines",
    title="Read the order's lines",
    sentence="Read each line of the order: price, VAT and what the customer pays for it",
    example=Example([_TEA], [_TEA_LINE], {"currency": "GBP", "includes_tax": True}),
    takes="list",
    gives="lines",
    parameters=(_CURRENCY, _INCLUDES_TAX),
    accepts_missing=True,
)
def order_lines(items: Any, *, currency: str, includes_tax: bool) -> list[Line]:
    """Lines out of the order's own (name, quantity, unit_price, discount, tax_rate, tax_code, tax, total)."""
    if not isinstance(items, Sequence) or isinstance(items, str) or not items:
        raise TransformError("The order has no lines.")
    return [
        read_line(
            _object(item),
            kind="goods",
            currency=currency,
            includes_tax=includes_tax,
            position=f"line {number}",
        )
        for number, item in enumerate(items, 1)
    ]


def _object(item: Any) -> Mapping[str, Any]:
    if isinstance(item, Mapping):
        return item
    raise TransformError("A line of the order is not an object with name, quantity and total.")


@transform(
    "add_line",
    title="Add a line",
    sentence="Add {line} as a line of its own",
    example=Example(
        [],
        [{**_TEA_LINE, "kind": "delivery"}],
        {"line": _TEA, "kind": "delivery", "currency": "GBP", "includes_tax": True},
    ),
    takes="lines",
    gives="lines",
    parameters=(
        Parameter("line", "any", "What to add", None),
        Parameter("kind", "choice", "Kind", "delivery", choices=("delivery", "goods")),
        _CURRENCY,
        _INCLUDES_TAX,
    ),
)
def add_line(
    lines: Sequence[Line], *, line: Any = None, kind: str = "delivery", currency: str, includes_tax: bool
) -> list[Line]:
    """The lines and, unless it is missing or free of charge, one more (the order's delivery)."""
    if not isinstance(line, Mapping):
        return list(lines)
    added = read_line(line, kind=kind, currency=currency, includes_tax=includes_tax, position=kind)
    return [*lines, added] if added["gross"] else list(lines)


@transform(
    "spread",
    title="Share out over the lines",
    sentence="Share {amount} out over the lines in proportion",
    example=Example(
        [_TEA_LINE],
        [{**_TEA_LINE, "gross": Decimal("11.90"), "tax": None}],
        {"amount": "1.00", "direction": "take_off"},
    ),
    takes="lines",
    gives="lines",
    parameters=(
        Parameter("amount", "decimal", "Amount", None),
        Parameter("direction", "choice", "Take off or add", "take_off", choices=("take_off", "add")),
    ),
)
def spread_over_lines(
    lines: Sequence[Line], *, amount: Any = None, direction: str = "take_off"
) -> list[Line]:
    """A discount of the whole order taken off (or a charge added) in proportion, by largest remainder."""
    share = as_decimal(amount) if amount not in (None, "") else Decimal(0)
    if not share:
        return list(lines)
    return spread(lines, -share if direction == "take_off" else share)


@transform(
    "match_total",
    title="Check against the total",
    sentence="The lines must come to {total}; up to {cap} goes to a rounding line",
    example=Example([_TEA_LINE], [_TEA_LINE], {"total": "12.90", "currency": "GBP"}),
    takes="lines",
    gives="lines",
    parameters=(
        Parameter("total", "decimal", "What the customer pays", None),
        _CURRENCY,
        Parameter("cap", "decimal", "Most that may be put down to rounding", Decimal("0.05")),
    ),
)
def match_total(
    lines: Sequence[Line], *, total: Any = None, currency: str, cap: Decimal = Decimal("0.05")
) -> Any:
    """The lines, with a rounding line for up to `cap`, so that they come to what the customer pays.

    Raises TransformError for a larger difference: such an order is kept and shown, never posted.
    """
    come_to = sum((line["gross"] for line in lines), Decimal(0))
    if total in (None, ""):
        return list(lines)
    difference = as_decimal(total) - come_to
    if not difference:
        return list(lines)
    if abs(difference) > cap:
        raise TransformError(f"The order says {total} {currency}, but its lines come to {come_to}.")
    remark = f"A rounding line of {difference} makes the lines come to the order's total of {total}."
    return Noted([*lines, rounding_line(currency, difference)], remark)


@transform(
    "convert_lines",
    title="Convert the lines",
    sentence="Convert the lines by {rate}, keeping their sum",
    example=Example(
        [_TEA_LINE],
        [{**_TEA_LINE, "gross": Decimal("25.80"), "tax": None, "unit_price": None, "currency": "EUR"}],
        {"rate": {"source": "GBP", "target": "EUR", "rate": "2"}},
    ),
    takes="lines",
    gives="lines",
    parameters=(Parameter("rate", "table", "Rate of the day", None),),
)
def convert_lines(lines: Sequence[Line], *, rate: Mapping[str, Any] | None = None) -> list[Line]:
    """The lines in the books' currency where the context gives a rate for theirs, else unchanged."""
    found = rate_for(lines[0]["currency"], rate) if lines else None
    return list(lines) if found is None else convert(lines, found.rate, found.to)


@transform(
    "line_amounts",
    title="LineAmount and TaxAmount",
    sentence="Work out LineAmount and TaxAmount of each line",
    example=Example(
        [_TEA_LINE],
        [
            {
                **_TEA_LINE,
                "line_amount": Decimal("12.90"),
                "tax_amount": Decimal("2.15"),
                "unit_amount": Decimal("6.45"),
                "discount_amount": None,
            }
        ],
        {"includes_tax": True},
    ),
    takes="lines",
    gives="lines",
    parameters=(_INCLUDES_TAX, _ROUNDING),
)
def line_amounts(lines: Sequence[Line], *, includes_tax: bool, rounding: str = "half_up") -> list[Line]:
    """Each line finished with line_amount, tax_amount, unit_amount and discount_amount."""
    return [finish(line, includes_tax=includes_tax, rounding=ROUNDINGS[rounding]) for line in lines]


@transform(
    "code_lines",
    title="Account and tax type of the lines",
    sentence="Give each line its account and tax type",
    example=Example(
        [_TEA_LINE],
        [{**_TEA_LINE, "account_code": "200", "tax_type": "OUTPUT2"}],
        {"accounts": {"sales": "200"}, "tax_types": {"20": "OUTPUT2"}},
    ),
    takes="lines",
    gives="lines",
    parameters=(
        Parameter("accounts", "table", "Accounts by kind of line"),
        Parameter("by_category", "table", "Accounts by category", None),
        Parameter("tax_types", "table", "Tax types by rate", UK_TAX_TYPES),
    ),
)
def code_lines(
    lines: Sequence[Line],
    *,
    accounts: Mapping[str, Any],
    by_category: Mapping[str, Any] | None = None,
    tax_types: Mapping[str, Any] = UK_TAX_TYPES,
) -> list[Line]:
    """Each line with account_code and tax_type, which `aggregate_lines` needs to add up by them."""
    return [_coded(line, accounts, by_category or {}, tax_types) for line in lines]


def _coded(
    line: Line, accounts: Mapping[str, Any], by_category: Mapping[str, Any], tax_types: Mapping[str, Any]
) -> Line:
    account = find_account([line["kind"], line["category"]], accounts=accounts, by_category=by_category)
    tax = find_tax_type([line["tax_rate"], line["tax_code"]], tax_types=tax_types)
    return {**line, "account_code": account, "tax_type": tax}


@transform(
    "aggregate_lines",
    title="Add lines up",
    sentence="One line for each {by}",
    example=Example(
        [_TEA_LINE, _TEA_LINE],
        [
            {
                **_TEA_LINE,
                "gross": Decimal("25.80"),
                "tax": Decimal("4.30"),
                "quantity": Decimal(1),
                "unit_price": None,
                "description": "Tea, Tea",
            }
        ],
        {"by": ["tax_rate"]},
    ),
    takes="lines",
    gives="lines",
    parameters=(Parameter("by", "list", "Add up by", ("tax_type", "account_code")),),
)
def aggregate_lines(lines: Sequence[Line], *, by: Sequence[str] = ("tax_type", "account_code")) -> list[Line]:
    """One line per distinct combination of the keys `by`, in the order of first appearance; sums are kept."""
    groups: dict[tuple[Any, ...], list[Line]] = {}
    for line in lines:
        if any(key not in line for key in by):
            raise TransformError(
                "The lines have no account and tax type yet: put “code_lines” before.", "mapping"
            )
        groups.setdefault(tuple(dict(line)[key] for key in by), []).append(line)
    return [_added_up(group) for group in groups.values()]


def _added_up(group: list[Line]) -> Line:
    if len(group) == 1:
        return group[0]
    taxes = [line["tax"] for line in group]
    tax = sum((tax for tax in taxes if tax is not None), Decimal(0)) if None not in taxes else None
    return {
        **group[0],
        "description": ", ".join(line["description"] for line in group),
        "quantity": Decimal(1),
        "unit_price": None,
        "gross": sum((line["gross"] for line in group), Decimal(0)),
        "tax": tax,
    }
