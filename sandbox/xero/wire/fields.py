"""Reading one property of an element, with Xero's limits; a bad one ends the element."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.xero.core import messages
from sandbox.xero.wire.dates import parse_date

LIMITS = {
    "InvoiceNumber": 255,
    "CreditNoteNumber": 255,
    "Reference": 255,
    "ContactNumber": 50,
    "AccountNumber": 50,
    "TaxNumber": 50,
    "CompanyNumber": 50,
    "FirstName": 255,
    "LastName": 255,
    "EmailAddress": 255,
    "Description": 4000,
    "Narrative": 18,
    "Details": 18,
    "Particulars": 12,
    "Url": 2000,
}
LARGEST = Decimal("9999999999.99")


class Invalid(Exception):
    """An element Xero would refuse, with what it would say; several messages may come together."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def text(element: dict[str, Any], field: str, limit: int | None = None) -> str | None:
    """A text property; None where it is absent or null. Raise Invalid when it is too long."""
    value = element.get(field)
    if value is None:
        return None
    if type(value) is not str:
        value = str(value)
    limit = limit or LIMITS.get(field, 255)
    if len(value) > limit:
        raise Invalid(messages.too_long(field, limit))
    return value


def number(element: dict[str, Any], field: str) -> Decimal | None:
    """A number property as a Decimal; None where absent or null. Raise Invalid when it is none."""
    value = element.get(field)
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        raise Invalid(messages.not_a("number", field, value))
    if type(value) is not Decimal:
        try:
            value = Decimal(value)
        except (InvalidOperation, TypeError, ValueError):
            raise Invalid(messages.not_a("number", field, value)) from None
    if not value.is_finite() or abs(value) > LARGEST:
        raise Invalid(messages.not_a("number", field, value))
    return value


def day(element: dict[str, Any], field: str) -> date | None:
    """A calendar date; None where absent, null or empty. Raise Invalid when it is none."""
    value = element.get(field)
    if value is None or value == "":
        return None
    try:
        return parse_date(value)
    except (ValueError, TypeError, OverflowError):
        raise Invalid(messages.not_a("date", field, value)) from None


def flag(element: dict[str, Any], field: str) -> bool | None:
    """A boolean, also as the text `true` or `false`; None where absent."""
    value = element.get(field)
    if value is None or isinstance(value, bool):
        return value
    return str(value).lower() == "true"


def choice(element: dict[str, Any], field: str, allowed: frozenset[str]) -> str | None:
    """One of Xero's enumerated values; None where absent. Raise Invalid for any other."""
    value = element.get(field)
    if value is None or value == "":
        return None
    if value not in allowed:
        raise Invalid(messages.not_a("value", field, value))
    return str(value)


def child(element: dict[str, Any], field: str) -> dict[str, Any]:
    """A nested object; empty where absent. Raise Invalid when it is something else."""
    value = element.get(field)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Invalid(messages.not_a("object", field, value))
    return value


def children(element: dict[str, Any], field: str) -> list[dict[str, Any]] | None:
    """A nested list of objects; None where absent or null. Raise Invalid when it is something else."""
    value = element.get(field)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Invalid(messages.not_a("list", field, "…"))
    return value
