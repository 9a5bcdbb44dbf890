"""Reading a shop's wish to give money back (docs/shop-webhooks.md, refunds)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from integrations.core.currencies import EXPONENTS
from integrations.core.money import Money
from integrations.shop.core.envelope import NUMBER_MAX, MessageError
from integrations.shop.core.sums import read_amount

ID_MAX: Final = 80
_LINES_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """What the shop asks for. `lines`: {"line" or "sku", "quantity" or "total"}, numbers as decimal strings; empty for a
    share of every line. `id` is the shop's own number of it.
    """

    id: str
    order_number: str
    amount: Money
    reason: str = ""
    lines: tuple[Mapping[str, str], ...] = ()


def read_refund_request(refund: Any) -> RefundRequest:
    """The `refund` object of a message. Raises MessageError with the reason for the sender."""
    if not isinstance(refund, dict):
        raise MessageError("The message has no refund.")
    refund_id, number = _name(refund, "id", ID_MAX), _name(refund, "order_number", NUMBER_MAX)
    return RefundRequest(
        id=refund_id,
        order_number=number,
        amount=_amount(refund_id, refund),
        reason=_text(refund.get("reason"))[:1000],
        lines=_lines(refund_id, refund.get("lines")),
    )


def _name(refund: Mapping[str, Any], field: str, longest: int) -> str:
    name = _text(refund.get(field)).strip()
    if not name or len(name) > longest:
        raise MessageError(f"The refund has no {field}, or one of more than {longest} characters.")
    return name


def _text(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def _amount(refund_id: str, refund: Mapping[str, Any]) -> Money:
    currency = _text(refund.get("currency"))
    if currency not in EXPONENTS:
        raise MessageError(
            f"Refund {refund_id}: {currency!r} is not a currency code of ISO 4217, such as GBP, in capitals."
        )
    written = _text(refund.get("amount"))
    amount = read_amount(written, currency)
    if amount is None or amount <= 0:
        raise MessageError(
            f"Refund {refund_id}: {written[:40]!r} is not an amount of {currency} above nothing, as a decimal string."
        )
    return Money.from_decimal(amount, currency)


def _lines(refund_id: str, lines: Any) -> tuple[Mapping[str, str], ...]:
    if lines in (None, []):
        return ()
    if not isinstance(lines, list) or len(lines) > _LINES_MAX:
        raise MessageError(f"Refund {refund_id}: its lines are no list of at most {_LINES_MAX} lines.")
    return tuple(_line(refund_id, line) for line in lines)


def _line(refund_id: str, line: Any) -> Mapping[str, str]:
    told = line if isinstance(line, dict) else {}
    read = {name: _text(told.get(name)).strip() for name in ("line", "sku", "quantity", "total")}
    named = {name: value for name, value in read.items() if value}
    if not {"line", "sku"} & named.keys():
        raise MessageError(f"Refund {refund_id}: each of its lines needs a sku, or a line number from 1.")
    return named
