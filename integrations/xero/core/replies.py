"""What Xero said about each document of a call, in the order of the request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from integrations.core.failures import OutcomeUnknown
from integrations.xero.core.wire import id_or_blank, optional_decimal


@dataclass(frozen=True, slots=True)
class ElementResult:
    """The fate of one document.

    `ok` is false when it was not saved. It then has the reasons in `messages`; without any, nothing is wrong with
    it: another document of the same call was refused and took it along.
    Amounts are in the document's currency; `amount_due` is what its invoice (or credit) still has open.
    """

    ok: bool
    id: str = ""
    number: str = ""
    status: str = ""
    total: Decimal | None = None
    amount_due: Decimal | None = None
    part_id: str = ""
    """The overpayment that a bank transaction made."""
    messages: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Names:
    """Where a collection keeps what we read."""

    id: str
    number: str = ""
    status: str = "Status"
    total: str = "Total"
    due: str = ""


_NAMES: Final[Mapping[str, _Names]] = {
    "Accounts": _Names("AccountID", "Code"),
    "Allocations": _Names("AllocationID", total="Amount"),
    "BankTransactions": _Names("BankTransactionID", "Reference"),
    "BankTransfers": _Names("BankTransferID", "Reference", total="Amount"),
    "BatchPayments": _Names("BatchPaymentID", "Reference", total="TotalAmount"),
    "Contacts": _Names("ContactID", "ContactNumber", "ContactStatus"),
    "CreditNotes": _Names("CreditNoteID", "CreditNoteNumber", due="RemainingCredit"),
    "Invoices": _Names("InvoiceID", "InvoiceNumber", due="AmountDue"),
    "ManualJournals": _Names("ManualJournalID", "Narration"),
    "Overpayments": _Names("OverpaymentID", "Reference", due="RemainingCredit"),
    "Payments": _Names("PaymentID", "Reference", total="Amount"),
}

_NOT_FOUND: Final = "The document with the supplied id was not found for this endpoint."


def read_elements(
    kind_collection: str,
    status: int,
    body: Mapping[str, Any],
    count: int,
    numbers: Sequence[str] = (),
) -> list[ElementResult]:
    """One result per document sent, in the order they were sent.

    `kind_collection` is Xero's plural ("Invoices"), `status` the HTTP status, `count` how many were sent and
    `numbers` their natural keys, which tell them apart when a refused call lists only its bad documents.
    Raises OutcomeUnknown when a good reply does not account for every document.
    """
    if status == 404:
        return [ElementResult(ok=False, messages=(_NOT_FOUND,))] * count
    if status >= 400:
        return _refused(kind_collection, body, count, numbers)
    elements = _elements(kind_collection, body)
    if len(elements) != count:
        raise OutcomeUnknown(f"Xero's reply tells of {len(elements)} documents, but {count} were sent.")
    return [read_element(kind_collection, element) for element in elements]


def read_element(kind_collection: str, element: Mapping[str, Any]) -> ElementResult:
    """One document of a good reply (`summarizeErrors=false` tells good from bad in each element)."""
    names = _NAMES[kind_collection]
    messages = tuple(_texts(element, "ValidationErrors"))
    identity = id_or_blank(element.get(names.id))
    ok = _is_saved(kind_collection, element, identity)
    return ElementResult(
        ok=ok,
        id=identity,
        number=_text(element, names.number),
        status=_text(element, names.status),
        total=optional_decimal(element.get(names.total)),
        amount_due=_amount_due(element, names),
        part_id=id_or_blank(element.get("OverpaymentID")) if kind_collection == "BankTransactions" else "",
        messages=() if ok else messages or ("Xero did not save it and gave no reason.",),
        warnings=tuple(_texts(element, "Warnings")),
    )


def _is_saved(kind_collection: str, element: Mapping[str, Any], identity: str) -> bool:
    # Allocation replies may carry no id; everything else that was saved has one.
    if not identity and kind_collection != "Allocations":
        return False
    told = element.get("StatusAttributeString")
    if told:
        return bool(told != "ERROR")
    return not (
        element.get("HasErrors") or element.get("HasValidationErrors") or element.get("ValidationErrors")
    )


def _refused(
    kind_collection: str, body: Mapping[str, Any], count: int, numbers: Sequence[str]
) -> list[ElementResult]:
    """A call of which nothing was saved: HTTP 400 with `Elements`, or with one message for all."""
    elements = body.get("Elements") or []
    if len(elements) == count:
        return [_refusal(kind_collection, element) for element in elements]
    by_number = {}
    for element in elements:
        refusal = _refusal(kind_collection, element)
        by_number[refusal.number] = refusal
    if elements and numbers and set(by_number) <= set(numbers):
        return [by_number.get(number, ElementResult(ok=False, number=number)) for number in numbers]
    messages = tuple(_texts(body, "ValidationErrors")) or (top_message(body),)
    return [ElementResult(ok=False, messages=messages)] * count


def _refusal(kind_collection: str, element: Mapping[str, Any]) -> ElementResult:
    names = _NAMES[kind_collection]
    return ElementResult(
        ok=False,
        number=_text(element, names.number),
        messages=tuple(_texts(element, "ValidationErrors")),
        warnings=tuple(_texts(element, "Warnings")),
    )


def top_message(body: Mapping[str, Any]) -> str:
    """The one sentence of an error body, whichever of Xero's dialects it is in."""
    for name in ("Message", "Detail", "Title", "error_description", "error"):
        if body.get(name):
            return str(body[name])
    return "Xero refused the call and gave no reason."


def _elements(kind_collection: str, body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = body.get(kind_collection)
    if isinstance(found, list):
        return found
    # Deletions of an allocation answer with the bare object.
    return [body] if _NAMES[kind_collection].id in body else []


def _amount_due(element: Mapping[str, Any], names: _Names) -> Decimal | None:
    if names.due:
        return optional_decimal(element.get(names.due))
    invoice = element.get("Invoice")
    return optional_decimal(invoice.get("AmountDue")) if isinstance(invoice, Mapping) else None


def _texts(node: Any, name: str) -> Iterator[str]:
    """The messages of that name anywhere below, each once, in the order they come."""
    seen: set[str] = set()
    for text in _walk(node, name):
        if text not in seen:
            seen.add(text)
            yield text


def _walk(node: Any, name: str) -> Iterator[str]:
    if isinstance(node, Mapping):
        for entry in node.get(name) or ():
            if isinstance(entry, Mapping) and entry.get("Message"):
                yield str(entry["Message"])
        for key, value in node.items():
            if key != name and isinstance(value, Mapping | list):
                yield from _walk(value, name)
    elif isinstance(node, list):
        for item in node:
            yield from _walk(item, name)


def _text(element: Mapping[str, Any], name: str) -> str:
    value = element.get(name) if name else ""
    return value if isinstance(value, str) else ""
