"""What Xero says of the documents now: status, reconciled, what else stands on them. As few calls as it takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from integrations.xero.client import XeroClient
from integrations.xero.lookups import Found
from integrations.xero.standing import standing_of
from sync.core.rollback import Seen, Stranger
from sync.models import Posting

_K = Posting.Kind
COLLECTIONS: Final[Mapping[str, str]] = {
    _K.INVOICE: "Invoices",
    _K.BILL: "Invoices",
    _K.CREDIT_NOTE: "CreditNotes",
    _K.PAYMENT: "Payments",
    _K.REFUND: "Payments",
    _K.SPEND: "BankTransactions",
    _K.RECEIVE: "BankTransactions",
    _K.OVERPAYMENT: "Overpayments",
    _K.BANK_TRANSFER: "BankTransfers",
    _K.JOURNAL: "ManualJournals",
}
"""Where a kind of document is read. An overpayment is read as such, not as the money that made it; an allocation on its
credit note."""
_ON_IT: Final = (
    ("Payments", "PaymentID", "a payment"),
    ("CreditNotes", "CreditNoteID", "a credit note"),
    ("Overpayments", "OverpaymentID", "an overpayment"),
    ("Prepayments", "PrepaymentID", "a prepayment"),
    ("Allocations", "AllocationID", "an allocation"),
)
"""What Xero lists on an invoice or credit note."""


def found_in_xero(client: XeroClient, postings: Iterable[Posting]) -> dict[int, Found]:
    """Each posting's object in Xero, by the posting's id. Raises what a call to Xero raises."""
    by_collection: dict[str, list[Posting]] = defaultdict(list)
    for posting in postings:
        if posting.kind in COLLECTIONS and xero_id(posting):
            by_collection[COLLECTIONS[posting.kind]].append(posting)
    found: dict[int, Found] = {}
    for collection, rows in by_collection.items():
        there = standing_of(client, collection, map(xero_id, rows))
        found |= {row.pk: there[xero_id(row)] for row in rows if xero_id(row) in there}
    return found


def xero_id(posting: Posting) -> str:
    """Xero's id of what the posting made, in the collection where it is read."""
    return posting.remote_part_id if posting.kind == _K.OVERPAYMENT else posting.remote_id


def seen_in_xero(client: XeroClient, postings: Iterable[Posting]) -> dict[int, Seen]:
    """The same, as the plan sees it. What was never said of an allocation is said by its credit note."""
    rows = list(postings)
    ours = {key for row in rows for key in (row.remote_id, row.remote_part_id) if key}
    found = found_in_xero(client, rows)
    seen = {key: _seen(each, ours) for key, each in found.items()}
    for row in rows:
        if row.kind == _K.CREDIT_NOTE_ALLOCATION:
            note = found.get(row.changes_id or row.waits_for_id or 0)
            if note is not None:
                seen[row.pk] = _seen_allocation(row, note)
    return seen


def _seen(found: Found, ours: set[str]) -> Seen:
    raw = found.raw
    reconciled = any(raw.get(name) for name in ("IsReconciled", "FromIsReconciled", "ToIsReconciled"))
    return Seen(found.status, is_reconciled=reconciled, strangers=tuple(_strangers(raw, ours)))


def _strangers(raw: Mapping[str, Any], ours: set[str]) -> Iterator[Stranger]:
    for name, id_name, words in _ON_IT:
        for each in raw.get(name) or ():
            if str(each.get(id_name) or "") not in ours and not _is_gone(each):
                yield Stranger(f"{words} of {each.get('Amount') or each.get('AppliedAmount') or ''}".strip())


def _is_gone(each: Mapping[str, Any]) -> bool:
    return str(each.get("Status") or "") in {"DELETED", "VOIDED"} or bool(each.get("IsDeleted"))


def _seen_allocation(row: Posting, note: Found) -> Seen:
    still = {str(each.get("AllocationID") or "") for each in note.raw.get("Allocations") or ()}
    return Seen(status="" if row.remote_id in still else "DELETED")
