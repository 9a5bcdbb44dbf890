"""What of each line of a sale a refund gives back, so that all refunds of a sale together are the sale, VAT included.

Each refund is shared over what earlier refunds left of the lines, by largest remainder; the VAT of a line follows its
share and the last refund takes what is left of it. So partial refunds add up to the whole to the penny, for every
line and every VAT rate, in whatever steps the money went back. Amounts are Decimals in major units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mapping.core.lines import Line, exact, unit_of
from mapping.core.problems import TransformError
from mapping.core.tax import in_proportion, round_amount
from mapping.core.values import as_decimal, as_text

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Part:
    """An amount of one line, tax included, and the VAT in it."""

    gross: Decimal
    tax: Decimal

    def less(self, other: Part) -> Part:
        """What is left when `other` is taken away."""
        return Part(self.gross - other.gross, self.tax - other.tax)

    def share(self, gross: Decimal, unit: Decimal) -> Part:
        """`gross` of it, with its VAT in proportion; all of the VAT when all of it is taken."""
        if gross == self.gross:
            return self
        if not self.gross:
            return Part(gross, _NOTHING)
        return Part(gross, round_amount(self.tax * gross / self.gross, unit))


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back; `returned` says which lines came back ({line or sku, quantity or total}), if anybody knows."""

    amount: Decimal
    returned: Sequence[Any] = ()


def refunded_lines(lines: Sequence[Line], refunds: Sequence[Refund], factor: Decimal) -> list[Line]:
    """The finished lines of what the last of `refunds` gives back, those before it having been given back already.

    Amounts of refunds are in the currency of the lines; `factor` converts the totals of returned lines into it.
    Raises TransformError for a refund of more than is left.
    """
    unit = unit_of(lines[0]["currency"]) if lines else Decimal(1)
    left = [Part(line["gross"], line["tax_amount"]) for line in lines]
    taken: list[Part] = []
    for refund in refunds:
        taken = _taken(lines, left, refund, factor, unit)
        left = [have.less(part) for have, part in zip(left, taken, strict=True)]
    return [_line_of(line, part) for line, part in zip(lines, taken, strict=True) if part.gross]


def cumulative(amounts: Sequence[Decimal], factor: Decimal, unit: Decimal) -> list[Decimal]:
    """Amounts converted so that the first n of them together are the n amounts converted together and rounded once."""
    sums = [round_amount(sum(amounts[: count + 1], _NOTHING) * factor, unit) for count in range(len(amounts))]
    return [total - before for total, before in zip(sums, [_NOTHING, *sums], strict=False)]


def _taken(
    lines: Sequence[Line], left: Sequence[Part], refund: Refund, factor: Decimal, unit: Decimal
) -> list[Part]:
    amount, most = refund.amount, sum((part.gross for part in left), _NOTHING)
    if amount > most:
        raise TransformError(
            f"The refund of {amount} is more than the {most} left of the order: check what was refunded before."
        )
    named = _named(lines, left, refund.returned, factor, unit)
    direct = sum(named, _NOTHING)
    if amount <= direct:
        shares = in_proportion(amount, named, unit)
    else:
        # What no returned line explains (postage, goodwill) is shared over the rest of the order.
        rest = [part.gross - given for part, given in zip(left, named, strict=True)]
        spread = in_proportion(amount - direct, rest, unit)
        shares = [given + more for given, more in zip(named, spread, strict=True)]
    return [part.share(share, unit) for part, share in zip(left, shares, strict=True)]


def _named(
    lines: Sequence[Line], left: Sequence[Part], returned: Sequence[Any], factor: Decimal, unit: Decimal
) -> list[Decimal]:
    """What the returned lines cost, line by line, never more than is left of each."""
    named = [_NOTHING for _ in lines]
    for item in returned:
        index = _line_index(lines, item)
        cost = named[index] + _cost(lines[index], item, factor, unit)
        named[index] = max(_NOTHING, min(cost, left[index].gross))
    return named


def _line_index(lines: Sequence[Line], item: Any) -> int:
    if not isinstance(item, Mapping):
        raise TransformError("A returned line is not an object with line or sku, and quantity or total.")
    number, sku = item.get("line"), as_text(item.get("sku"))
    if number not in (None, ""):
        position = as_decimal(number)
        if position == int(position) and 1 <= position <= len(lines):
            return int(position) - 1
        raise TransformError(f"The returned line {number} is not one of the order's {len(lines)} lines.")
    for index, line in enumerate(lines):
        if sku and line["sku"] == sku:
            return index
    raise TransformError(f"The returned article “{sku}” is not on the order.")


def _cost(line: Line, item: Mapping[str, Any], factor: Decimal, unit: Decimal) -> Decimal:
    total, quantity = item.get("total"), item.get("quantity")
    if total not in (None, ""):
        return round_amount(as_decimal(total) * factor, unit)
    if quantity in (None, "") or not line["quantity"]:
        return line["gross"]
    return round_amount(line["gross"] * as_decimal(quantity) / line["quantity"], unit)


def _line_of(line: Line, part: Part) -> Line:
    """The line as it stands on a credit note, which knows no discounts (Xero Accounting API, CreditNotes)."""
    includes_tax = line["line_amount"] == line["gross"]
    amount = part.gross if includes_tax else part.gross - part.tax
    quantity, unit_amount = _pieces(line, amount)
    return {
        **line,
        "gross": part.gross,
        "tax": part.tax,
        "line_amount": amount,
        "tax_amount": part.tax,
        "quantity": quantity,
        "unit_amount": unit_amount,
        "discount_amount": None,
    }


def _pieces(line: Line, amount: Decimal) -> tuple[Decimal, Decimal]:
    """So many pieces at the order's price where that comes to the amount, else one at the whole amount."""
    price = line["unit_amount"]
    if price and amount % price == 0 and 0 < amount / price <= line["quantity"]:
        return amount / price, price
    return Decimal(1), amount


def read_refunds(
    amount: Any, returned: Any, earlier: Any, currency: str, factor: Decimal, to: str
) -> list[Refund]:
    """Earlier refunds in their order, then the one at hand, in the books' currency. Raises TransformError."""
    unit = unit_of(currency)
    items = [*(_object(item) for item in _list(earlier)), {"amount": amount, "lines": returned}]
    amounts = [exact(as_decimal(item.get("amount")), unit, "The amount of a refund") for item in items]
    if any(each <= 0 for each in amounts):
        raise TransformError("A refund has to be of more than nothing.")
    converted = amounts if factor == 1 else cumulative(amounts, factor, unit_of(to))
    return [
        Refund(each, tuple(_list(item.get("lines")))) for each, item in zip(converted, items, strict=True)
    ]


def _list(value: Any) -> Sequence[Any]:
    if value in (None, ""):
        return ()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return value
    raise TransformError("The refunds and returned lines have to be lists.")


def _object(item: Any) -> Mapping[str, Any]:
    if isinstance(item, Mapping):
        return item
    raise TransformError("An earlier refund is not an object with its amount.")
