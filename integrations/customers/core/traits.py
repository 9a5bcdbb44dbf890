"""What of a customer is compared, in normal form, and the keys under which candidates are found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.customers.core.addresses import Address, read_addresses
from integrations.customers.core.names import Name, long_form, read_name
from integrations.customers.core.phones import normal_phone


@dataclass(frozen=True, slots=True)
class Traits:
    """One customer, ready to be compared. E-mail addresses are in lower case."""

    name: Name = field(default_factory=Name)
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    addresses: tuple[Address, ...] = ()
    tax_number: str = ""


def read_traits(customer: Mapping[str, Any], *, name: str = "", emails: Iterable[str] = ()) -> Traits:
    """The traits of a customer object as shops tell it; `name` and `emails` add what is known beside it."""
    addresses = read_addresses(_address(customer, each) for each in ("billing_address", "shipping_address"))
    country = next((each.country for each in addresses if each.country), "GB")
    told = [*emails, _text(customer, "email")]
    phone = normal_phone(_text(customer, "phone"), country)
    return Traits(
        name=read_name(
            name,
            first=_text(customer, "first_name"),
            last=_text(customer, "last_name"),
            company=_text(customer, "company"),
        ),
        emails=frozenset(each.strip().lower() for each in told if each.strip()),
        phones=frozenset({phone} - {""}),
        addresses=addresses,
        tax_number=normal_tax_number(_text(customer, "tax_number") or _text(customer, "vat_number")),
    )


def normal_tax_number(text: str) -> str:
    """A VAT number in capitals, without spaces and the letters GB."""
    return "".join(sign for sign in text.upper() if sign.isalnum()).removeprefix("GB")


def mailbox(email: str) -> str:
    """The mailbox that an address leads to, without what stands behind a plus: "ada+shop@x" is "ada@x"."""
    local, _, domain = email.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def match_keys(traits: Traits) -> list[str]:
    """Keys that two records of one customer are likely to share at least one of; sorted."""
    keys = {f"e:{mailbox(email)}" for email in traits.emails} | {f"p:{phone}" for phone in traits.phones}
    keys |= {f"a:{each.postcode}:{each.house}" for each in traits.addresses if each.postcode}
    if traits.tax_number:
        keys.add(f"t:{traits.tax_number}")
    if traits.name.company:
        keys.add(f"c:{' '.join(traits.name.company)}")
    if traits.name.given and traits.name.family:
        keys |= {f"n:{family}:{long_form(given)[0]}" for family, given in _either_order(traits.name)}
    return sorted(keys)


def _either_order(name: Name) -> set[tuple[str, str]]:
    """Family and first given name, also the other way round: people are entered both ways."""
    return {(name.family, name.given[0]), (name.given[0], name.family)}


def _address(customer: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    value = customer.get(key)
    return value if isinstance(value, Mapping) else None


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""
