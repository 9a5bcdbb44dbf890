"""Comma-separated statements as the web sites of four UK banks offer them. None has identifiers of its lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Final

from sandbox.bank.core.accounts import NAME
from sandbox.bank.core.lines import Code, Line, Statement

_BARCLAYS_WORDS: Final = {
    Code.GIRO: "Counter Credit",
    Code.FASTER_IN: "Counter Credit",
    Code.FASTER_OUT: "Bill Payment",
    Code.DIRECT_DEBIT: "Direct Debit",
    Code.STANDING_ORDER: "Standing Order",
    Code.CHARGE: "Debit",
    Code.TRANSFER: "Funds Transfer",
    Code.CASH: "Cash",
}
_NATWEST_WORDS: Final = {
    Code.GIRO: "BAC",
    Code.FASTER_IN: "BAC",
    Code.FASTER_OUT: "DPC",
    Code.DIRECT_DEBIT: "D/D",
    Code.STANDING_ORDER: "S/O",
    Code.CHARGE: "CHG",
    Code.TRANSFER: "TFR",
    Code.CASH: "CDM",
}
_HSBC_WORDS: Final = {
    Code.GIRO: "CR",
    Code.FASTER_IN: "CR",
    Code.FASTER_OUT: "BP",
    Code.DIRECT_DEBIT: "DD",
    Code.STANDING_ORDER: "SO",
    Code.CHARGE: "DR",
    Code.TRANSFER: "TFR",
    Code.CASH: "CR",
}


def _money(amount: Decimal) -> str:
    return format(amount, ".2f")


def barclays(statement: Statement) -> str:
    """Number, Date, Account, Amount, Subcategory, Memo; the newest line first."""
    account = f"{statement.account.sort_code} {statement.account.number}"
    rows = (
        [
            " ",
            f"{line.on:%d/%m/%Y}",
            account,
            _money(line.amount),
            _BARCLAYS_WORDS[line.code],
            _barclays_memo(line),
        ]
        for line in reversed(statement.lines)
    )
    return _written([["Number", "Date", "Account", "Amount", "Subcategory", "Memo"], *rows], "\r\n")


def _barclays_memo(line: Line) -> str:
    return f"{line.name:<18}\t{line.reference} {line.code.value}".rstrip()


def hsbc(statement: Statement) -> str:
    """Date, description, amount with grouped thousands; no line of names; the newest line first."""
    rows = (
        [f"{line.on:%d/%m/%Y}", f"{_HSBC_WORDS[line.code]} {line.text}", format(line.amount, ",.2f")]
        for line in reversed(statement.lines)
    )
    return _written(rows, "\n")


def lloyds(statement: Statement) -> str:
    """Debits and credits in columns of their own, with the balance; the newest line first."""
    account = statement.account
    names = [
        "Transaction Date", "Transaction Type", "Sort Code", "Account Number", "Transaction Description",
        "Debit Amount", "Credit Amount", "Balance",
    ]  # fmt: skip
    rows = (
        [
            f"{line.on:%d/%m/%Y}",
            line.code.value,
            f"'{account.sort_code}",
            account.number,
            line.text,
            _money(-line.amount) if line.amount < 0 else "",
            _money(line.amount) if line.amount > 0 else "",
            _money(line.balance),
        ]
        for line in reversed(statement.lines)
    )
    return _written([names, *rows], "\n")


def natwest(statement: Statement) -> str:
    """Signed value and balance, the parts of the description between commas; the oldest line first."""
    names = ["Date", "Type", "Description", "Value", "Balance", "Account Name", "Account Number"]
    account = f"{statement.account.bank_id}-{statement.account.number}"
    rows = (
        [
            f"{line.on:%d %b %Y}",
            _NATWEST_WORDS[line.code],
            " , ".join(filter(None, (line.name, line.reference))),
            _money(line.amount),
            _money(line.balance),
            NAME,
            account,
        ]
        for line in statement.lines
    )
    return _written([names, *rows], "\r\n")


def _written(rows: Iterable[Iterable[str]], end: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator=end).writerows(rows)
    return out.getvalue()


LAYOUTS: Final[Mapping[str, Callable[[Statement], str]]] = {
    "barclays": barclays,
    "hsbc": hsbc,
    "lloyds": lloyds,
    "natwest": natwest,
}
