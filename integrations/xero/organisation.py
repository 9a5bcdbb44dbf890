"""Reading the organisation: name, currencies, lock dates, chart of accounts, and whether it suits the pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from django.utils import timezone

from integrations.core.failures import PermanentFailure
from integrations.models import AccountRole, Connection
from integrations.xero.budget import learn_day_limit
from integrations.xero.client import XeroClient
from integrations.xero.core.chart import (
    Account,
    Books,
    Finding,
    RoleUse,
    TaxRate,
    check_chart,
    read_account,
    read_tax_rate,
)
from integrations.xero.core.replies import top_message
from integrations.xero.core.wire import optional_date


def check_organisation(connection: Connection) -> list[Finding]:
    """Read the organisation and keep what matters in `Connection.config`; returns what is wrong with the accounts.

    Kept: `organisation`, `base_currency`, `currencies`, `period_lock_date` and `year_lock_date` (ISO, or ""),
    `lock_date` (the later of the two), `vat_scheme`, `chart`, `tax_rates`, `findings`, `checked_at`.
    Raises a Failure when Xero cannot be asked.
    """
    client = XeroClient(connection)
    organisation = _read(client, "Organisation", "Organisations")[0]
    currencies = [str(each["Code"]) for each in _read(client, "Currencies", "Currencies")]
    accounts = [read_account(each) for each in _read(client, "Accounts", "Accounts")]
    rates = [read_tax_rate(each) for each in _read(client, "TaxRates", "TaxRates")]
    books = Books(
        str(organisation.get("BaseCurrency") or ""),
        frozenset(currencies),
        {account.code: account for account in accounts if account.code},
        {rate.type: rate for rate in rates},
    )
    pair = connection.pair
    findings = check_chart(_roles(connection), books, pair.base_currency, pair.currencies_kept)
    _keep(connection, organisation, books, findings)
    learn_day_limit(connection)
    return findings


def read_lock_date(connection: Connection) -> date | None:
    """The later of the organisation's lock dates as Xero has them now, which is kept. One call; raises a Failure."""
    organisation = _read(XeroClient(connection), "Organisation", "Organisations")[0]
    kept = _lock_dates(organisation)
    _update(connection, kept)
    return date.fromisoformat(kept["lock_date"]) if kept["lock_date"] else None


def check_again(connection: Connection) -> list[Finding]:
    """The accounts' check over what was read last, without a call; used when a role changes."""
    findings = check_chart(
        _roles(connection),
        books_of(connection),
        connection.pair.base_currency,
        connection.pair.currencies_kept,
    )
    _update(connection, {"findings": [asdict(finding) for finding in findings]})
    return findings


def books_of(connection: Connection) -> Books:
    """The organisation's currencies, accounts and tax rates as read last; empty while nothing was read."""
    config = connection.config
    return Books(
        str(config.get("base_currency", "")),
        frozenset(config.get("currencies", ())),
        {each["code"]: Account(**each) for each in config.get("chart", ())},
        {
            each["type"]: TaxRate(each["type"], each["name"], each["status"], frozenset(each["classes"]))
            for each in config.get("tax_rates", ())
        },
    )


def _read(client: XeroClient, path: str, collection: str) -> list[Mapping[str, Any]]:
    reply = client.call("GET", f"/{path}", purpose="lookups", priority="normal")
    elements = reply.body.get(collection)
    if reply.status != 200 or not isinstance(elements, list):
        raise PermanentFailure(f"Xero did not tell its {collection}: {top_message(reply.body)}")
    return elements


def _roles(connection: Connection) -> list[RoleUse]:
    roles = AccountRole.objects.filter(pair_id=connection.pair_id).order_by("role", "currency", "scheme")
    return [
        RoleUse(role.role, _label(role), role.account_code, role.currency, role.scheme, role.tax_type)
        for role in roles
    ]


def _label(role: AccountRole) -> str:
    return " ".join(
        part for part in (role.get_role_display(), role.scheme, role.currency, role.category) if part
    )


def _keep(
    connection: Connection, organisation: Mapping[str, Any], books: Books, findings: list[Finding]
) -> None:
    _update(
        connection,
        {
            "organisation": str(organisation.get("Name") or ""),
            "base_currency": books.base_currency,
            "currencies": sorted(books.currencies),
            **_lock_dates(organisation),
            "vat_scheme": str(organisation.get("SalesTaxBasis") or ""),
            "chart": [asdict(account) for account in books.accounts.values()],
            "tax_rates": [
                {"type": rate.type, "name": rate.name, "status": rate.status, "classes": sorted(rate.classes)}
                for rate in books.tax_rates.values()
            ],
            "findings": [asdict(finding) for finding in findings],
            "checked_at": timezone.now().isoformat(),
        },
    )


def _lock_dates(organisation: Mapping[str, Any]) -> dict[str, str]:
    period = optional_date(organisation.get("PeriodLockDate"))
    year = optional_date(organisation.get("EndOfYearLockDate"))
    locked = max((day for day in (period, year) if day), default=None)
    return {
        "period_lock_date": _iso(period),
        "year_lock_date": _iso(year),
        "lock_date": _iso(locked),
    }


def _update(connection: Connection, changes: Mapping[str, Any]) -> None:
    connection.config = {**connection.config, **changes}
    Connection.objects.filter(pk=connection.pk).update(config=connection.config)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
