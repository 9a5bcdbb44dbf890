"""Can the document come to what the customer pays? Its lines have to be the record's, all of them, and be checked.

The ways to a total that cannot be right: a fixed amount; lines taken without delivery or discount; steps in an order in
which a later one undoes the check; prices taken for net that include VAT; VAT left to be worked out by someone else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from mapping.core.checks.known import Known, doubt, fault, literal, parsed, rows_for, way_to
from mapping.core.document import MappingDocument, Row, TransformUse
from mapping.core.problems import Problem

_AMOUNTS: Final = ("LineItems[].LineAmount", "LineItems[].UnitAmount")
_FIXED: Final = ("constant", "when_present")
_SETTLED_BY: Final = {"xero:Invoice": "match_total", "xero:CreditNote": "refund_lines"}
# Steps that change what a line costs, and so have to come before the check and before the amounts are worked out.
_REPRICING: Final = ("add_line", "spread")
_SALE_PARTS: Final = (
    ("delivery.total", "add_line", "Delivery is no line of the document: add it with “Add a line”"),
    ("discount.total", "spread", "The order's discount is not taken off: share it out over the lines"),
)


def problems(document: MappingDocument, known: Known) -> Iterator[Problem]:
    """Everything that keeps the document from totalling to the payment."""
    yield from _fixed_amounts(document)
    settled_by = _SETTLED_BY.get(document.target)
    if settled_by is None:
        return
    amounts = _amount_rows(document)
    if not amounts:
        yield from _no_amounts(document)
    for row in amounts:
        yield from _way_problems(row, way_to(document, row), settled_by, known)
    if amounts:
        yield from _tax_problems(document, amounts)


def _fixed_amounts(document: MappingDocument) -> Iterator[Problem]:
    for pattern in (*_AMOUNTS, "LineItems[].TaxAmount", "Amount"):
        for row in rows_for(document, pattern):
            last = row.transforms[-1] if row.transforms else TransformUse("")
            if last.name in _FIXED and literal(last, "value") not in (None, 0, "0"):
                yield doubt(
                    row, f"A fixed amount of {literal(last, 'value')} cannot be what every customer pays."
                )


def _amount_rows(document: MappingDocument) -> list[Row]:
    """The rows that decide what the lines come to: LineAmount, else UnitAmount."""
    for pattern in _AMOUNTS:
        rows = rows_for(document, pattern)
        if rows:
            return rows
    return []


def _no_amounts(document: MappingDocument) -> Iterator[Problem]:
    if any(item.target == "LineItems" for item in document.collections):
        message = "The lines have no amount, so the document cannot come to what the customer pays."
        yield Problem(message, target="LineItems[].LineAmount", severity="warning")


def _way_problems(row: Row, way: Sequence[TransformUse], settled_by: str, known: Known) -> Iterator[Problem]:
    names = [use.name for use in way]
    if "order_lines" not in names:
        yield doubt(
            row,
            "The amounts are taken as they are: nothing adds delivery, takes discounts off or compares with what "
            "the customer pays. Read the lines with “Read the order's lines”.",
        )
        return
    if settled_by not in names:
        yield doubt(
            row, f"Nothing makes the lines come to what the customer pays: add “{_TITLES[settled_by]}”."
        )
    if "line_amounts" not in names:
        yield fault(
            row, "LineAmount and VAT of the lines are never worked out: add “LineAmount and TaxAmount”."
        )
    yield from _left_out(row, names, known)
    yield from _wrong_order(row, names)


_TITLES: Final = {"match_total": "Check against the total", "refund_lines": "Lines of a refund"}


def _left_out(row: Row, names: Sequence[str], known: Known) -> Iterator[Problem]:
    if known.source is None:
        return
    for path, step, words in _SALE_PARTS:
        present = any(known.source.field(prefix + path) is not None for prefix in ("", "order."))
        if present and step not in names:
            yield doubt(row, f"{words}, or such orders do not come to what the customer pays.")


def _wrong_order(row: Row, names: Sequence[str]) -> Iterator[Problem]:
    for late in _REPRICING:
        for check in ("match_total", "line_amounts"):
            if late in names and check in names and _last(names, late) > names.index(check):
                yield fault(
                    row,
                    f"“{late}” changes the lines after “{check}”: put it before, or the document does not come to "
                    "what the customer pays.",
                )
    end = names.index("line_amounts") if "line_amounts" in names else len(names)
    if "aggregate_lines" in names[end:]:
        yield fault(row, "Lines are added up after their amounts are worked out: put “Add lines up” before.")


def _last(names: Sequence[str], name: str) -> int:
    return len(names) - 1 - list(reversed(names)).index(name)


def _tax_problems(document: MappingDocument, amounts: Sequence[Row]) -> Iterator[Problem]:
    if not rows_for(document, "LineItems[].TaxAmount"):
        message = "VAT is left to Xero to work out, so the document can differ by pennies from what the customer pays."
        yield Problem(message, target="LineItems[].TaxAmount", severity="warning")
    given = _includes_tax(document, amounts)
    basis = rows_for(document, "LineAmountTypes")
    if not basis and given is not False:
        message = "Xero takes prices for net of VAT unless told otherwise: fill in “Prices”, or VAT is added on top."
        yield Problem(message, target="LineAmountTypes", severity="warning")
    for row in basis:
        yield from _basis_problems(row, given=given)


def _includes_tax(document: MappingDocument, amounts: Sequence[Row]) -> bool | str | None:
    """How the lines are worked out: a fixed yes or no, the path it is read from, or None."""
    for row in amounts:
        for use in way_to(document, row):
            value = use.parameters.get("includes_tax") if use.name == "line_amounts" else None
            if isinstance(value, bool):
                return value
            if isinstance(value, dict):
                return str(value.get("from"))
    return None


def _basis_problems(row: Row, *, given: bool | str | None) -> Iterator[Problem]:
    fixed = next((literal(use, "value") for use in row.transforms if use.name == "constant"), None)
    if fixed is None or given is None:
        return
    if isinstance(given, str):
        if parsed(given) is not None:
            yield doubt(row, f"The lines are worked out by “{given}”, but the document always says {fixed}.")
    elif given != (fixed == "Inclusive"):
        are = "include" if given else "exclude"
        yield fault(row, f"The lines {are} VAT, but the document says {fixed}.")
