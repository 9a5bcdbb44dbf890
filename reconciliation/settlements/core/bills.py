"""An acquirer's monthly bill, row by row: bills with their charges, or every bad row with all that is wrong with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, TypeVar

from integrations.core.files.cells import BadCellError, read_amount, read_currency, read_day, read_number
from integrations.core.files.tables import Row, Table
from reconciliation.settlements.core.columns import folded
from reconciliation.settlements.core.rate_card import BillLine
from reconciliation.settlements.core.reading import BadRow

_T = TypeVar("_T")
_HEADS: Final = {
    "reference": ("invoice number", "bill number", "invoice no", "statement number"),
    "billed_on": ("invoice date", "bill date", "date"),
    "mid": ("merchant id", "merchant number", "mid"),
    "kind": ("fee type", "charge type", "type"),
    "name": ("rate name", "description"),
    "words": ("description",),
    "quantity": ("quantity", "count", "number"),
    "volume": ("volume", "turnover", "value"),
    "net": ("net amount", "net"),
    "vat": ("vat amount", "vat"),
    "gross": ("gross amount", "gross", "total"),
    "currency": ("currency", "ccy"),
    "due_on": ("collection date", "due date", "payment date"),
}  # fmt: skip
_REQUIRED: Final = ("reference", "billed_on", "mid", "net", "currency")
_WORDS: Final = {name: heads[0].capitalize() for name, heads in _HEADS.items()}


class NotABillError(ValueError):
    """The file lacks columns that every bill has; the message names them."""


@dataclass(frozen=True, slots=True)
class Bill:
    """One bill of one merchant number; amounts in minor units."""

    reference: str
    mid: str
    billed_on: date
    due_on: date
    currency: str
    lines: tuple[BillLine, ...] = ()

    @property
    def net_minor(self) -> int:
        return sum(line.net_minor for line in self.lines)

    @property
    def vat_minor(self) -> int:
        return sum(line.vat_minor for line in self.lines)

    @property
    def total_minor(self) -> int:
        """What is to be paid."""
        return self.net_minor + self.vat_minor


@dataclass(slots=True)
class _Cells:
    row: Row
    heads: dict[str, str]
    problems: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        return self.row.cells.get(self.heads.get(name, ""), "")

    def read(self, name: str, read: Callable[[str], _T], otherwise: _T) -> _T:
        text = self.text(name)
        if not text:
            if name in _REQUIRED:
                self.problems.append(f"{_WORDS[name]}: the cell is empty.")
            return otherwise
        try:
            return read(text)
        except BadCellError as problem:
            self.problems.append(f"{_WORDS[name]}: {problem}.")
            return otherwise


def read_bills(table: Table) -> tuple[list[Bill], list[BadRow]]:
    """The bills of a file, and the rows that cannot be taken. Raises NotABillError."""
    heads = _heads(table)
    missing = [_WORDS[name] for name in _REQUIRED if name not in heads]
    if missing:
        raise NotABillError(f"The file has no column for: {', '.join(missing)}. Is it the acquirer's bill?")
    bad: list[BadRow] = []
    found: dict[tuple[str, str], list[Bill]] = defaultdict(list)
    for row in table.rows:
        cells = _Cells(row, heads)
        bill = _bill(cells)
        if bill is None or cells.problems:
            bad.append(BadRow(row.number, cells.text("reference"), tuple(cells.problems)))
        else:
            found[(bill.mid, bill.reference)].append(bill)
    bills = [
        replace(group[0], lines=tuple(line for bill in group for line in bill.lines))
        for group in found.values()
    ]
    return bills, bad


def _heads(table: Table) -> dict[str, str]:
    by_word = {folded(head): head for head in table.heads}
    return {
        name: by_word[word]
        for name, words in _HEADS.items()
        if (word := next((each for each in words if each in by_word), ""))
    }


def _bill(cells: _Cells) -> Bill | None:
    reference = cells.read("reference", read_number, "")
    mid = cells.read("mid", read_number, "")
    billed_on = cells.read("billed_on", read_day, None)
    currency = cells.read("currency", read_currency, "")
    if not reference or not mid or billed_on is None or not currency:
        return None
    due_on = cells.read("due_on", read_day, billed_on)
    line = _line(cells, currency)
    gross = cells.read("gross", _minor(currency), line.net_minor + line.vat_minor)
    if gross != line.net_minor + line.vat_minor:
        cells.problems.append(
            f"{_WORDS['gross']}: “{cells.text('gross')}” is not the net amount with its VAT."
        )
    return Bill(reference, mid, billed_on, due_on, currency, (line,))


def _line(cells: _Cells, currency: str) -> BillLine:
    return BillLine(
        kind=cells.text("kind"),
        name=cells.text("name"),
        quantity=cells.read("quantity", _whole, 0),
        volume_minor=cells.read("volume", _minor(currency), 0),
        net_minor=cells.read("net", _minor(currency), 0),
        vat_minor=cells.read("vat", _minor(currency), 0),
        words=cells.text("words"),
    )


def _minor(currency: str) -> Callable[[str], int]:
    def read(text: str) -> int:
        minor = read_amount(text, currency).minor
        return -minor if text.strip().startswith(("-", "(")) else minor

    return read


def _whole(text: str) -> int:
    bare = text.replace(",", "")
    if not bare.isascii() or not bare.isdigit():
        raise BadCellError(f"“{text}” is no number")
    return int(bare)
