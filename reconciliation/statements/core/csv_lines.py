"""Lines from the rows of a bank's CSV file, in the order in which the file has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from integrations.core.files.cells import (
    BadCellError,
    read_currency,
    read_day,
    read_number,
    read_signed_amount,
)
from integrations.core.files.tables import Row, Table
from reconciliation.statements.core.accounts import hint
from reconciliation.statements.core.columns import Columns, currency_in
from reconciliation.statements.core.statement import AccountHint, BadLine, StatementLine

_OUT_WORDS: Final = frozenset({"d", "dr", "debit", "dbit", "out", "-", "withdrawal", "paid out", "money out"})
_IN_WORDS: Final = frozenset({"c", "cr", "credit", "crdt", "in", "+", "deposit", "paid in", "money in"})
_ONLY_BALANCE: Final = re.compile(
    r"balance (brought|carried) forward|(brought|carried) forward|(opening|closing|start|end)(ing)? balance",
    re.I,
)


@dataclass(frozen=True, slots=True)
class CsvLine:
    """A line with the balance after it, where the file gives that."""

    line: StatementLine
    balance: int | None


@dataclass(slots=True)
class CsvRows:
    """The lines of a file, what is wrong with others, and whose they are."""

    lines: list[CsvLine]
    bad: list[BadLine]
    accounts: dict[str, AccountHint]
    passed_over: int = 0
    worth_nothing: int = 0


def read_rows(table: Table, columns: Columns, currency: str) -> CsvRows:
    """Every row as a line of the account's currency, or named as bad."""
    reader = _Reader(table, columns, currency)
    for row in table.rows:
        reader.take(row)
    return reader.found


class _Reader:
    """Reads row by row; days come again and again, so each is read once."""

    def __init__(self, table: Table, columns: Columns, currency: str) -> None:
        self._heads = {name: head for name, head in columns.heads.items() if head}
        self._columns = columns
        self._currency = currency
        self._days: dict[str, date] = {}
        self._out_is_signed = _is_signed(table, self._heads.get("money_out", ""))
        self.found = CsvRows([], [], {})

    def take(self, row: Row) -> None:
        cells = {name: row.cells.get(head, "") for name, head in self._heads.items()}
        if not self._tells(cells):
            self.found.passed_over += 1
            return
        problems: list[str] = []
        if row.surplus:
            problems.append(
                "It has more cells than there are columns: a text with a comma in it is not in quotes."
            )
        line = self._line(row.number, cells, problems)
        if problems:
            self.found.bad.append(BadLine(row.number, tuple(problems)))
        elif line is not None and line.line.minor:
            self.found.lines.append(line)
        else:
            self.found.worth_nothing += 1

    def _tells(self, cells: Mapping[str, str]) -> bool:
        """A row without day and amount is a foot-note; one with a balance only is where the page begins or ends."""
        has_amount = any(cells.get(name) for name in ("amount", "money_in", "money_out"))
        texts = " ".join(
            cells.get(name, "") for name in ("counterparty", "reference", "description", "more")
        ).strip()
        if not has_amount and (_ONLY_BALANCE.search(texts) or not texts):
            # Without an amount and a text it is a line only if it begins with a day.
            return cells["date"][:1].isdigit() and not _ONLY_BALANCE.search(texts)
        return bool(cells["date"]) or has_amount

    def _line(self, number: int, cells: Mapping[str, str], problems: list[str]) -> CsvLine | None:
        day = self._day(cells["date"], problems)
        minor = self._amount(cells, problems)
        balance = self._minor(cells.get("balance", ""), problems, "balance")
        self._check_currency(cells, problems)
        bank_id = self._bank_id(cells.get("bank_id", ""), problems)
        if problems or day is None or minor is None:
            return None
        self._note_account(cells)
        texts = [cells.get(name, "") for name in ("description", "more")]
        line = StatementLine(
            number,
            day,
            -minor if self._columns.turned else minor,
            bank_id,
            cells.get("reference", ""),
            " ".join(filter(None, texts)),
            cells.get("counterparty", ""),
        )
        return CsvLine(line, balance)

    def _day(self, text: str, problems: list[str]) -> date | None:
        if not text:
            problems.append("It has no day.")
            return None
        if text not in self._days:
            try:
                self._days[text] = read_day(text, month_first=self._columns.month_first)
            except BadCellError as error:
                problems.append(f"Its day: {error}.")
                return None
        return self._days[text]

    def _amount(self, cells: Mapping[str, str], problems: list[str]) -> int | None:
        if cells.get("amount"):
            minor = self._minor(cells["amount"], problems, "amount")
            return minor if minor is None else self._directed(minor, cells.get("direction", ""), problems)
        out, into = cells.get("money_out", ""), cells.get("money_in", "")
        out_minor = self._minor(out, problems, "money out") or 0
        in_minor = self._minor(into, problems, "money in") or 0
        if out_minor and in_minor:
            problems.append("It has both money out and money in.")
        if not out and not into:
            problems.append("It has no amount.")
        return in_minor + (out_minor if self._out_is_signed else -out_minor)

    def _directed(self, minor: int, word: str, problems: list[str]) -> int:
        if "direction" not in self._heads:
            return minor
        if word.casefold() in _OUT_WORDS:
            return -abs(minor)
        if word.casefold() not in _IN_WORDS:
            problems.append(f"“{word}” says neither that money came in nor that it went out.")
        return abs(minor)

    def _minor(self, text: str, problems: list[str], what: str) -> int | None:
        if not text:
            return None
        try:
            return read_signed_amount(text, self._currency, comma=self._columns.comma).minor
        except BadCellError as error:
            problems.append(f"Its {what}: {error}.")
            return None

    def _check_currency(self, cells: Mapping[str, str], problems: list[str]) -> None:
        written = cells.get("currency", "")
        if not written:
            return
        try:
            if read_currency(written) != self._currency:
                problems.append(f"It is in {written}, the account in {self._currency}.")
        except BadCellError as error:
            problems.append(f"Its currency: {error}.")

    def _bank_id(self, text: str, problems: list[str]) -> str:
        try:
            return read_number(text)
        except BadCellError as error:
            problems.append(f"The bank's number: {error}.")
            return ""

    def _note_account(self, cells: Mapping[str, str]) -> None:
        written = f"{cells.get('sort_code', '')} {cells.get('account', '')}".strip()
        if written and written not in self.found.accounts:
            self.found.accounts[written] = hint(cells.get("account", ""), cells.get("sort_code", ""))


def _is_signed(table: Table, head: str) -> bool:
    """Whether the column of money out writes its amounts as negative already."""
    filled = [row.cells[head] for row in table.rows if row.cells.get(head)] if head else []
    return bool(filled) and all(
        text.lstrip("£€$ ").startswith(("-", "(", "\N{MINUS SIGN}")) for text in filled
    )


def currency_of_heads(columns: Columns) -> str:
    """The currency that the heads of the amounts name; empty if they name none."""
    heads = (columns.heads.get(name, "") for name in ("amount", "money_in", "money_out"))
    return next(filter(None, map(currency_in, heads)), "")
