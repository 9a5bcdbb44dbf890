"""Rows of an acquirer's file as notices; what cannot be read is named by its row, with everything wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypedDict, TypeVar

from integrations.core.files.cells import (
    BadCellError,
    read_amount,
    read_currency,
    read_day,
    read_last_four,
    read_number,
)
from integrations.core.files.tables import Row, Table
from integrations.core.money import Money
from integrations.disputes.core.columns import FIELDS, Columns
from integrations.disputes.core.notices import DisputeNotice, NoticeError
from integrations.disputes.core.reasons import scheme_called

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row that says something: `has_day` is False where the file tells no day for the state."""

    number: int
    notice: DisputeNotice
    has_day: bool = True


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken, and everything that is wrong with it."""

    number: int
    case_id: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """All rows of a file, each good or bad, in the order of the file."""

    good: tuple[ReadRow, ...] = ()
    bad: tuple[BadRow, ...] = ()


@dataclass(slots=True)
class _Cells:
    """The cells of one row by field, gathering what is wrong with them."""

    row: Row
    columns: Columns
    problems: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        head = self.columns.heads.get(name, "")
        return self.row.cells.get(head, "") or self.columns.fixed.get(name, "")

    def read(self, name: str, read: Callable[[str], _T], otherwise: _T) -> _T:
        """The cell as `read` makes it; `otherwise` where it is empty or bad, which is then among the problems."""
        text = self.text(name)
        if not text:
            return otherwise
        try:
            return read(text)
        except BadCellError as problem:
            self.problems.append(f"{FIELDS[name]}: {problem}.")
            return otherwise


def read_notices(table: Table, columns: Columns, today: date) -> Reading:
    """What each row tells. `today` stands in where the file has no day for the state; such rows are marked."""
    good, bad = [], []
    for row in table.rows:
        cells = _Cells(row, columns)
        notice, has_day = _notice(cells, today)
        if notice is None:
            bad.append(BadRow(row.number, cells.text("case_id"), tuple(cells.problems)))
        else:
            good.append(ReadRow(row.number, notice, has_day))
    return Reading(tuple(good), tuple(bad))


def _notice(cells: _Cells, today: date) -> tuple[DisputeNotice | None, bool]:
    if cells.row.surplus:
        cells.problems.append(
            "The row has more cells than the file has columns: a separator may be missing its quotes."
        )
        return None, False
    day = cells.read("happened_on", _day_reader(cells), None)
    state = _state(cells)
    amount, fee = _money(cells)
    facts = _facts(cells)
    if cells.problems:
        return None, False
    try:
        notice = DisputeNotice(
            happened_on=day or today,
            state=state,
            acquirer=cells.columns.acquirer,
            amount_minor=amount.minor if amount else 0,
            currency=amount.currency if amount else "",
            fee_minor=fee.minor if fee else 0,
            note=cells.text("note"),
            **facts,
        )
    except NoticeError as problem:
        cells.problems.append(str(problem))
        return None, False
    return notice, day is not None


def _day_reader(cells: _Cells) -> Callable[[str], date | None]:
    return lambda text: read_day(text, month_first=cells.columns.month_first)


def _state(cells: _Cells) -> str:
    word = cells.text("state")
    state = cells.columns.state_of(word)
    if not word:
        cells.problems.append("State of the case: the cell is empty.")
    elif not state:
        cells.problems.append(f"State of the case: nobody has said what “{word}” means.")
    return state


def _money(cells: _Cells) -> tuple[Money | None, Money | None]:
    currency = cells.read("currency", read_currency, "")
    if not currency:
        if not cells.text("currency"):
            cells.problems.append("Currency: the cell is empty.")
        return None, None

    def read(text: str) -> Money | None:
        return read_amount(text, currency, comma=cells.columns.comma)

    amount = cells.read("amount", read, None)
    if not cells.text("amount") or (amount is not None and not amount):
        cells.problems.append("Disputed amount: there is none.")
    return amount, cells.read("fee", read, None)


class _Facts(TypedDict):
    """What a row tells beside state and money."""

    case_id: str
    scheme: str
    reason_code: str
    raised_on: date | None
    respond_by: date | None
    sold_on: date | None
    retrieval_reference: str
    bank_auth_code: str
    last_four: str


def _facts(cells: _Cells) -> _Facts:
    day = _day_reader(cells)
    scheme = cells.text("scheme")
    return {
        "case_id": cells.read("case_id", read_number, ""),
        "scheme": scheme_called(scheme) or scheme,
        "reason_code": cells.text("reason_code"),
        "raised_on": cells.read("raised_on", day, None),
        "respond_by": cells.read("respond_by", day, None),
        "sold_on": cells.read("sold_on", day, None),
        "retrieval_reference": cells.read("retrieval_reference", read_number, ""),
        "bank_auth_code": cells.text("bank_auth_code"),
        "last_four": cells.read("last_four", read_last_four, ""),
    }
