"""How each kind of posting is said to Xero: endpoint, body, and urgency."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.core.budget import Priority
from sync.core.batching import BATCH_SIZE
from sync.models import Posting

Element = dict[str, Any]


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


def _contact(posting: Posting) -> Element:
    return dict(posting.document)


def _invoice(posting: Posting) -> Element:
    return {**posting.document, "Contact": {"ContactID": _contact_id(posting)}}


def _contact_id(posting: Posting) -> str:
    return posting.customer.xero_contact_id if posting.customer else ""


def _before(posting: Posting) -> str:
    """The Xero id of what this posting waited for: its invoice, or the payment it undoes."""
    return posting.waits_for.remote_id if posting.waits_for else ""


def _authorise(posting: Posting) -> Element:
    return {"InvoiceID": _before(posting), "Status": "AUTHORISED"}


def _update(posting: Posting) -> Element:
    return {**_invoice(posting), "InvoiceID": _before(posting)}


def _close(posting: Posting) -> Element:
    """A draft is deleted; an approved invoice without payments can only be voided (Invoices, status)."""
    is_draft = posting.waits_for is not None and posting.waits_for.remote_status == "DRAFT"
    return {"InvoiceID": _before(posting), "Status": "DELETED" if is_draft else "VOIDED"}


def _payment(posting: Posting) -> Element:
    return {**posting.document, "Invoice": {"InvoiceID": _before(posting)}}


def _overpayment(posting: Posting) -> Element:
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


def _deleted(posting: Posting) -> Element:
    return {"Status": "DELETED"}


KINDS: Mapping[str, Kind] = {
    # In order of urgency: undoing first, money next, what money waits for after that.
    Posting.Kind.PAYMENT_DELETE: Kind(
        "POST", "/Payments/{before}", "Payments", "payments", "urgent", _deleted, 1, "payment"
    ),
    Posting.Kind.OVERPAYMENT_DELETE: Kind(
        "POST", "/BankTransactions/{before}", "BankTransactions", "bank", "urgent", _deleted, 1, "overpayment"
    ),
    Posting.Kind.PAYMENT: Kind(
        "PUT", "/Payments", "Payments", "payments", "urgent", _payment, words="payment"
    ),
    Posting.Kind.OVERPAYMENT: Kind(
        "PUT", "/BankTransactions", "BankTransactions", "bank", "urgent", _overpayment, words="overpayment"
    ),
    Posting.Kind.INVOICE_AUTHORISE: Kind(
        "POST", "/Invoices", "Invoices", "invoices", "urgent", _authorise, words="invoice"
    ),
    Posting.Kind.INVOICE_UPDATE: Kind(
        "POST", "/Invoices", "Invoices", "invoices", "urgent", _update, words="invoice"
    ),
    Posting.Kind.INVOICE: Kind(
        "PUT", "/Invoices", "Invoices", "invoices", "normal", _invoice, words="invoice"
    ),
    Posting.Kind.CONTACT: Kind(
        "PUT", "/Contacts", "Contacts", "contacts", "normal", _contact, words="contact"
    ),
    Posting.Kind.INVOICE_CLOSE: Kind(
        "POST", "/Invoices", "Invoices", "invoices", "normal", _close, words="invoice"
    ),
}


def path_of(kind: Kind, posting: Posting) -> str:
    """The path of a call whose first member is `posting`."""
    return kind.path.format(before=_before(posting))


def params_of(kind: Kind) -> dict[str, str]:
    """`summarizeErrors=false` saves the good documents of a batch; `unitdp=4` keeps unit prices exact."""
    params = {"summarizeErrors": "false"} if kind.size > 1 else {}
    if kind.collection == "Invoices":
        params["unitdp"] = "4"
    return params
