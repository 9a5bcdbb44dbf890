"""What is sent to Xero for each kind of posting; the ids of other objects are put in here."""

from __future__ import annotations

from typing import Any

from sync.models import Posting

Element = dict[str, Any]


def contact(posting: Posting) -> Element:
    """Contact as mapped."""
    return dict(posting.document)


def contact_update(posting: Posting) -> Element:
    """The changed fields of a contact; Xero keeps what is not named (Contacts, POST)."""
    return {**posting.document, "ContactID": _contact_id(posting)}


def invoice(posting: Posting) -> Element:
    """Invoice of its customer."""
    return {**posting.document, "Contact": {"ContactID": _contact_id(posting)}}


def bill(posting: Posting) -> Element:
    """Bill of a supplier, whom the document names."""
    return dict(posting.document)


def _contact_id(posting: Posting) -> str:
    return posting.customer.xero_contact_id if posting.customer else ""


def before(posting: Posting) -> str:
    """The Xero id of what a posting pays, changes or builds on."""
    return posting.target.remote_id if posting.target else ""


def beneath(posting: Posting) -> str:
    """The Xero id of what that one was made on: an allocation's credit note, a credit note's invoice."""
    first = posting.target.waits_for if posting.target else None
    return first.remote_id if first else ""


def authorise(posting: Posting) -> Element:
    """Approval of a draft."""
    return {"InvoiceID": before(posting), "Status": "AUTHORISED"}


def update(posting: Posting) -> Element:
    """Correction of an invoice."""
    return {**invoice(posting), "InvoiceID": before(posting)}


def close(posting: Posting) -> Element:
    """A draft is deleted; an approved invoice without payments can only be voided (Invoices, status)."""
    is_draft = posting.target is not None and posting.target.remote_status == "DRAFT"
    return {"InvoiceID": before(posting), "Status": "DELETED" if is_draft else "VOIDED"}


def payment(posting: Posting) -> Element:
    """Payment on its invoice."""
    return {**posting.document, "Invoice": {"InvoiceID": before(posting)}}


def overpayment(posting: Posting) -> Element:
    """RECEIVE-OVERPAYMENT: one line without account, which Xero books to the customer's credit."""
    payment = posting.document
    return {
        "Type": "RECEIVE-OVERPAYMENT",
        "Contact": {"ContactID": _contact_id(posting)},
        "BankAccount": payment["Account"],
        "Date": payment["Date"],
        "Reference": payment["Reference"],
        "CurrencyCode": posting.currency,
        "LineAmountTypes": "NoTax",
        "LineItems": [
            {"Description": f"Paid too much, {payment['Reference']}", "LineAmount": payment["Amount"]}
        ],
    }


def deleted(posting: Posting) -> Element:
    """Deletion of what the path names."""
    return {"Status": "DELETED"}


def cash_refund(posting: Posting) -> Element:
    """Money out of a credit note, or out of what is left of an overpayment (Xero Accounting API, Payments)."""
    target = posting.target
    if target is not None and target.kind == Posting.Kind.OVERPAYMENT:
        return {**posting.document, "Overpayment": {"OverpaymentID": target.remote_part_id}}
    return {**posting.document, "CreditNote": {"CreditNoteID": before(posting)}}


def allocation(posting: Posting) -> Element:
    """A credit note set against the invoice it was made on."""
    return {**posting.document, "Invoice": {"InvoiceID": beneath(posting)}}


def bank_transaction(posting: Posting) -> Element:
    """Money spent or received, with the customer as contact where the document names no other."""
    return {"Contact": {"ContactID": _contact_id(posting)}, **posting.document}


def journal(posting: Posting) -> Element:
    """Manual journal as made."""
    return dict(posting.document)


def bank_transfer(posting: Posting) -> Element:
    """Money moved between two bank accounts, as made (Xero Accounting API, BankTransfers)."""
    return dict(posting.document)


def void_credit_note(posting: Posting) -> Element:
    """Voiding of a credit note that nothing stands on any more."""
    return {"CreditNoteID": before(posting), "Status": "VOIDED"}


def void_journal(posting: Posting) -> Element:
    """Voiding of a posted journal."""
    return {"ManualJournalID": before(posting), "Status": "VOIDED"}


def delete_transfer(posting: Posting) -> Element:
    """Deletion of a bank transfer."""
    return {"BankTransferID": before(posting), "Status": "DELETED"}
