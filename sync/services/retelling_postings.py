"""Postings of money held against the documents that were made and sent for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from integrations.core.money import Money
from integrations.models import Pair
from sync.models import Posting
from sync.services.retelling import Differs

_K = Posting.Kind
_OF_AMOUNT: Final = (_K.PAYMENT, _K.REFUND, _K.BANK_TRANSFER)
_OF_LINES: Final = (_K.SPEND, _K.RECEIVE, _K.OVERPAYMENT)
_AT_ONCE: Final = 2_000


def retell_postings(pair: Pair) -> tuple[int, list[Differs]]:
    """How many postings stand in Xero, and those whose amount is not that of their document."""
    rows = Posting.objects.filter(pair=pair, kind__in=[*_OF_AMOUNT, *_OF_LINES], state=Posting.State.POSTED)
    fields = rows.order_by("pk").values_list("kind", "natural_key", "amount_minor", "currency", "document")
    count, found = 0, []
    for kind, key, minor, currency, document in fields.iterator(_AT_ONCE):
        count += 1
        said = _said(kind, document)
        if said is not None and said != Money(minor, currency).to_decimal():
            found.append(
                Differs("posting", f"{kind} {key}", f"{Money(minor, currency)}", f"{said} {currency}")
            )
    return count, found


def _said(kind: str, document: Mapping[str, Any]) -> Decimal | None:
    """The amount by the document; None where it does not tell."""
    if kind in _OF_AMOUNT:
        return None if document.get("Amount") is None else Decimal(str(document["Amount"]))
    lines = list(_amounts(document))
    return (
        None if not lines or None in lines else sum((each for each in lines if each is not None), Decimal(0))
    )


def _amounts(document: Mapping[str, Any]) -> Iterator[Decimal | None]:
    """Each line with its tax, where that is not in it already."""
    adds_tax = document.get("LineAmountTypes") == "Exclusive"
    for line in document.get("LineItems") or ():
        amount = line.get("LineAmount")
        if amount is None:
            yield None
            return
        yield Decimal(str(amount)) + (Decimal(str(line.get("TaxAmount") or 0)) if adds_tax else 0)
