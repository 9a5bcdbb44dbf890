"""The CSV files of banks as their web sites export them, recognised by their heads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from reconciliation.statements.core.columns import Columns, bare

BARCLAYS: Final = Columns(
    {"date": "Date", "account": "Account", "amount": "Amount", "description": "Memo"}, bank="Barclays"
)
HSBC: Final = Columns(
    {"date": "Column 1", "description": "Column 2", "amount": "Column 3"}, has_heads=False, bank="HSBC"
)
LLOYDS: Final = Columns(
    {
        "date": "Transaction Date",
        "sort_code": "Sort Code",
        "account": "Account Number",
        "description": "Transaction Description",
        "money_out": "Debit Amount",
        "money_in": "Credit Amount",
        "balance": "Balance",
    },
    bank="Lloyds, Halifax or Bank of Scotland",
)
NATWEST: Final = Columns(
    {
        "date": "Date",
        "description": "Description",
        "amount": "Value",
        "balance": "Balance",
        "account": "Account Number",
    },
    bank="NatWest or RBS",
)
SANTANDER: Final = Columns(
    {"date": "Date", "description": "Merchant/Description", "amount": "Debit/Credit", "balance": "Balance"},
    bank="Santander",
)
STARLING: Final = Columns(
    {
        "date": "Date",
        "counterparty": "Counter Party",
        "reference": "Reference",
        "amount": "Amount (GBP)",
        "balance": "Balance (GBP)",
    },
    bank="Starling",
)
MONZO: Final = Columns(
    {
        "bank_id": "Transaction ID",
        "date": "Date",
        "counterparty": "Name",
        "amount": "Amount",
        "currency": "Currency",
        "reference": "Notes and #tags",
        "description": "Description",
    },
    bank="Monzo",
)
NATIONWIDE: Final = Columns(
    {
        "date": "Date",
        "description": "Description",
        "more": "Transaction type",
        "money_out": "Paid out",
        "money_in": "Paid in",
        "balance": "Balance",
    },
    bank="Nationwide",
)

_MARKS: Final[Sequence[tuple[Columns, frozenset[str]]]] = (
    (BARCLAYS, frozenset({"number", "subcategory"})),
    (LLOYDS, frozenset({"transaction type"})),
    (NATWEST, frozenset({"type", "account name"})),
    (SANTANDER, frozenset({"type"})),
    (STARLING, frozenset({"type"})),
    (MONZO, frozenset({"category", "local amount"})),
    (NATIONWIDE, frozenset()),
)
"""Further heads that must stand in the file, so that no other bank's is taken for it."""


def recognised(heads: Sequence[str], *, has_heads: bool) -> Columns | None:
    """The columns of a known bank whose file has these heads; they are compared without capitals."""
    if not has_heads:
        return HSBC if len(heads) == 3 else None
    written = {bare(head): head for head in heads}
    for columns, marks in _MARKS:
        names = {bare(head) for head in columns.heads.values()}
        if names | marks <= written.keys() and _same_currency(columns.heads, written):
            own = {name: written[bare(head)] for name, head in columns.heads.items()}
            return Columns(own, bank=columns.bank)
    return None


def _same_currency(heads: Mapping[str, str], written: Mapping[str, str]) -> bool:
    """Amount (EUR) is Starling's as well as Amount (GBP); a head without a currency is meant without one."""
    return all(("(" in head) == ("(" in written[bare(head)]) for head in heads.values())
