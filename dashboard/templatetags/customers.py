"""Two customers side by side, and values as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse

from dashboard.core.customer_words import written_value
from integrations.customers.core.ownership import FIELDS
from integrations.customers.core.sides import shop_values, value_of, with_values
from integrations.models import Customer, KnownContact
from sync.services.customers.telling import values_held

register = template.Library()


@dataclass(frozen=True)
class Side:
    """One of two customers: its page, and where it is known from."""

    name: str
    href: str
    words: str


@dataclass(frozen=True)
class Row:
    """One field of both."""

    label: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Sides:
    """A table of two columns."""

    heads: tuple[Side, ...]
    rows: tuple[Row, ...]


@register.filter
def written(value: Any) -> str:
    """A field's value in one line."""
    return written_value(value)


@register.simple_tag
def sides_of_two(keep: Customer | KnownContact, other: Customer | KnownContact) -> Sides:
    """The fields of both, those that neither has left out."""
    values = [_values(each) for each in (keep, other)]
    rows = (
        Row(label, tuple(written_value(each.get(field)) for each in values))
        for field, label in FIELDS.items()
    )
    return Sides((_side(keep), _side(other)), tuple(row for row in rows if any(row.values)))


def _values(row: Customer | KnownContact) -> dict[str, Any]:
    if isinstance(row, KnownContact):
        values = {field: value_of(field, part) for field, part in row.details.items() if part}
        return {
            "name": row.name,
            "email": row.email,
            **{key: each for key, each in values.items() if key != "name"},
        }
    values = shop_values(with_values(row.details, values_held(row)))
    return {**values, "name": row.name, "email": row.email}


def _side(row: Customer | KnownContact) -> Side:
    if isinstance(row, KnownContact):
        return Side(row.name, "", "a contact in Xero that the shop has not named yet")
    known = "in Xero" if row.xero_contact_id else "not in Xero yet"
    return Side(
        row.name, reverse("customers-page", args=[row.pair.slug, row.pk]), f"{row.contact_number}, {known}"
    )
