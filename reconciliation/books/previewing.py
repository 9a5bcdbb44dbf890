"""What a match would put into the books, before anybody says that it is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from integrations.core.failures import ConfigurationFailure
from integrations.models import Pair
from reconciliation.books.documents import Context, clearing_code, document_of
from reconciliation.core.books import (
    BANK_TRANSFER,
    PAYMENT,
    RECEIVE,
    BankLineFacts,
    DifferenceFacts,
    Wanted,
    adjustment_of,
    payment_of,
    transfer_of,
)
from reconciliation.core.differences import Closing
from reconciliation.models import BankLine, FeeBill, Settlement

_NEW = "new"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One object that Xero would get: money from one account to another. `trouble` says what keeps it from being booked."""

    label: str
    minor: int
    currency: str
    on: date
    source: str = ""
    target: str = ""
    trouble: str = ""


def foresee(
    pair: Pair, settlements: Sequence[Settlement], lines: Sequence[BankLine], closing: Closing
) -> list[Foreseen]:
    """What would be booked if these were the same money: for each bank line one object, and the adjustment, if any.

    Neither side may be empty.
    """
    main = max(settlements, key=lambda each: abs(each.net_minor))
    bill = FeeBill.objects.filter(settlement=main).first() if len(settlements) == 1 else None
    names = "+".join(each.reference for each in settlements)
    found = []
    for line in lines:
        facts = BankLineFacts(_NEW, line.booked_on, line.amount_minor, names, _NEW)
        wanted = transfer_of(facts) if bill is None else payment_of(facts)
        found.append(
            _foreseen(wanted, Context(pair, main.merchant_account, line.bank_account.account_code, bill))
        )
    minor = sum(line.amount_minor for line in lines) - sum(each.net_minor for each in settlements)
    difference = DifferenceFacts(_NEW, minor, closing.kind, lines[-1].booked_on, names, closing.account)
    adjustment = adjustment_of(difference)
    if adjustment is not None:
        found.append(_foreseen(adjustment, Context(pair, main.merchant_account)))
    return found


def _foreseen(wanted: Wanted, context: Context) -> Foreseen:
    label = _label(wanted)
    try:
        source, target = _ends(wanted, document_of(wanted, context), context)
    except ConfigurationFailure as failure:
        return Foreseen(
            label, wanted.minor, context.currency, wanted.on, trouble=f"{failure.message} {failure.fix}"
        )
    return Foreseen(label, wanted.minor, context.currency, wanted.on, source, target)


def _label(wanted: Wanted) -> str:
    if wanted.kind == BANK_TRANSFER:
        return "Transfer"
    return "Payment of the bill" if wanted.kind == PAYMENT else "Adjustment"


def _ends(wanted: Wanted, document: Mapping[str, Any], context: Context) -> tuple[str, str]:
    if wanted.kind == BANK_TRANSFER:
        return document["FromBankAccount"]["Code"], document["ToBankAccount"]["Code"]
    if wanted.kind == PAYMENT:
        return document["Account"]["Code"], context.account.acquirer
    clearing, against = clearing_code(context), document["LineItems"][0]["AccountCode"]
    return (against, clearing) if wanted.kind == RECEIVE else (clearing, against)
