"""/Payments: on invoices, and refunds of credit notes, overpayments and prepayments."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.collection import Collection
from sandbox.xero.core import messages, postings, settlement, where
from sandbox.xero.core.currencies import rate_on
from sandbox.xero.core.money import CENT, round_money, to_base
from sandbox.xero.core.settlement import Settlement
from sandbox.xero.endpoints import batch, contacts, credit_notes, documents, invoices, overpayments
from sandbox.xero.endpoints.listing import Listing, listing, properties, single
from sandbox.xero.wire import body, fields
from sandbox.xero.wire.dates import instant_string, ms_date, ms_instant
from sandbox.xero.wire.fields import Invalid
from sandbox.xero.wire.replies import new_guid

KIND = batch.Kind("Payments", "PaymentID")


@dataclass(frozen=True, slots=True)
class Payable:
    """A kind of document that money can be paid or refunded on."""

    property: str
    id_field: str
    number_field: str | None
    left_field: str
    rows: Callable[[Books], Collection]
    missing: str
    type_of: Callable[[Row], documents.DocumentType]
    tell: Callable[[Books, Row], None]


def _by_type(row: Row) -> documents.DocumentType:
    return documents.TYPES[row["Type"]]


def _tell_invoice(books: Books, row: Row) -> None:
    if books.choices("payment_events"):
        documents.tell(books, invoices.FAMILY, row)


def _tell_credit_note(books: Books, row: Row) -> None:
    if books.choices("payment_events"):
        documents.tell(books, credit_notes.FAMILY, row)


def _tell_nobody(books: Books, row: Row) -> None:
    """Over- and prepayments have webhooks too, but not of their refunds."""


PAYABLES = (
    Payable("Invoice", "InvoiceID", "InvoiceNumber", "AmountDue", lambda books: books.invoices,
            messages.INVOICE_NOT_FOUND, _by_type, _tell_invoice),
    Payable("CreditNote", "CreditNoteID", "CreditNoteNumber", "RemainingCredit", lambda books: books.credit_notes,
            messages.CREDIT_NOTE_NOT_FOUND, _by_type, _tell_credit_note),
    Payable("Overpayment", "OverpaymentID", None, "RemainingCredit", lambda books: books.overpayments,
            messages.DOCUMENT_NOT_FOUND, overpayments.type_of, _tell_nobody),
    Payable("Prepayment", "PrepaymentID", None, "RemainingCredit", lambda books: books.prepayments,
            messages.DOCUMENT_NOT_FOUND, overpayments.type_of, _tell_nobody),
)  # fmt: skip
_BY_PROPERTY = {payable.property: payable for payable in PAYABLES}


# -- showing


def render(call: Call, row: Row, *, full: bool = True) -> dict[str, Any]:
    books = call.books
    account = books.accounts[row["AccountID"]]
    shown: dict[str, Any] = {"PaymentID": row["PaymentID"]}
    if row["BatchPaymentID"]:
        shown["BatchPaymentID"] = row["BatchPaymentID"]
    shown |= {
        "Date": ms_date(row["Date"]),
        "BankAmount": row["BankAmount"],
        "Amount": row["Amount"],
        "Reference": row["Reference"],
        "CurrencyRate": row["CurrencyRate"],
        "PaymentType": row["PaymentType"],
        "Status": row["Status"],
        "UpdatedDateUTC": ms_instant(row["Updated"]),
        "UpdatedDateUTCString": instant_string(row["Updated"]),
        "HasAccount": True,
        "IsReconciled": row["IsReconciled"],
        "Account": {"AccountID": account["AccountID"], "Code": account["Code"], "Name": account["Name"]},
        "Invoice": _document(books, row),
        "HasValidationErrors": False,
    }
    return shown


def _document(books: Books, payment: Row) -> dict[str, Any]:
    """The paid document; a credit note too is shown as `Invoice`, by its own type and id."""
    payable = _BY_PROPERTY[payment["Property"]]
    row = payable.rows(books)[payment["DocumentID"]]
    return {
        "Type": row["Type"],
        "InvoiceID": row[payable.id_field],
        "InvoiceNumber": row.get(payable.number_field or "", ""),
        "Payments": [],
        "CreditNotes": [],
        "Prepayments": [],
        "Overpayments": [],
        "AmountDue": row[payable.left_field],
        "AmountPaid": row["AmountPaid"],
        "AmountCredited": row["AmountCredited"],
        "IsDiscounted": False,
        "HasErrors": False,
        "Contact": contacts.embedded(books, row["ContactID"]),
        "LineItems": [],
        "CurrencyCode": row["CurrencyCode"],
    }


def _fields(books: Books) -> where.Fields:
    found = properties(
        "PaymentID", "PaymentType", "Status", "Reference", "Date", "Amount", "IsReconciled", "BatchPaymentID"
    )
    found |= {
        "invoice.invoiceid": where.Field(lambda row: row["DocumentID"]),
        "creditnote.creditnoteid": where.Field(lambda row: row["DocumentID"]),
        "account.accountid": where.Field(lambda row: row["AccountID"]),
        "account.code": where.Field(lambda row: books.accounts[row["AccountID"]]["Code"]),
        "invoice.invoicenumber": where.Field(lambda row: _document(books, row)["InvoiceNumber"]),
    }
    return found


LISTING = Listing(
    "Payments",
    lambda books: books.payments,
    _fields,
    render,
    indexes={"invoice.invoiceid": "every_document", "reference": "reference"},
)


def find(books: Books, key: str) -> Row | None:
    return books.payments.get(where.guid(key))


def index(call: Call) -> Reply:
    return listing(call, LISTING)


def show(call: Call) -> Reply:
    return single(call, LISTING, find)


# -- writing


def write(call: Call) -> Reply:
    """PUT and POST create; a POST that names a payment deletes it."""
    return batch.write(call, KIND, _write_one)


def update(call: Call) -> Reply:
    """POST /Payments/{id} with Status DELETED."""
    row = find(call.books, call.segments[1])
    if row is None:
        raise batch.NotFound
    return batch.write(call, KIND, _delete_one, path_id=row["PaymentID"])


def _write_one(call: Call, element: body.Element) -> dict[str, Any]:
    if element.get("PaymentID") and element.get("Status") == "DELETED":
        return _delete_one(call, element)
    return render(call, create(call.books, element))


def _delete_one(call: Call, element: body.Element) -> dict[str, Any]:
    row = find(call.books, str(element["PaymentID"]))
    if row is None:
        raise Invalid(messages.DOCUMENT_NOT_FOUND)
    if element.get("Status") != "DELETED":
        raise Invalid("Payments cannot be changed, only deleted")
    if row["BatchPaymentID"]:
        raise Invalid(messages.BATCH_PAYMENT_LOCKED)
    return render(call, delete(call.books, row))


def payable_of(books: Books, element: body.Element) -> tuple[Payable, Row]:
    """The document a payment is for; raise Invalid unless exactly one is named and found."""
    named = [payable for payable in PAYABLES if element.get(payable.property)]
    if not named and element.get("InvoiceNumber"):
        named, element = [PAYABLES[0]], {"Invoice": {"InvoiceNumber": element["InvoiceNumber"]}}
    if not named and element.get("CreditNoteNumber"):
        named, element = [PAYABLES[1]], {"CreditNote": {"CreditNoteNumber": element["CreditNoteNumber"]}}
    if len(named) != 1:
        raise Invalid(
            "Payment must be made against exactly one of Invoice, CreditNote, Prepayment or Overpayment"
        )
    payable = named[0]
    reference = fields.child(element, payable.property)
    row = payable.rows(books).get(where.guid(str(reference.get(payable.id_field, ""))))
    if row is None and payable.number_field and reference.get(payable.number_field):
        row = payable.rows(books).first("number", str(reference[payable.number_field]))
    if row is None:
        raise Invalid(payable.missing)
    return payable, row


def paying_account(books: Books, reference: dict[str, Any]) -> Row:
    """The account money goes through: a bank, or one that payments are enabled on. Raise Invalid otherwise."""
    account = None
    if reference.get("AccountID"):
        account = books.accounts.get(where.guid(str(reference["AccountID"])))
    elif reference.get("Code"):
        account = books.accounts.first("code", str(reference["Code"]))
    if account is None or account["Status"] != "ACTIVE":
        raise Invalid(messages.ACCOUNT_NOT_FOUND)
    if account["Type"] != "BANK" and not account["EnablePaymentsToAccount"]:
        raise Invalid(messages.ACCOUNT_NOT_PAYABLE)
    return account


def create(books: Books, element: body.Element, batch_id: str | None = None) -> Row:
    """Store a payment, settle its document and post it; raise Invalid where it cannot be."""
    payable, document = payable_of(books, element)
    account = paying_account(books, fields.child(element, "Account"))
    amount = fields.number(element, "Amount")
    on = _date(books, element)
    reasons = _refusals(books, payable, document, amount, on)
    if reasons or amount is None:
        raise Invalid(*reasons)
    amount = amount.quantize(CENT)
    type_ = payable.type_of(document)
    rate = books.rate(document["CurrencyCode"], on, fields.number(element, "CurrencyRate"))
    bank = bank_side(
        books, account, document["CurrencyCode"], amount, rate, fields.number(element, "BankAmount")
    )
    state = documents.state_of(document, payable.left_field)
    base = settlement.base_part(state, amount)
    row: Row = {
        "PaymentID": new_guid(),
        "BatchPaymentID": batch_id,
        "Property": payable.property,
        "DocumentID": document[payable.id_field],
        "AccountID": account["AccountID"],
        "Date": on,
        "Amount": amount,
        "BankAmount": bank.own,
        "BaseAmount": base,
        "Reference": fields.text(element, "Reference") or "",
        "CurrencyRate": rate,
        "PaymentType": type_.payment_type,
        "Status": "AUTHORISED",
        "IsReconciled": bool(fields.flag(element, "IsReconciled")),
        "CreatedMachine": time.time(),
    }
    control = postings.Side(documents.control_of(books, type_), base, base)
    lines = postings.payment(bank, control, books.account("REALISEDCURRENCYGAIN"), type_.sign)
    row["JournalID"] = books.post(on, type_.payment_type, row["PaymentID"], lines)
    _settled(books, payable, document, settlement.settle(state, amount, base, on, credit=False))
    return books.put(books.payments, row)


def _settled(books: Books, payable: Payable, document: Row, state: Settlement) -> None:
    """Store the document with what is left on it now."""
    changed = books.put(payable.rows(books), documents.with_state(document, state, payable.left_field))
    payable.tell(books, changed)


def _date(books: Books, element: body.Element) -> date:
    on = fields.day(element, "Date")
    if on is None:
        if books.choices("payment_date_required"):
            raise Invalid(messages.required("Date"))
        on = books.today()
    return on


def _refusals(books: Books, payable: Payable, document: Row, amount: Decimal | None, on: date) -> list[str]:
    """Why the payment cannot be made; Xero gives several reasons at once."""
    if amount is None:
        return [messages.required("Amount")]
    reasons = []
    if amount <= 0 or amount != amount.quantize(CENT):
        reasons.append(messages.AMOUNT_NOT_POSITIVE)
    if document["Status"] != "AUTHORISED":
        reasons.append(messages.PAYMENT_NOT_AUTHORISED)
    if amount > document[payable.left_field]:
        reasons.append(messages.PAYMENT_TOO_LARGE)
    if documents.locked(books, on):
        reasons.append(messages.PAYMENT_LOCKED)
    return reasons


def bank_side(
    books: Books, account: Row, currency: str, amount: Decimal, rate: Decimal, given: Decimal | None
) -> postings.Side:
    """What the bank account receives: base amount, and amount in its own currency; raise Invalid for a third one."""
    base = to_base(amount, rate)
    base_currency = books.base_currency
    own_currency = account["CurrencyCode"] or base_currency
    if own_currency == currency:
        return postings.Side(account["AccountID"], base, amount)
    if own_currency == base_currency:
        own = given.quantize(CENT) if given is not None else base
        return postings.Side(account["AccountID"], own, own)
    if books.choices("third_currency_bank") == "refuse":
        raise Invalid(messages.ACCOUNT_NOT_PAYABLE)
    own = given if given is not None else base * rate_on(own_currency, books.today())
    return postings.Side(account["AccountID"], base, round_money(own))


def delete(books: Books, row: Row) -> Row:
    """Take a payment back: reverse its journal and reopen its document; raise Invalid where it is locked."""
    if row["Status"] == "DELETED":
        raise Invalid("Payment has already been deleted")
    if row["IsReconciled"] and books.choices("reconciled_delete") == "refuse":
        raise Invalid(messages.PAYMENT_RECONCILED)
    if documents.locked(books, row["Date"]):
        raise Invalid(messages.PAYMENT_LOCKED)
    payable = _BY_PROPERTY[row["Property"]]
    document = payable.rows(books)[row["DocumentID"]]
    state = documents.state_of(document, payable.left_field)
    state = settlement.unsettle(state, row["Amount"], row["BaseAmount"], credit=False)
    _settled(books, payable, document, state)
    books.unpost(row["JournalID"])
    return books.put(books.payments, {**row, "Status": "DELETED", "JournalID": None})
