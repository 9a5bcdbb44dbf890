"""Where enrich steps look: the pair's own customers, accounts, tables, and the reference rates."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from django.db.models import Q

from integrations.core.failures import ConfigurationFailure
from integrations.models import Customer, KnownContact, Pair
from integrations.rates import ORIGIN, rate_of_day
from mapping.core.blueprint import Blueprint
from mapping.core.enrichment import Found, Sources


def sources_of(pair: Pair, blueprint: Blueprint) -> Sources:
    """The sources of a pair. What was looked up once is remembered: make them anew for each batch."""
    return Sources(
        customer=cache(lambda number, email: _customer(pair, number, email)),
        account=cache(lambda code_or_role: _account(pair, code_or_role)),
        rate=lambda currency, day: _rate(pair, currency, day),
        tables=blueprint.tables,
    )


def _customer(pair: Pair, number: str, email: str) -> Found:
    """A customer of the shop by number or e-mail, else a contact that polling has seen in Xero."""
    wanted = Q(contact_number=number) if number else Q(email__iexact=email)
    customer = Customer.objects.filter(wanted, pair=pair).order_by("pk").first()
    if customer is not None:
        return _found(
            customer.contact_number,
            customer.xero_contact_id,
            customer.name,
            customer.email,
            _country(customer),
        )
    contact = KnownContact.objects.filter(wanted, pair=pair, is_archived=False).order_by("pk").first()
    if contact is None:
        return None
    return _found(contact.contact_number, contact.contact_id, contact.name, contact.email, "")


def _found(number: str, contact_id: str, name: str, email: str, country: str) -> dict[str, Any]:
    return {
        "contact_number": number,
        "contact_id": contact_id,
        "name": name,
        "email": email,
        "country": country,
    }


def _country(customer: Customer) -> str:
    address = customer.details.get("billing_address") or {}
    return str(address.get("country") or "")


def _account(pair: Pair, code_or_role: str) -> Found:
    """An account the pair has a role for, by its code or by the role."""
    wanted = Q(account_code=code_or_role) | Q(role=code_or_role.lower(), category="", scheme="")
    role = pair.account_roles.filter(wanted).order_by("currency", "pk").first()
    if role is None:
        return None
    name = role.get_role_display()
    return {
        "code": role.account_code, "name": name, "type": "", "tax_type": role.tax_type, "currency": role.currency,
    }  # fmt: skip


def _rate(pair: Pair, currency: str, day: date) -> Found:
    """The European Central Bank's rate of the day into the books' currency."""
    target = pair.base_currency
    try:
        rate = rate_of_day(currency, target, day)
    except ConfigurationFailure:
        return None
    return {"source": currency, "target": target, "rate": str(rate), "on": day.isoformat(), "origin": ORIGIN}
