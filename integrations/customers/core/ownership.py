"""Which side's word counts for each field of a customer, and what is to be told to Xero.

A blank is never a word: a guest order without a telephone number does not wipe one out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Owner = Literal["shop", "xero", "latest", "person"]
Source = Literal["shop", "xero", "person"]
Value = Any
"""A text, or a mapping of texts (name parts, address)."""

FIELDS: Final[Mapping[str, str]] = {
    "name": "Name",
    "email": "E-mail address",
    "phone": "Telephone",
    "billing_address": "Billing address",
    "shipping_address": "Delivery address",
    "tax_number": "VAT number",
    "account_number": "Account number",
}
"""The fields that shop and Xero both keep, with their labels."""

OWNERS: Final[Mapping[Owner, str]] = {
    "shop": "The shop owns it",
    "xero": "Xero owns it",
    "latest": "The latest change wins",
    "person": "A person decides",
}

DEFAULT_OWNERS: Final[Mapping[str, Owner]] = {
    "name": "xero",
    "email": "shop",
    "phone": "shop",
    "billing_address": "shop",
    "shipping_address": "shop",
    "tax_number": "xero",
    "account_number": "xero",
}
"""People correct names in Xero, where statements are printed; how to reach somebody is told to the shop."""


def owner_of(owners: Mapping[str, str], field: str) -> Owner:
    """The pair's owner of a field, else the one it is shipped with."""
    chosen = owners.get(field)
    for owner in OWNERS:
        if owner == chosen:
            return owner
    return DEFAULT_OWNERS[field]


@dataclass(frozen=True, slots=True)
class Change:
    """One side tells a new value of a field. `held` is what counts now, with whose word it was."""

    owner: Owner
    source: Source
    told: Value
    held: Value
    held_by: Source = "shop"


def counts(change: Change) -> bool:
    """Whether the told value replaces the one that is held."""
    if is_blank(change.told):
        return False
    if change.source == "person" or is_blank(change.held):
        return True
    if change.owner == "latest":
        return True
    return change.owner == change.source


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one field when it is asked whether Xero is to be told.

    `ours`: the part of the mapped Contact; `theirs`: the same part as Xero last told it (None: never told);
    `pushed`: what we last sent of it (None: never); `heard`: Xero has told its own since then.
    """

    ours: Value
    theirs: Value | None
    pushed: Value | None = None
    heard: bool = False


def is_echo(standing: Standing) -> bool:
    """Whether what Xero tells is our own last word, perhaps in Xero's spelling of it, and nobody's change.

    The first word after we sent something counts as its answer. Without this, a value that Xero writes in another way
    would go back and forth for ever.
    """
    if standing.pushed is None:
        return False
    return same(standing.pushed, standing.theirs) or not standing.heard


def wants_push(standing: Standing) -> bool:
    """Whether Xero is to be told: it has something else, and has not been told this already."""
    if is_blank(standing.ours):
        return False
    if standing.theirs is not None and within(standing.ours, standing.theirs):
        return False
    return standing.pushed is None or not same(standing.ours, standing.pushed) or standing.heard


def normal(value: Value) -> Value:
    """A value as it is compared: no matter of case and spaces; blanks of a mapping are left out."""
    if isinstance(value, Mapping):
        parts = {key: normal(each) for key, each in value.items()}
        return {key: each for key, each in parts.items() if each not in ("", {}, [])}
    if isinstance(value, list | tuple):
        return [normal(each) for each in value]
    return " ".join(str(value if value is not None else "").split()).casefold()


def same(one: Value, other: Value) -> bool:
    """Whether two values say the same."""
    return bool(normal(one) == normal(other))


def within(ours: Value, theirs: Value) -> bool:
    """Whether theirs says all that ours says."""
    mine, other = normal(ours), normal(theirs)
    if isinstance(mine, dict) and isinstance(other, dict):
        return all(other.get(key) == each for key, each in mine.items())
    return bool(mine == other)


def is_blank(value: Value) -> bool:
    """Whether nothing is said."""
    return normal(value) in ("", {}, [])
