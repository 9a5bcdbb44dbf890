"""Looking documents up in Xero by the keys we gave them, before anything is sent under a new key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from integrations.xero.client import XeroClient
from sync.models import Posting
from sync.services.delivering.look_up import bank, money_back, sales
from sync.services.delivering.look_up.findings import Absent, Finding, Taken
from sync.services.delivering.look_up.undone import undone

__all__ = ["Absent", "Finding", "Taken", "look_up"]


def look_up(client: XeroClient, kind: str, postings: Sequence[Posting]) -> Mapping[int, Finding]:
    """For each posting (by id) whether it is in Xero. Raises what reading from Xero raises."""
    return _LOOK_UPS[kind](client, postings)


_LOOK_UPS: Mapping[str, Callable[[XeroClient, Sequence[Posting]], Mapping[int, Finding]]] = {
    Posting.Kind.CONTACT: sales.contacts,
    Posting.Kind.CONTACT_UPDATE: sales.contact_updates,
    Posting.Kind.INVOICE: sales.invoices,
    Posting.Kind.BILL: sales.bills,
    Posting.Kind.INVOICE_AUTHORISE: sales.changed_invoices(sales.is_authorised),
    Posting.Kind.INVOICE_UPDATE: sales.changed_invoices(sales.is_updated),
    Posting.Kind.INVOICE_CLOSE: sales.changed_invoices(sales.is_closed),
    Posting.Kind.INVOICE_VOID: sales.changed_invoices(sales.is_closed),
    Posting.Kind.PAYMENT: sales.payments,
    Posting.Kind.PAYMENT_DELETE: undone("Payments"),
    Posting.Kind.OVERPAYMENT: bank.transactions("RECEIVE-OVERPAYMENT"),
    Posting.Kind.OVERPAYMENT_DELETE: money_back.cash_refunds,
    Posting.Kind.CREDIT_NOTE: money_back.credit_notes,
    Posting.Kind.CREDIT_NOTE_ALLOCATION: money_back.allocations,
    Posting.Kind.REFUND: money_back.cash_refunds,
    Posting.Kind.SPEND: bank.transactions("SPEND"),
    Posting.Kind.RECEIVE: bank.transactions("RECEIVE"),
    Posting.Kind.BANK_TRANSFER: bank.transfers,
    Posting.Kind.JOURNAL: bank.journals,
    Posting.Kind.REFUND_DELETE: undone("Payments"),
    Posting.Kind.ALLOCATION_DELETE: money_back.removed_allocations,
    Posting.Kind.CREDIT_NOTE_VOID: undone("CreditNotes"),
    Posting.Kind.BANK_TRANSACTION_DELETE: undone("BankTransactions"),
    Posting.Kind.BANK_TRANSFER_DELETE: undone("BankTransfers"),
    Posting.Kind.JOURNAL_VOID: undone("ManualJournals"),
}
