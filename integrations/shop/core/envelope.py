"""The first look at a shop's message, quick enough for the request that brings it.

It finds what could never become an order: no JSON, no type, no number, no currency we know. All else is judged
later, when the order is safely on disk (`integrations.shop.core.orders`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import orjson

from integrations.core.currencies import EXPONENTS

ORDER_TYPES: Final = frozenset(("order.created", "order.updated"))
REFUND_TYPE: Final = "refund.requested"
TYPES: Final = ORDER_TYPES | {"order.cancelled", "payment.started", REFUND_TYPE}
NUMBER_MAX: Final = 100


class MessageError(ValueError):
    """A message that cannot be read, with every reason found, in plain words."""

    def __init__(self, *problems: str) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the receiving end needs to know of a message."""

    type: str
    number: str
    wants_checkout: bool


def read_envelope(body: bytes) -> Envelope:
    """Type and order number of a message. Raises MessageError with the reason for the sender."""
    try:
        message = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MessageError(f"The body is not whole JSON: {error}.") from None
    if not isinstance(message, dict):
        raise MessageError("The body must be a JSON object with type and order.")
    kind = message.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        raise MessageError(f"The type must be one of {', '.join(sorted(TYPES))}.")
    if kind == REFUND_TYPE:
        return Envelope(kind, _number_of_refund(message.get("refund")), wants_checkout=False)
    order = message.get("order")
    if not isinstance(order, dict):
        raise MessageError("The message has no order.")
    number = _number(order.get("number"))
    if kind in ORDER_TYPES:
        _check_currency(number, order.get("currency"))
    return Envelope(
        kind, number, wants_checkout=kind in ORDER_TYPES and isinstance(order.get("checkout"), dict)
    )


def _number_of_refund(refund: Any) -> str:
    if not isinstance(refund, dict):
        raise MessageError("The message has no refund.")
    number = _number(refund.get("order_number"))
    _check_currency(number, refund.get("currency"))
    return number


def _number(number: Any) -> str:
    if isinstance(number, int) and not isinstance(number, bool):
        number = str(number)
    if not isinstance(number, str) or not number.strip():
        raise MessageError("The order has no number.")
    if len(number) > NUMBER_MAX:
        raise MessageError(f"The order number is longer than {NUMBER_MAX} characters.")
    return number


def _check_currency(number: str, currency: Any) -> None:
    if not isinstance(currency, str) or currency not in EXPONENTS:
        raise MessageError(
            f"Order {number}: {currency!r} is not a currency code of ISO 4217, such as GBP, in capitals."
        )
