"""The fields that shop and Xero both keep: taken from either side's object, and put back.

A *value* has the shop's shape (docs/shop-webhooks.md), a *part* that of Xero's Contact (Accounting API, Contacts).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from integrations.customers.core.names import plain_words
from integrations.customers.core.ownership import is_blank
from integrations.customers.core.phones import normal_phone

_NAME_PARTS: Final = ("first_name", "last_name", "company")
_LINES: Final = {
    "AddressLine1": "line1",
    "AddressLine2": "line2",
    "City": "city",
    "Region": "region",
    "PostalCode": "postcode",
    "Country": "country",
}
_ADDRESS_TYPES: Final = {"billing_address": "POBOX", "shipping_address": "STREET"}
_TEXTS: Final = {"email": "EmailAddress", "tax_number": "TaxNumber", "account_number": "AccountNumber"}
_MADE_UP: Final = re.compile(r"(?:email|order|xero|split)-[0-9a-f-]{32,36}")


def is_made_up(contact_number: str) -> bool:
    """Whether we made the number, because the shop gave the customer none: a guest, or one known from Xero."""
    return _MADE_UP.fullmatch(contact_number) is not None


def shop_values(customer: Mapping[str, Any]) -> dict[str, Any]:
    """Field → value of a shop's customer object; blanks are left out."""
    found: dict[str, Any] = {
        "name": {name: customer.get(name) or "" for name in _NAME_PARTS},
        "email": customer.get("email") or "",
        "phone": customer.get("phone") or "",
        "billing_address": customer.get("billing_address") or {},
        "shipping_address": customer.get("shipping_address") or {},
        "tax_number": customer.get("tax_number") or customer.get("vat_number") or "",
        "account_number": customer.get("account_number") or "",
    }
    return {field: value for field, value in found.items() if not is_blank(value)}


def with_values(customer: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The customer object with some values in place of its own."""
    changed = dict(customer)
    for field, value in values.items():
        if field == "name":
            changed |= {name: value.get(name, "") for name in _NAME_PARTS}
        else:
            changed[field] = value
    return changed


def without_blanks(told: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """What the shop tells now, with what it told before of the fields that it leaves blank now."""
    values = shop_values(told)
    return with_values(told, {name: each for name, each in shop_values(known).items() if name not in values})


def display_name(value: Mapping[str, Any]) -> str:
    """How a name is written: the company, else the person."""
    person = " ".join(filter(None, (str(value.get(name) or "").strip() for name in _NAME_PARTS[:2])))
    return str(value.get("company") or "").strip() or person


def contact_parts(contact: Mapping[str, Any], contact_number: str = "") -> dict[str, Any]:
    """Field → part of a Contact, as we send it or as Xero tells it; fields the object does not speak of are left out.

    The number behind a name that was taken (" (C-77)") is not part of the name.
    """
    parts: dict[str, Any] = {
        field: str(contact[key] or "") for field, key in _TEXTS.items() if key in contact
    }
    if "Name" in contact:
        name = str(contact["Name"] or "").removesuffix(f" ({contact_number})")
        parts["name"] = {"Name": name} | {
            key: str(contact.get(key) or "") for key in ("FirstName", "LastName")
        }
    if "Phones" in contact:
        parts["phone"] = _phone(contact["Phones"] or ())
    if "Addresses" in contact:
        by_type = {each.get("AddressType"): each for each in contact["Addresses"] or ()}
        for field, kind in _ADDRESS_TYPES.items():
            lines = by_type.get(kind) or {}
            parts[field] = {key: str(lines[key]) for key in _LINES if lines.get(key)}
    return parts


def _phone(phones: Iterable[Mapping[str, Any]]) -> str:
    by_type = {each.get("PhoneType"): each for each in phones}
    found = by_type.get("DEFAULT") or {}
    written = "".join(str(found.get(key) or "") for key in ("PhoneAreaCode", "PhoneNumber"))
    code = str(found.get("PhoneCountryCode") or "").lstrip("+0")
    return normal_phone(f"+{code}{written.lstrip('0')}" if code and written else written) or written


def value_of(field: str, part: Any) -> Any:
    """A part in the shop's shape."""
    if field == "name":
        return _name_value(part)
    if field in _ADDRESS_TYPES:
        return {name: part[key] for key, name in _LINES.items() if part.get(key)}
    return part


def _name_value(part: Mapping[str, str]) -> dict[str, str]:
    """Where Name is not simply first and last name, it is a company's, or how Xero wants the contact to be called."""
    first, last, name = part.get("FirstName", ""), part.get("LastName", ""), part.get("Name", "")
    is_person = plain_words(f"{first} {last}") == plain_words(name)
    return {"first_name": first, "last_name": last, "company": "" if is_person else name}


def update_of(document: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Of a mapped Contact what an update of these fields sends: Xero keeps what is not named (Contacts, POST)."""
    wanted = set(fields)
    update: dict[str, Any] = {
        key: document[key] for field, key in _TEXTS.items() if field in wanted and key in document
    }
    if "name" in wanted:
        update |= {key: document[key] for key in ("Name", "FirstName", "LastName") if key in document}
    if "phone" in wanted:
        blank = {"PhoneAreaCode": "", "PhoneCountryCode": ""}
        update["Phones"] = [{**blank, **each} for each in document.get("Phones", ())]
    kinds = {_ADDRESS_TYPES[field] for field in wanted & _ADDRESS_TYPES.keys()}
    if kinds:
        told = [each for each in document.get("Addresses", ()) if each.get("AddressType") in kinds]
        update["Addresses"] = [{**dict.fromkeys(_LINES, ""), **each} for each in told]
    return update
