"""Documents of a collection that changed lately or are dated in some days, all pages, deleted ones too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from integrations.core.failures import PermanentFailure
from integrations.xero.client import XeroClient
from integrations.xero.core.replies import top_message

_PAGE: Final = 1_000
_UNPAGED: Final = frozenset({"BankTransfers"})


def changed_since(client: XeroClient, collection: str, since: datetime) -> list[Mapping[str, Any]]:
    """What was made or changed since a moment (If-Modified-Since, UTC). Raises what a call to Xero raises."""
    headers = {"If-Modified-Since": f"{since:%Y-%m-%dT%H:%M:%S}"}
    return _listed(client, collection, {}, headers)


def dated_between(client: XeroClient, collection: str, first: date, last: date) -> list[Mapping[str, Any]]:
    """What is dated from one day to another, both included. Raises what a call to Xero raises."""
    where = f"Date>={_literal(first)} AND Date<={_literal(last)}"
    return _listed(client, collection, {"where": where}, {})


def _listed(
    client: XeroClient, collection: str, query: Mapping[str, str], headers: Mapping[str, str]
) -> list[Mapping[str, Any]]:
    elements: list[Mapping[str, Any]] = []
    page = 1
    while True:
        found = _page(client, collection, {**query, **_paging(collection, page)}, headers)
        elements += found
        if len(found) < _PAGE or collection in _UNPAGED:
            return elements
        page += 1


def _paging(collection: str, page: int) -> dict[str, str]:
    if collection in _UNPAGED:
        # Deleted transfers are left out otherwise (Accounting API, BankTransfers).
        return {"includeDeleted": "true"}
    return {"page": str(page), "pageSize": str(_PAGE)}


def _page(
    client: XeroClient, collection: str, query: Mapping[str, str], headers: Mapping[str, str]
) -> list[Mapping[str, Any]]:
    reply = client.call(
        "GET", f"/{collection}", purpose="reports", params=query, headers=headers, priority="background"
    )
    if reply.status != 200:
        raise PermanentFailure(f"Xero did not list its {collection}: {top_message(reply.body)}")
    return list(reply.body.get(collection) or ())


def _literal(day: date) -> str:
    return f"DateTime({day.year},{day.month},{day.day})"
