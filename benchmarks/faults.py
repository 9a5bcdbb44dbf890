"""What goes wrong behind our back: documents that people change in Xero, and rows that somebody changes in our database.

Each fault is put in through Xero's own API, as a person would, or by SQL, as somebody would who owns the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    from sync.models import Posting

Call = Callable[[str, str, Mapping[str, Any]], Mapping[str, Any]]
"""One call to Xero: method, path and body; its answer."""
OTHER_ACCOUNT: Final = "090"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of a document: `name` says what is done, `posting` is ours that it is done to."""

    name: str
    posting: Posting
    put_in: Callable[[], None]


def in_xero(call: Call, postings: Mapping[str, list[Posting]]) -> Iterator[Fault]:
    """Faults for the postings of each kind, one fault for each posting, until there are no more postings."""
    menus: Mapping[str, tuple[tuple[str, Callable[[Call, Posting], None]], ...]] = {
        "payment": (("deleted", delete_payment), ("doubled", double_payment), ("moved", move_payment), ("changed", change_payment)),
        "refund": (("deleted", delete_payment),),
        "spend": (("deleted", delete_spent), ("changed", change_spent), ("redated", redate_spent), ("moved", move_spent), ("doubled", double_spent)),
        "bank_transfer": (("deleted", delete_transfer), ("doubled", double_transfer)),
        "credit_note": (("doubled", double_note),),
    }  # fmt: skip
    for kind, menu in menus.items():
        for place, posting in enumerate(postings.get(kind, [])):
            name, act = menu[place % len(menu)]
            yield Fault(f"{kind} {name}", posting, lambda act=act, posting=posting: act(call, posting))  # type: ignore[misc]  # bound at once


# Payments


def delete_payment(call: Call, posting: Posting) -> None:
    call("POST", f"/Payments/{posting.remote_id}", {"Status": "DELETED"})


def double_payment(call: Call, posting: Posting) -> None:
    """The same receipt entered by hand once more."""
    line = {"Description": "Card receipt", "Quantity": 1, "UnitAmount": posting.document["Amount"], "AccountCode": "200", "TaxType": "NONE"}  # fmt: skip
    received = {
        "Type": "RECEIVE", "BankAccount": posting.document["Account"], "Date": posting.document["Date"],
        "Reference": posting.document.get("Reference", ""), "Contact": {"Name": "Somebody"}, "LineAmountTypes": "NoTax",
        "LineItems": [line],
    }  # fmt: skip
    call("PUT", "/BankTransactions", {"BankTransactions": [received]})


def move_payment(call: Call, posting: Posting) -> None:
    _again(call, posting, {"Account": {"Code": OTHER_ACCOUNT}})


def change_payment(call: Call, posting: Posting) -> None:
    _again(call, posting, {"Amount": posting.document["Amount"] - 1})


def _again(call: Call, posting: Posting, changes: Mapping[str, Any]) -> None:
    """Deleted and entered otherwise: Xero lets nobody change a payment."""
    paid = call("GET", f"/Payments/{posting.remote_id}", {})["Payments"][0]["Invoice"]["InvoiceID"]
    delete_payment(call, posting)
    kept = {
        name: posting.document[name]
        for name in ("Account", "Date", "Amount", "Reference")
        if name in posting.document
    }
    call("PUT", "/Payments", {"Payments": [{**kept, **changes, "Invoice": {"InvoiceID": paid}}]})


# Money spent


def delete_spent(call: Call, posting: Posting) -> None:
    call("POST", f"/BankTransactions/{posting.remote_id}", {"Status": "DELETED"})


def change_spent(call: Call, posting: Posting) -> None:
    line = {
        **posting.document["LineItems"][0],
        "UnitAmount": posting.document["LineItems"][0]["UnitAmount"] + 1,
    }
    for name in ("LineAmount", "TaxAmount"):
        line.pop(name, None)
    _change(call, posting, {"LineItems": [line]})


def redate_spent(call: Call, posting: Posting) -> None:
    _change(call, posting, {"Date": "2026-01-01"})


def move_spent(call: Call, posting: Posting) -> None:
    _change(call, posting, {"BankAccount": {"Code": OTHER_ACCOUNT}})


def double_spent(call: Call, posting: Posting) -> None:
    call("PUT", "/BankTransactions", {"BankTransactions": [posting.document]})


def _change(call: Call, posting: Posting, changes: Mapping[str, Any]) -> None:
    body = {**posting.document, **changes}
    call("POST", f"/BankTransactions/{posting.remote_id}", body)


# Transfers and credit notes


def delete_transfer(call: Call, posting: Posting) -> None:
    body = {"BankTransfers": [{"BankTransferID": posting.remote_id, "Status": "DELETED"}]}
    call("POST", "/BankTransfers", body)


def double_transfer(call: Call, posting: Posting) -> None:
    call("PUT", "/BankTransfers", {"BankTransfers": [posting.document]})


def double_note(call: Call, posting: Posting) -> None:
    """The same credit note under another number."""
    contact = call("GET", f"/CreditNotes/{posting.remote_id}", {})["CreditNotes"][0]["Contact"]["ContactID"]
    number = f"{posting.document['CreditNoteNumber']}-again"
    document = {**posting.document, "CreditNoteNumber": number, "Contact": {"ContactID": contact}}
    call("PUT", "/CreditNotes", {"CreditNotes": [document]})


def as_json(body: Mapping[str, Any]) -> str:
    """The body of a call; amounts are exact."""
    return orjson.dumps(dict(body), default=lambda value: orjson.Fragment(format(value, "f"))).decode()
