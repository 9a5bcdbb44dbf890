"""Documents for comparing: ours as we posted them, and Xero's as it lists them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from integrations.core.money import Money
from integrations.models import Pair
from integrations.xero.core.replies import read_element
from integrations.xero.core.wire import optional_date
from reconciliation.proof.core.xero import Document
from sync.models import Posting, RollbackStep

_K, _S = Posting.Kind, Posting.State
COLLECTIONS: Final[Mapping[str, str]] = {
    _K.PAYMENT: "Payments",
    _K.REFUND: "Payments",
    _K.OVERPAYMENT_DELETE: "Payments",
    _K.OVERPAYMENT: "BankTransactions",
    _K.SPEND: "BankTransactions",
    _K.RECEIVE: "BankTransactions",
    _K.BANK_TRANSFER: "BankTransfers",
    _K.CREDIT_NOTE: "CreditNotes",
}
"""Where Xero keeps what a posting made."""
_COMES_IN: Final = frozenset({_K.PAYMENT, _K.OVERPAYMENT, _K.RECEIVE})
_MONEY_IN: Final = frozenset(
    {"ACCRECPAYMENT", "APCREDITPAYMENT", "APOVERPAYMENTPAYMENT", "APPREPAYMENTPAYMENT"}
)
"""Xero's PaymentTypes that bring money onto the account."""
_OUR_TRANSFERS: Final = "-TRANSFER"
"""Ending of the types of the two bank transactions that are a bank transfer's sides."""


# Ours


def our_documents(
    pair: Pair,
    account: str,
    ids: Iterable[str] | None = None,
    *,
    amounts: Iterable[int] | None = None,
    days: Iterable[date] | None = None,
) -> list[Document]:
    """What of ours stands in Xero on an account, and credit notes; only of these ids, amounts or days, where given."""
    rows = standing(pair).filter(_on(account) | Q(kind=_K.CREDIT_NOTE))
    if ids is not None:
        rows = rows.filter(remote_id__in=list(ids))
    if amounts is not None:
        rows = rows.filter(amount_minor__in=list(amounts))
    if days is not None:
        rows = rows.filter(document__Date__in=[day.isoformat() for day in days])
    found = rows.values_list(
        "pk",
        "kind",
        "remote_id",
        "amount_minor",
        "currency",
        "document",
        "natural_key",
        "remote_number",
        "waits_for__remote_id",
    )
    return [_ours(*row) for row in found.iterator(2_000)]


def standing(pair: Pair) -> QuerySet[Posting]:
    """Postings whose object stands in Xero: posted, or reversed by something else that stands there too."""
    reversing = RollbackStep.objects.filter(posting=OuterRef("pk"), action="reverse", state="undone")
    given_back = Posting.objects.filter(
        Q(changes=OuterRef("pk")) | Q(waits_for=OuterRef("pk")), kind=_K.OVERPAYMENT_DELETE, state=_S.POSTED
    )
    stands = (
        Q(state=_S.POSTED)
        | Q(Exists(reversing), state=_S.REVERSED)
        | Q(Exists(given_back), state=_S.REVERSED, kind=_K.OVERPAYMENT)
    )
    return Posting.objects.filter(stands, pair=pair, kind__in=COLLECTIONS).exclude(remote_id="")


def _on(account: str) -> Q:
    return (
        Q(document__Account__Code=account)
        | Q(document__BankAccount__Code=account)
        | Q(document__FromBankAccount__Code=account)
        | Q(document__ToBankAccount__Code=account)
    )


def _ours(  # noqa: PLR0913 - the columns that were read
    pk: int, kind: str, remote_id: str, minor: int, currency: str, document: Mapping[str, Any], key: str, number: str,
    paid_id: str | None,
) -> Document:  # fmt: skip
    label = _K(kind).label
    return Document(
        COLLECTIONS[kind], remote_id, minor, currency, _day(document), tuple(_accounts(kind, document)),
        words=f"{label} {number or key}", ref=_ref(document.get("Reference"), paid_id), posting=pk,
    )  # fmt: skip


def _day(document: Mapping[str, Any]) -> date | None:
    text = str(document.get("Date") or "")[:10]
    return date.fromisoformat(text) if text else None


def _accounts(kind: str, document: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    if kind == _K.BANK_TRANSFER:
        yield str(document["FromBankAccount"].get("Code", "")), -1
        yield str(document["ToBankAccount"].get("Code", "")), 1
    elif kind != _K.CREDIT_NOTE:
        account = document.get("Account") or document.get("BankAccount") or {}
        yield str(account.get("Code", "")), 1 if kind in _COMES_IN else -1


def _ref(reference: object, paid_id: object = None) -> str:
    """What a document made twice has in common with the first one."""
    return str(reference or "").strip().lower() or str(paid_id or "")


# Xero's


def their_documents(
    collection: str, elements: Iterable[Mapping[str, Any]], currency: str
) -> Iterator[Document]:
    """Documents as Xero lists them; the bank transactions that are sides of a transfer are left out.

    `currency` is that of documents that do not tell theirs: transfers and payments are in their account's.
    """
    for element in elements:
        if str(element.get("Type") or "").endswith(_OUR_TRANSFERS):
            continue
        read = read_element(collection, element)
        total = element.get("BankAmount") if collection == "Payments" else read.total
        said = str(element.get("CurrencyCode") or currency)
        money = Money.from_decimal(total if total is not None else read.total or 0, said)
        reference = element.get("Reference")
        yield Document(
            collection, read.id, abs(money.minor), said, optional_date(element.get("Date")),
            tuple(_sides(collection, element)), read.status or "AUTHORISED",
            f"{_WORDS[collection]} {reference or read.number or read.id}",
            _ref(reference, (element.get("Invoice") or {}).get("InvoiceID")),
            updated=str(element.get("UpdatedDateUTC") or ""),
        )  # fmt: skip


_WORDS: Final = {
    "Payments": "Payment",
    "BankTransactions": "Bank transaction",
    "BankTransfers": "Bank transfer",
    "CreditNotes": "Credit note",
}


def _sides(collection: str, element: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    if collection == "BankTransfers":
        for name, sign in (("FromBankAccount", -1), ("ToBankAccount", 1)):
            yield str((element.get(name) or {}).get("Code") or ""), sign
    elif collection == "Payments":
        sign = 1 if str(element.get("PaymentType") or "") in _MONEY_IN else -1
        yield str((element.get("Account") or {}).get("Code") or ""), sign
    elif collection == "BankTransactions":
        sign = 1 if str(element.get("Type") or "").startswith("RECEIVE") else -1
        yield str((element.get("BankAccount") or {}).get("Code") or ""), sign
