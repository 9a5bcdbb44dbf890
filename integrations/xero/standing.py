"""How documents stand in Xero now, found by Xero's own ids of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from integrations.core.failures import PermanentFailure
from integrations.xero.client import XeroClient
from integrations.xero.lookups import Found, by_ids, find_invoices_by_id, get_one

_ID: Final[Mapping[str, str]] = {
    "BankTransactions": "BankTransactionID",
    "BankTransfers": "BankTransferID",
    "CreditNotes": "CreditNoteID",
    "ManualJournals": "ManualJournalID",
    "Overpayments": "OverpaymentID",
    "Payments": "PaymentID",
}


def standing_of(client: XeroClient, collection: str, ids: Iterable[str]) -> dict[str, Found]:
    """Documents of a collection by their ids, deleted and voided ones too; those Xero does not know are left out.

    Up to 40 in a call. Where Xero declines the search of a very large organisation, they are read one by one.
    """
    wanted = sorted({key for key in ids if key})
    if collection == "Invoices":
        return find_invoices_by_id(client, wanted)
    query = {"includeDeleted": "true"} if collection == "BankTransfers" else {}
    try:
        found = by_ids(client, collection, _ID[collection], wanted, query)
    except PermanentFailure:
        each = (get_one(client, collection, key) for key in wanted)
        found = [one for one in each if one is not None]
    return {one.id: one for one in found}
