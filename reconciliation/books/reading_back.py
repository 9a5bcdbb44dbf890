"""What people have reconciled in Xero: read of the transfers that stand for bank lines, seldom and all at once.

No API reconciles a statement line: that is a click in Xero, for which a transfer of the line's amount and day is ready.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from integrations.core.failures import PermanentFailure
from integrations.models import Connection
from integrations.opayo.sweep import merge_cursors
from integrations.xero.client import XeroClient
from reconciliation.models import BankAccount, BankLine, SettlementPosting
from sync.models import Posting

NEXT_AT: Final = "next_read_back_at"
_INTERVAL_SECONDS: Final = 6 * 3600
_GONE: Final = "DELETED"


def read_back_is_due(connection: Connection) -> bool:
    """Whether six hours have passed since the last look. Remembers that it is looked now."""
    now = time.time()
    if now < int(connection.cursors.get(NEXT_AT, 0)):
        return False
    merge_cursors(connection, {NEXT_AT: int(now) + _INTERVAL_SECONDS})
    return True


def read_back(connection: Connection) -> int:
    """Note which bank lines are reconciled in Xero; returns how many became so. One call, of the least urgency.

    Raises the failures of XeroClient.
    """
    ties = _waiting(connection.pair_id)
    if not ties:
        return 0
    days = [tie.bank_line.booked_on for tie in ties if tie.bank_line]
    transfers = _transfers(XeroClient(connection), min(days), max(days))
    _learn_accounts(connection.pair_id, transfers)
    found = _flags(transfers)
    done: dict[bool, list[int]] = {True: [], False: []}
    for tie in ties:
        flags = found.get(tie.posting.remote_id)
        if flags is not None and tie.bank_line is not None:
            done[flags[tie.bank_line.amount_minor > 0]].append(tie.bank_line.pk)
    for flag, ids in done.items():
        BankLine.objects.filter(pk__in=ids).update(is_reconciled_in_xero=flag)
    return len(done[True])


def ready_to_match(pair_id: int) -> list[SettlementPosting]:
    """Bank lines whose transfer is in Xero and that a person has still to click together there, oldest first."""
    return sorted(_waiting(pair_id), key=lambda tie: tie.bank_line.booked_on if tie.bank_line else date.min)


def _waiting(pair_id: int) -> list[SettlementPosting]:
    rows = SettlementPosting.objects.filter(
        posting__pair=pair_id,
        posting__kind=Posting.Kind.BANK_TRANSFER,
        posting__state=Posting.State.POSTED,
        bank_line__state=BankLine.State.MATCHED,
    ).exclude(bank_line__is_reconciled_in_xero=True)
    return list(rows.select_related("posting", "bank_line__bank_account", "settlement"))


def _learn_accounts(pair_id: int, transfers: Iterable[Mapping[str, Any]]) -> None:
    """Keep Xero's ids of the bank accounts, by which they are opened there."""
    ends = [row.get(side) or {} for row in transfers for side in ("FromBankAccount", "ToBankAccount")]
    ids = {end["Code"]: str(end["AccountID"]) for end in ends if end.get("Code") and end.get("AccountID")}
    for account in BankAccount.objects.filter(pair=pair_id, account_code__in=ids):
        if account.xero_account_id != ids[account.account_code]:
            account.xero_account_id = ids[account.account_code]
            account.save(update_fields=["xero_account_id"])


def _flags(transfers: Iterable[Mapping[str, Any]]) -> Mapping[str, Mapping[bool, bool]]:
    """By transfer, whether each side is reconciled: True is where the money went, False where it came from."""
    return {
        str(row["BankTransferID"]): {
            True: bool(row.get("ToIsReconciled")),
            False: bool(row.get("FromIsReconciled")),
        }
        for row in transfers
        if row.get("Status") != _GONE
    }


def _transfers(client: XeroClient, since: date, until: date) -> list[Mapping[str, Any]]:
    """The transfers dated between these days."""
    where = f"Date>={_literal(since)} AND Date<={_literal(until)}"
    reply = client.call(
        "GET", "/BankTransfers", purpose="reconciled", params={"where": where}, priority="background"
    )
    if reply.status != 200:
        raise PermanentFailure(
            "Xero did not list its bank transfers, so nothing is known of what was reconciled."
        )
    return list(reply.body.get("BankTransfers") or ())


def _literal(day: date) -> str:
    return f"DateTime({day.year},{day.month},{day.day})"
