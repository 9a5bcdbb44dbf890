"""The XML half of Xero's wire: replies unless JSON is asked for, and bodies of clients that send it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from sandbox.xero.wire.dates import iso_of_ms

CONTENT_TYPE = "text/xml; charset=utf-8"
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_XSD = 'xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
_SINGULAR = {
    "Addresses": "Address",
    "Currencies": "Currency",
    "TrackingCategories": "TrackingCategory",
    "Tracking": "TrackingCategory",
    "Elements": "DataContractBase",
    "ReportTitles": "ReportTitle",
}
_PLURALS_TEXT = """
Accounts Addresses Allocations BankTransactions BankTransfers BatchPayments ContactGroups ContactPersons
    Contacts CreditNotes Currencies HistoryRecords Invoices JournalLines LineItems ManualJournals Payments Phones
    TaxComponents TaxRates Tracking TrackingCategories"""
_PLURALS = frozenset(_PLURALS_TEXT.split())
_ELEMENT_TYPES = {
    "InvoiceID": "Invoice",
    "CreditNoteID": "CreditNote",
    "PaymentID": "Payment",
    "BankTransactionID": "BankTransaction",
    "BankTransferID": "BankTransfer",
    "BatchPaymentID": "BatchPayment",
    "ManualJournalID": "ManualJournal",
    "ContactID": "Contact",
    "AccountID": "Account",
}


class BadXml(ValueError):
    """A body that is no XML, or more XML than a simulator should read."""


def singular(plural: str) -> str:
    """The element name of one member of a list."""
    return _SINGULAR.get(plural) or plural.removesuffix("s")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return escape(iso_of_ms(value) or value)
    if isinstance(value, int | Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be sent")


def _attributes(tag: str, value: object) -> str:
    if not isinstance(value, dict):
        return ""
    attributes = ""
    if tag == "DataContractBase":
        kind = next((name for key, name in _ELEMENT_TYPES.items() if key in value), "DataContractBase")
        attributes += f' xsi:type="{kind}"'
    if "StatusAttributeString" in value:
        attributes += f" status={quoteattr(str(value['StatusAttributeString']))}"
    return attributes


def _write(out: list[str], tag: str, value: object) -> None:
    if value is None:
        out.append(f'<{tag} xsi:nil="true" />')
        return
    if isinstance(value, list):
        out.append(f"<{tag}>" if value else f"<{tag} />")
        for item in value:
            _write(out, singular(tag), item)
        if value:
            out.append(f"</{tag}>")
        return
    out.append(f"<{tag}{_attributes(tag, value)}>")
    if isinstance(value, dict):
        _members(out, value)
    else:
        out.append(_text(value))
    out.append(f"</{tag}>")


def _members(out: list[str], value: dict[str, Any]) -> None:
    for key, item in value.items():
        twin = key.endswith("String") and key.removesuffix("String") in value
        if not twin and key != "StatusAttributeString":
            _write(out, key, item)


def dumps(value: dict[str, Any]) -> bytes:
    """A reply in XML: `Response`, or `ApiException` where the reply is one."""
    root = "ApiException" if "ErrorNumber" in value else "Response"
    out = [f"<{root} {_XSD} {_XSI}>"]
    _members(out, value)
    out.append(f"</{root}>")
    return "".join(out).encode()


class _Node:
    __slots__ = ("children", "tag", "text")

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.text: list[str] = []
        self.children: list[_Node] = []

    def value(self) -> Any:
        if not self.children:
            text = "".join(self.text).strip()
            return [] if self.tag in _PLURALS and not text else text
        if self.tag in _PLURALS:
            return [child.value() for child in self.children]
        return {child.tag: child.value() for child in self.children}


class _Builder:
    """Collects nodes from the parser; document types are refused, so entities cannot be declared."""

    def __init__(self) -> None:
        self.root = _Node("")
        self._open = [self.root]

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        node = _Node(tag.rpartition(":")[2])
        self._open[-1].children.append(node)
        self._open.append(node)

    def end(self, tag: str) -> None:
        self._open.pop()

    def data(self, text: str) -> None:
        self._open[-1].text.append(text)

    def doctype(self, *declaration: object) -> None:
        raise BadXml("document types are not accepted")


def loads(body: bytes) -> dict[str, Any]:
    """The same structure a JSON body would have; values stay text. Raise BadXml if it cannot be read."""
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = builder.doctype
    try:
        last = True
        parser.Parse(body, last)
    except expat.ExpatError as error:
        raise BadXml(str(error)) from error
    node = builder.root.children[0]
    value = node.value()
    if node.tag in _PLURALS:
        return {node.tag: value}
    return value if isinstance(value, dict) else {}
