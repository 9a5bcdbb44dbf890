"""The documents a roll-back makes: what is given back of an overpayment, and entries that reverse a locked period.

Xero takes no manual journal on bank accounts, receivables or payables (Accounting API, ManualJournals), so an entry stands
against the account of the role Reversals: a sale and its payment, both taken back, leave nothing on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from integrations.core.money import Money
from integrations.models import Pair
from integrations.pairs.selectors import accounts_of, xero_of
from integrations.xero.organisation import books_of
from sync.models import Posting, Rollback
from sync.services.rollback.gathering import dated, in_words

_K = Posting.Kind
Line = dict[str, Any]
IsBank = Callable[[str], bool]
_SIDE = {_K.INVOICE: 1, _K.CREDIT_NOTE: -1, _K.BILL: -1}
"""Lines of a sale were credited, so they are debited; those of a credit note or bill the other way round."""


def bank_test(pair: Pair) -> IsBank:
    """Tells whether an account is a bank account in Xero's chart as read last; one that is not in it counts as one."""
    accounts = books_of(xero_of(pair)).accounts
    return lambda code: code not in accounts or bool(accounts[code].is_bank)


def given_back(row: Posting, overpayment: Posting, rollback: Rollback) -> None:
    """An overpayment undone: Xero deletes none, so the money leaves it on its own day, or the first open one."""
    document = overpayment.document
    row.document = {
        "Account": document.get("Account") or document.get("BankAccount"),
        "Date": _open_day(overpayment, rollback).isoformat(),
        "Amount": Money(overpayment.amount_minor, overpayment.currency).to_decimal(),
        "Reference": f"{document.get('Reference', '')} (undone {rollback.pk})".strip(),
    }


def entry(row: Posting, undone: Posting, rollback: Rollback, is_bank: IsBank) -> None:
    """What takes a document of a locked period back, on the first open day, with its true date in the words."""
    row.natural_key = f"rollback {rollback.pk}: {undone.kind} {undone.natural_key}"[:120]
    row.payment_id = row.refund_id = row.dispute_id = None
    words = f"Reverses {in_words(undone)} of {_true_date(undone)} ({_number(rollback, undone)})"
    against = str(accounts_of(rollback.pair)["reversals"])
    day = _open_day(undone, rollback).isoformat()
    if undone.kind == _K.BANK_TRANSFER:
        row.document = _transfer(undone, day, words)
    elif undone.kind in {_K.SPEND, _K.RECEIVE}:
        row.document = {**undone.document, "Type": row.kind.upper(), "Date": day, "Reference": words}
    elif undone.kind in _SIDE:
        row.document = _journal(
            _of_sale(undone, against), day, words, "NoTax" if _is_untaxed(undone) else "Inclusive"
        )
    elif undone.kind == _K.JOURNAL:
        lines = [
            {**line, "LineAmount": -_decimal(line["LineAmount"])} for line in undone.document["JournalLines"]
        ]
        row.document = _journal(lines, day, words, undone.document.get("LineAmountTypes", "NoTax"))
    else:
        _of_money(row, undone, (day, words, against), is_bank)


def _of_money(row: Posting, undone: Posting, said: tuple[str, str, str], is_bank: IsBank) -> None:
    """Money that came in goes out again, against Reversals, and the other way round."""
    day, words, against = said
    code = str((undone.document.get("Account") or undone.document.get("BankAccount") or {}).get("Code", ""))
    amount = Money(undone.amount_minor, undone.currency).to_decimal()
    if not is_bank(code):
        sign = 1 if row.kind == _K.RECEIVE else -1
        row.kind = _K.JOURNAL
        lines = [_line(code, sign * amount), _line(against, -sign * amount)]
        row.document = _journal(lines, day, words, "NoTax")
        return
    line = {"Description": words, "LineAmount": amount, "AccountCode": against, "TaxType": "NONE"}
    row.document = {
        "Type": row.kind.upper(),
        "BankAccount": {"Code": code},
        "Date": day,
        "Reference": words,
        "CurrencyCode": undone.currency,
        "LineAmountTypes": "NoTax",
        "LineItems": [line],
    }


def _of_sale(undone: Posting, against: str) -> list[Line]:
    """The lines of a sale turned round, VAT and all, and their sum against Reversals.

    With VAT inside each line, so that they come to the document's total whatever Xero makes of the VAT.
    """
    sign = _SIDE[_K(undone.kind)]
    lines: Sequence[Mapping[str, Any]] = undone.document["LineItems"]
    turned = [
        {
            "Description": line.get("Description", ""),
            "LineAmount": sign * _gross(line, undone),
            "AccountCode": line["AccountCode"],
            "TaxType": line.get("TaxType") or "NONE",
        }
        for line in lines
        if line.get("AccountCode") and _decimal(line.get("LineAmount", 0))
    ]
    total = Money(undone.amount_minor, undone.currency).to_decimal()
    return [*turned, _line(against, -sign * total)]


def _gross(line: Mapping[str, Any], undone: Posting) -> Decimal:
    tax = (
        _decimal(line.get("TaxAmount") or 0)
        if undone.document.get("LineAmountTypes") == "Exclusive"
        else Decimal(0)
    )
    return _decimal(line["LineAmount"]) + tax


def _is_untaxed(undone: Posting) -> bool:
    return str(undone.document.get("LineAmountTypes")) == "NoTax"


def _line(code: str, amount: Decimal) -> Line:
    return {"LineAmount": amount, "AccountCode": code, "TaxType": "NONE"}


def _journal(lines: Sequence[Line], day: str, narration: str, types: str) -> dict[str, Any]:
    return {
        "Narration": narration,
        "Date": day,
        "Status": "POSTED",
        "LineAmountTypes": types,
        "JournalLines": list(lines),
    }


def _transfer(undone: Posting, day: str, words: str) -> dict[str, Any]:
    document = undone.document
    return {
        **document,
        "FromBankAccount": document["ToBankAccount"],
        "ToBankAccount": document["FromBankAccount"],
        "Date": day,
        "Reference": words,
    }


def _open_day(undone: Posting, rollback: Rollback) -> date:
    own = dated(undone) or date.min
    locked = rollback.locked_until
    return own if locked is None or own > locked else locked + timedelta(days=1)


def _true_date(undone: Posting) -> str:
    return (dated(undone) or date.min).isoformat()


def _number(rollback: Rollback, undone: Posting) -> str:
    """Makes the words unlike any other: a journal is known by them."""
    return f"roll-back {rollback.pk}-{undone.pk}"


def _decimal(amount: object) -> Decimal:
    return Decimal(str(amount))
