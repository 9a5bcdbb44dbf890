"""Line items of a registration: the `Basket` string and the `BasketXML`."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from sandbox.opayo.core.safe_xml import parse_xml
from sandbox.opayo.core.status_codes import Refusal

_ITEM_ORDER = (
    "description", "productSku", "productCode", "quantity", "unitNetAmount", "unitTaxAmount",
    "unitGrossAmount", "totalGrossAmount", "recipientFName", "recipientLName", "recipientMName",
    "recipientSal", "recipientEmail", "recipientPhone", "recipientAdd1", "recipientAdd2", "recipientCity",
    "recipientState", "recipientCountry", "recipientPostCode", "itemShipNo", "itemGiftMsg",
)  # fmt: skip
_ITEM_LIMITS = {"description": 100, "productSku": 12, "productCode": 12}
_COLUMNS = 6


def check_basket(text: str) -> None:
    """Check the colon-separated form: the number of rows, then six columns a row. Refusal 3021."""
    parts = text.split(":")
    if not (parts[0].isascii() and parts[0].isdigit()):
        raise Refusal("3021")
    rows = int(parts[0])
    if rows < 1 or len(parts) != 1 + rows * _COLUMNS:
        raise Refusal("3021")


def check_basket_xml(text: str, amount: Decimal) -> None:
    """Check shape, order and sums of a BasketXML against the amount of the transaction.

    Opayo Direct protocol 3.00, A1.3: unitGross = unitNet + unitTax, totalGross = unitGross × quantity,
    amount = Σ totalGross + deliveryGross − Σ discounts. Refusals: 3021 for the shape, 3195 for a sum.
    """
    root = _parse(text)
    items = root.findall("item")
    if root.tag != "basket" or not items:
        raise Refusal("3021")
    total = sum((_check_item(item) for item in items), Decimal(0))
    total += _delivery(root)
    total -= sum((_number(found, "fixed") for found in root.findall("discounts/discount")), Decimal(0))
    if total != amount:
        raise Refusal("3195")


def _parse(text: str) -> Element:
    try:
        return parse_xml(text)
    except ValueError as error:
        raise Refusal("3021") from error


def _check_item(item: Element) -> Decimal:
    _check_shape(item)
    net, tax, gross = (_number(item, f"unit{part}Amount") for part in ("Net", "Tax", "Gross"))
    total = _number(item, "totalGrossAmount")
    if gross != net + tax or total != gross * _number(item, "quantity"):
        raise Refusal("3195")
    return total


def _check_shape(item: Element) -> None:
    names = [child.tag for child in item]
    places = [_ITEM_ORDER.index(name) if name in _ITEM_ORDER else -1 for name in names]
    if -1 in places or places != sorted(places) or len(set(places)) != len(places):
        raise Refusal("3021")
    if not (item.findtext("description") or "").strip():
        raise Refusal("3021")
    for name, limit in _ITEM_LIMITS.items():
        if len(item.findtext(name) or "") > limit:
            raise Refusal("3021")


def _delivery(root: Element) -> Decimal:
    if root.find("deliveryGrossAmount") is None:
        return Decimal(0)
    net, tax, gross = (_number(root, f"delivery{part}Amount") for part in ("Net", "Tax", "Gross"))
    if gross != net + tax:
        raise Refusal("3195")
    return gross


def _number(parent: Element, name: str) -> Decimal:
    try:
        number = Decimal((parent.findtext(name) or "").strip())
    except InvalidOperation as error:
        raise Refusal("3021") from error
    if not number.is_finite() or number < 0:
        raise Refusal("3021")
    return number
