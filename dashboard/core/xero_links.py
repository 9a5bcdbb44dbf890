"""Where a document stands in Xero's own pages."""

from __future__ import annotations

from typing import Final

# Xero, "Deep linking to Xero": the pages that take an object's id.
_PAGES: Final[dict[str, str]] = {
    "contact": "/Contacts/View/{id}",
    "invoice": "/AccountsReceivable/View.aspx?InvoiceID={id}",
    "payment": "/Bank/ViewTransaction.aspx?bankTransactionID={id}",
    "overpayment": "/Bank/ViewTransaction.aspx?bankTransactionID={id}",
    "refund": "/Bank/ViewTransaction.aspx?bankTransactionID={id}",
    "spend": "/Bank/ViewTransaction.aspx?bankTransactionID={id}",
    "receive": "/Bank/ViewTransaction.aspx?bankTransactionID={id}",
    "bank_transfer": "/Bank/ViewTransfer.aspx?bankTransferID={id}",
    "bill": "/AccountsPayable/View.aspx?InvoiceID={id}",
    "credit_note": "/AccountsReceivable/ViewCreditNote.aspx?creditNoteID={id}",
    "journal": "/Journal/View.aspx?invoiceID={id}",
}
_SAME_OBJECT: Final[dict[str, str]] = {
    "invoice_authorise": "invoice",
    "invoice_update": "invoice",
    "invoice_close": "invoice",
    "payment_delete": "payment",
    "refund_delete": "refund",
    "credit_note_void": "credit_note",
    "journal_void": "journal",
}


def xero_page(base: str, kind: str, remote_id: str) -> str:
    """The address of a posting's object at `base` (https://go.xero.com); "" when there is none."""
    page = _PAGES.get(_SAME_OBJECT.get(kind, kind))
    return base + page.format(id=remote_id) if page and remote_id else ""


def xero_reconcile_page(base: str, account_id: str = "") -> str:
    """Where bank statement lines are reconciled: of one bank account, by Xero's id of it, else the list of bank accounts."""
    return (
        f"{base}/BankRec/BankRec.aspx?accountID={account_id}"
        if account_id
        else f"{base}/Bank/BankAccounts.aspx"
    )
