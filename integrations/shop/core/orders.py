"""Reading a shop's message into an order (docs/shop-webhooks.md).

What makes a message unreadable raises; what is wrong with a readable order comes back as values, all of it at
once, so that the order can be kept, shown with its problems, and put right.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from integrations.core.currencies import EXPONENTS
from integrations.core.money import Money
from integrations.shop.core.cards import ToldCard, read_told_card, without_identifier
from integrations.shop.core.envelope import NUMBER_MAX, ORDER_TYPES, REFUND_TYPE, TYPES, MessageError
from integrations.shop.core.refunds import RefundRequest, read_refund_request
from integrations.shop.core.sums import check_sums, read_amount

__all__ = ["MessageError", "ShopMessage", "ShopOrder", "parse_message"]

Document = dict[str, Any]

_VENDOR_TX_CODE: Final = re.compile(r"[A-Za-z0-9{}._-]{1,40}")
_CONTACT_NUMBER_MAX: Final = 50  # Xero Accounting API, Contacts: ContactNumber
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ShopOrder:
    """An order as the shop told it.

    `total` is what the customer pays, `tax` the VAT in or on it, as told. `contact_number` is the shop's id of
    the customer, or a stable stand-in made of the e-mail address (or of the order number when there is neither).
    `document` is the `order` object with every number as its exact decimal string, without Opayo's SecurityKey.
    """

    number: str
    placed_at: datetime
    currency: str
    total: Money
    tax: Money
    customer: Mapping[str, Any]
    customer_name: str
    email: str
    contact_number: str
    vendor_tx_code: str
    security_key: str = field(repr=False)
    document: Document = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShopMessage:
    """A message of the shop. `order` is there for order.created and order.updated only, `refund` for refund.requested.

    `problems` are sentences for people: why the order cannot be posted as it is.
    """

    type: str
    number: str
    shop: str = ""
    order: ShopOrder | None = None
    refund: RefundRequest | None = None
    vendor_tx_code: str = ""
    security_key: str = field(default="", repr=False)
    return_url: str = ""
    """Set when the shop asks for a payment page: where the customer goes afterwards."""
    wants_checkout: bool = False
    keep_card: Mapping[str, Any] = field(default_factory=dict)
    """Set when the customer agreed, in the shop, to the card being kept: the consent as the shop tells it."""
    saved_card: ToldCard | None = None
    problems: tuple[str, ...] = ()


def parse_message(body: bytes) -> ShopMessage:
    """Read a whole message, no matter how it was sent.

    Raises MessageError when it is not JSON, has no type or number, or is an order without a known currency, a
    readable total or moment. Everything else that is wrong is in `problems`.
    """
    message = _loaded(body)
    kind, order = message.get("type"), message.get("order")
    if kind == REFUND_TYPE:
        refund = read_refund_request(message.get("refund"))
        return ShopMessage(REFUND_TYPE, refund.order_number, text_of(message, "shop"), refund=refund)
    if not isinstance(kind, str) or kind not in TYPES or not isinstance(order, dict):
        raise MessageError("The message needs a known type and an order.")
    number = text_of(order, "number").strip()
    if not number or len(number) > NUMBER_MAX:
        raise MessageError(f"The order has no number, or one of more than {NUMBER_MAX} characters.")
    payment, problems = _payment(order)
    read = None
    if kind in ORDER_TYPES:
        read, found = _read_order(order, number, payment)
        problems += found
    card, card_problems = read_told_card(_object(order, "payment"))
    checkout = _object(order, "checkout")
    return ShopMessage(
        type=kind,
        number=number,
        shop=text_of(message, "shop"),
        order=read,
        vendor_tx_code=payment[0],
        security_key=payment[1],
        return_url=text_of(checkout, "return_url"),
        wants_checkout=read is not None and isinstance(order.get("checkout"), dict),
        keep_card=_object(checkout, "keep_card"),
        saved_card=card,
        problems=(*problems, *card_problems),
    )


def text_of(values: Mapping[str, Any], name: str) -> str:
    """A text of a JSON object; empty when it is absent or something else."""
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _object(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = values.get(name)
    return value if isinstance(value, dict) else {}


def _loaded(body: bytes) -> Document:
    # Numbers stay the text they were written as: exact, and as long as they like. PostgreSQL keeps no NUL.
    try:
        message = json.loads(
            body.replace(b"\\u0000", b"\\ufffd"), parse_float=str, parse_int=str, parse_constant=str
        )
    except (ValueError, RecursionError) as error:
        raise MessageError(f"The message is not whole JSON: {error}.") from None
    if not isinstance(message, dict):
        raise MessageError("The message is not a JSON object.")
    return _without_surrogates(message) if b"\\ud" in body or b"\\uD" in body else message


def _without_surrogates(value: Any) -> Any:
    """Half a surrogate pair is JSON, but no text that can be stored."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value


def _payment(order: Document) -> tuple[tuple[str, str], list[str]]:
    payment = order.get("payment")
    if not isinstance(payment, dict):
        return ("", ""), []
    code = text_of(payment, "vendor_tx_code")
    if code and not _VENDOR_TX_CODE.fullmatch(code):
        return ("", ""), [
            f"The vendor_tx_code {code[:60]!r} is none that Opayo could have: letters, digits, {{}}._-."
        ]
    return (code, text_of(payment, "security_key")), []


def _read_order(order: Document, number: str, payment: tuple[str, str]) -> tuple[ShopOrder, list[str]]:
    currency = text_of(order, "currency")
    total = read_amount(order.get("total"), currency)
    placed_at, problems = _moment(order.get("placed_at"))
    fatal = _fatal_problems(number, currency, order, total, placed_at)
    if fatal or total is None or placed_at is None:
        raise MessageError(*fatal)
    tax, found = check_sums(order, currency, total)
    customer, found_customer = _customer(order)
    problems += found_customer + found
    if not isinstance(order.get("prices_include_tax"), bool):
        problems.append("prices_include_tax must say true or false: whether the prices contain the VAT.")
    email = text_of(customer, "email").strip()[:255]
    read = ShopOrder(
        number=number,
        placed_at=placed_at,
        currency=currency,
        total=Money.from_decimal(total, currency),
        tax=Money.from_decimal(tax, currency),
        customer=customer,
        customer_name=_customer_name(customer, number),
        email=email,
        contact_number=_contact_number(customer, email, number),
        vendor_tx_code=payment[0],
        security_key=payment[1],
        document=_without_key(order),
    )
    return read, problems


def _without_key(order: Document) -> Document:
    """The order as people and mappings may see it: SecurityKey and card identifier are kept apart, encrypted."""
    payment = order.get("payment")
    if not isinstance(payment, dict) or not payment.keys() & {"security_key", "saved_card"}:
        return order
    shown = {name: value for name, value in without_identifier(payment).items() if name != "security_key"}
    return {**order, "payment": shown}


def _fatal_problems(
    number: str, currency: str, order: Document, total: Decimal | None, placed_at: datetime | None
) -> list[str]:
    problems = []
    if currency not in EXPONENTS:
        problems.append(
            f"Order {number}: {currency!r} is not a currency code of ISO 4217, such as GBP, in capitals."
        )
    elif total is None:
        told = str(order.get("total"))[:40]
        problems.append(f"Order {number}: its total {told!r} is not an amount of {currency}.")
    if placed_at is None:
        told = str(order.get("placed_at"))[:40]
        problems.append(f"Order {number}: placed_at {told!r} is not a moment such as 2026-11-22T10:15:00Z.")
    return problems


def _moment(written: Any) -> tuple[datetime | None, list[str]]:
    try:
        moment = datetime.fromisoformat(written)
    except (TypeError, ValueError):
        return None, []
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC), [f"placed_at {written} has no time zone: add Z or an offset."]
    return moment.astimezone(UTC), []


def _customer(order: Document) -> tuple[Document, list[str]]:
    customer = order.get("customer")
    if not isinstance(customer, dict) or not any(
        text_of(customer, name) for name in ("id", "email", "last_name")
    ):
        return (customer if isinstance(customer, dict) else {}), [
            "The order names no customer: it needs an id, an e-mail address or a name."
        ]
    return customer, []


def _customer_name(customer: Document, number: str) -> str:
    name = " ".join(
        filter(None, (text_of(customer, "first_name").strip(), text_of(customer, "last_name").strip()))
    )
    found = text_of(customer, "company").strip() or name or text_of(customer, "email").strip()
    return (found or f"Customer of order {number}")[:255]


def contact_number_of(order: Mapping[str, Any]) -> str:
    """The number that a stored order's customer is known by."""
    customer, number = order.get("customer"), text_of(order, "number")
    told = customer if isinstance(customer, dict) else {}
    return _contact_number(told, text_of(told, "email").strip()[:255], number)


def _contact_number(customer: Document, email: str, number: str) -> str:
    given = text_of(customer, "id").strip()
    if given and len(given) <= _CONTACT_NUMBER_MAX:
        return given
    if given:
        return _stand_in("id", given)
    return _stand_in("email", email.lower()) if email else _stand_in("order", number)


def _stand_in(kind: str, text: str) -> str:
    return f"{kind}-{sha256(text.encode('utf-8')).hexdigest()[:32]}"
