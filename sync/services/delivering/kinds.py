"""How each kind of posting is said to Xero: endpoint, body, and urgency."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from integrations.core.budget import Priority
from sync.core.batching import BATCH_SIZE
from sync.models import Posting
from sync.services.delivering import elements
from sync.services.delivering.elements import Element, before, beneath

UNDOING: Final = frozenset({
    Posting.Kind.PAYMENT_DELETE,
    Posting.Kind.OVERPAYMENT_DELETE,
    Posting.Kind.REFUND_DELETE,
    Posting.Kind.ALLOCATION_DELETE,
    Posting.Kind.CREDIT_NOTE_VOID,
    Posting.Kind.INVOICE_VOID,
    Posting.Kind.BANK_TRANSACTION_DELETE,
    Posting.Kind.BANK_TRANSFER_DELETE,
    Posting.Kind.JOURNAL_VOID,
})  # fmt: skip
"""Kinds that undo one other posting: `changes`, or else `waits_for`, is reversed by them."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of call. `collection` is Xero's plural; `purpose` names it in the call statistics."""

    method: str
    path: str
    collection: str
    purpose: str
    priority: Priority
    element: Callable[[Posting], Element]
    size: int = BATCH_SIZE
    words: str = "document"
    """What an accountant calls it."""
    has_body: bool = True
    reads_beneath: bool = False
    """Whether the call also names what its posting's target was made on."""


_K = Posting.Kind
KINDS: Mapping[str, Kind] = {
    # In order of urgency: undoing first, from the money down; money next; then what money waits for.
    _K.REFUND_DELETE: Kind("POST", "/Payments/{before}", "Payments", "payments", "urgent", elements.deleted, 1, "refund"),
    _K.PAYMENT_DELETE: Kind("POST", "/Payments/{before}", "Payments", "payments", "urgent", elements.deleted, 1, "payment"),
    _K.ALLOCATION_DELETE: Kind(
        "DELETE", "/CreditNotes/{beneath}/Allocations/{before}", "Allocations", "payments", "urgent", elements.deleted, 1,
        "allocation", has_body=False, reads_beneath=True,
    ),
    _K.OVERPAYMENT_DELETE: Kind(
        "PUT", "/Payments", "Payments", "payments", "urgent", elements.cash_refund, words="refund of an overpayment"
    ),
    _K.BANK_TRANSACTION_DELETE: Kind(
        "POST", "/BankTransactions/{before}", "BankTransactions", "bank", "urgent", elements.deleted, 1, "bank transaction"
    ),
    _K.BANK_TRANSFER_DELETE: Kind(
        "POST", "/BankTransfers", "BankTransfers", "bank", "urgent", elements.delete_transfer, words="bank transfer"
    ),
    _K.CREDIT_NOTE_VOID: Kind(
        "POST", "/CreditNotes", "CreditNotes", "credit_notes", "urgent", elements.void_credit_note, words="credit note"
    ),
    _K.JOURNAL_VOID: Kind(
        "POST", "/ManualJournals", "ManualJournals", "journals", "urgent", elements.void_journal, words="journal"
    ),
    _K.PAYMENT: Kind("PUT", "/Payments", "Payments", "payments", "urgent", elements.payment, words="payment"),
    _K.OVERPAYMENT: Kind(
        "PUT", "/BankTransactions", "BankTransactions", "bank", "urgent", elements.overpayment, words="overpayment"
    ),
    _K.REFUND: Kind("PUT", "/Payments", "Payments", "payments", "urgent", elements.cash_refund, words="refund"),
    _K.SPEND: Kind(
        "PUT", "/BankTransactions", "BankTransactions", "bank", "urgent", elements.bank_transaction, words="spend money"
    ),
    _K.RECEIVE: Kind(
        "PUT", "/BankTransactions", "BankTransactions", "bank", "urgent", elements.bank_transaction, words="receive money"
    ),
    # Xero tells of each document of a batch only where it takes `summarizeErrors`, and here it does not.
    _K.BANK_TRANSFER: Kind(
        "PUT", "/BankTransfers", "BankTransfers", "bank", "urgent", elements.bank_transfer, 1, "bank transfer"
    ),
    _K.INVOICE_AUTHORISE: Kind(
        "POST", "/Invoices", "Invoices", "invoices", "urgent", elements.authorise, words="invoice"
    ),
    _K.INVOICE_UPDATE: Kind("POST", "/Invoices", "Invoices", "invoices", "urgent", elements.update, words="invoice"),
    _K.CREDIT_NOTE: Kind(
        "PUT", "/CreditNotes", "CreditNotes", "credit_notes", "urgent", elements.invoice, words="credit note"
    ),
    _K.CREDIT_NOTE_ALLOCATION: Kind(
        "PUT", "/CreditNotes/{before}/Allocations", "Allocations", "payments", "urgent", elements.allocation, 1, "allocation", reads_beneath=True),
    _K.JOURNAL: Kind("PUT", "/ManualJournals", "ManualJournals", "journals", "urgent", elements.journal, words="journal"),
    _K.BILL: Kind("PUT", "/Invoices", "Invoices", "invoices", "normal", elements.bill, words="bill"),
    _K.INVOICE: Kind("PUT", "/Invoices", "Invoices", "invoices", "normal", elements.invoice, words="invoice"),
    _K.CONTACT: Kind("PUT", "/Contacts", "Contacts", "contacts", "normal", elements.contact, words="contact"),
    _K.CONTACT_UPDATE: Kind(
        "POST", "/Contacts", "Contacts", "contacts", "normal", elements.contact_update, words="contact"
    ),
    _K.INVOICE_CLOSE: Kind("POST", "/Invoices", "Invoices", "invoices", "normal", elements.close, words="invoice"),
    _K.INVOICE_VOID: Kind("POST", "/Invoices", "Invoices", "invoices", "normal", elements.close, words="invoice"),
}  # fmt: skip


def path_of(kind: Kind, posting: Posting) -> str:
    """The path of a call whose first member is `posting`."""
    below = beneath(posting) if kind.reads_beneath else ""
    return kind.path.format(before=before(posting), beneath=below)


def params_of(kind: Kind) -> dict[str, str]:
    """`summarizeErrors=false` saves the good documents of a batch; `unitdp=4` keeps unit prices exact."""
    params = {"summarizeErrors": "false"} if kind.size > 1 else {}
    if kind.collection in {"Invoices", "CreditNotes"} and kind.size > 1:
        params["unitdp"] = "4"
    return params
