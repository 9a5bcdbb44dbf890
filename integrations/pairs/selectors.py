"""Reading pairs: the accounts of their books and their connections."""

from __future__ import annotations

from typing import Any

from integrations.core.failures import ConfigurationFailure
from integrations.models import AccountRole, Connection, Pair


def accounts_of(pair: Pair) -> dict[str, Any]:
    """Account codes as mappings read them.

    `sales`, `delivery`, `rounding`, `fees` … hold one code each; `clearing`, `bank` and the other roles that are kept
    apart by currency hold `{"GBP": "095", "GBP:AMEX": "098"}`; `by_category` is for sales.
    One small query: ask once per batch.
    """
    accounts: dict[str, Any] = {"clearing": {}, "bank": {}, "reserve": {}, "by_category": {}}
    for role in AccountRole.objects.filter(pair=pair).order_by("pk"):
        _place(accounts, role, pair.base_currency)
    return accounts


def account_for(pair: Pair, role: str, currency: str = "", scheme: str = "") -> AccountRole | None:
    """The account of a role: for the currency and card scheme, else for the currency, else for any."""
    roles = {(each.currency, each.scheme): each for each in pair.account_roles.filter(role=role, category="")}
    for key in ((currency, scheme), (currency, ""), ("", scheme), ("", "")):
        if key in roles:
            return roles[key]
    return None


def connection_of(pair: Pair, system: str) -> Connection:
    """The pair's connection to a system, with its grant. Raises ConfigurationFailure when there is none."""
    connections = Connection.objects.filter(pair=pair, system=system).exclude(status=Connection.Status.OFF)
    connection = connections.select_related("pair", "grant").order_by("pk").first()
    if connection is None:
        label = Connection.System(system).label
        raise ConfigurationFailure(
            f"{system}_not_connected",
            "",
            f"{pair} is not connected to {label}.",
            f"Connect {label} on the Connections page.",
        )
    return connection


def xero_of(pair: Pair) -> Connection:
    """The pair's Xero connection. Raises ConfigurationFailure (`xero_not_connected`)."""
    return connection_of(pair, Connection.System.XERO)


def live_connections(system: str) -> list[Connection]:
    """Connections of active pairs that polling, sweeping and sending may use."""
    connections = Connection.objects.filter(
        system=system, status=Connection.Status.LIVE, pair__is_active=True
    )
    return list(connections.select_related("pair", "grant").order_by("pk"))


_BY_CURRENCY = frozenset({AccountRole.Role.CLEARING, AccountRole.Role.BANK, AccountRole.Role.RESERVE})


def _place(accounts: dict[str, Any], role: AccountRole, base_currency: str) -> None:
    if role.role in _BY_CURRENCY:
        currency = role.currency or base_currency
        key = f"{currency}:{role.scheme}" if role.scheme else currency
        accounts[role.role][key] = role.account_code
    elif role.category:
        if role.role == AccountRole.Role.SALES:
            accounts["by_category"][role.category] = role.account_code
    else:
        accounts[role.role] = role.account_code
