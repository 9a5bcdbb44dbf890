"""Balances from Xero's own reports (Accounting API, Reports)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from integrations.core.budget import Priority
from integrations.core.failures import PermanentFailure
from integrations.xero.client import XeroClient
from integrations.xero.core.replies import top_message

_CODE: Final = re.compile(r"\(([^()]+)\)$")
_YEAR_DEBIT, _YEAR_CREDIT = 3, 4
"""Columns of the trial balance: account, debit and credit of the month, debit and credit of the year."""


def trial_balance(
    client: XeroClient, on: date, *, purpose: str = "lookups", priority: Priority = "urgent"
) -> dict[str, Decimal]:
    """Each account's balance at the end of a day, by its code, in the organisation's base currency; debits are positive.

    An account that is not listed has nothing on it. One call. Raises what a call to Xero raises.
    """
    reply = client.call(
        "GET", "/Reports/TrialBalance", purpose=purpose, params={"date": on.isoformat()}, priority=priority
    )
    reports = reply.body.get("Reports") or []
    if reply.status != 200 or not reports:
        raise PermanentFailure(f"Xero did not give its trial balance: {top_message(reply.body)}")
    return dict(_balances(reports[0].get("Rows") or ()))


def _balances(rows: Any) -> Iterator[tuple[str, Decimal]]:
    for row in rows:
        yield from _balances(row.get("Rows") or ())
        cells = row.get("Cells") or []
        code = _CODE.search(_text(cells, 0))
        if row.get("RowType") == "Row" and code:
            yield code.group(1), _amount(cells, _YEAR_DEBIT) - _amount(cells, _YEAR_CREDIT)


def _amount(cells: list[Mapping[str, Any]], column: int) -> Decimal:
    """Report figures are texts; nothing stands for nothing."""
    return Decimal(_text(cells, column).replace(",", "") or 0)


def _text(cells: list[Mapping[str, Any]], column: int) -> str:
    return str(cells[column].get("Value") or "") if column < len(cells) else ""
