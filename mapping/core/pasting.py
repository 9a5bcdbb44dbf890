"""Look-up tables out of what people paste: cells of a spreadsheet, or the text of a CSV file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from mapping.core.problems import Problem
from mapping.core.tables import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, Table, check_table

LONGEST_TEXT: Final = 5_000_000
"""Characters of a paste."""

_SEPARATORS: Final = ("\t", ";", ",")
_NUMBER: Final = re.compile(r"[+-]?[£$€]?\s*\d[\d.,\s]*%?")


class Pasted(NamedTuple):
    """What a paste holds. Rows are as wide as `columns`; nothing is usable while a problem is an error."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    problems: tuple[Problem, ...]


def parse_pasted(text: str, *, has_header: bool | None = None) -> Pasted:
    """Read tab, semicolon or comma separated text with quoted cells into columns and rows.

    The first line names the columns unless `has_header` says otherwise or one of its cells is a number above a column of
    numbers. Blank lines are skipped, short rows filled up with blanks. Blank and repeated keys, rows with too many
    cells, and whatever exceeds the limits are problems that name the row (from 1, below the header). Never raises.
    """
    if len(text) > LONGEST_TEXT:
        return _refused(f"The pasted text has {len(text):,} characters; {LONGEST_TEXT:,} can be read.")
    try:
        lines = [_trimmed(cells) for cells in _cells(text)]
    except csv.Error as error:
        return _refused(f"The pasted text cannot be read as a table: {error}.")
    lines = [cells for cells in lines if any(cells)]
    if not lines:
        return _refused("There is nothing to paste: copy the cells with their headings.")
    return _table(lines, _looks_like_header(lines) if has_header is None else has_header)


def _cells(text: str) -> Iterator[list[str]]:
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    # A quotation mark that is never closed would swallow the rest of the paste.
    if plain.count('"') % 2:
        raise csv.Error("a quotation mark is not closed")
    return csv.reader(plain.splitlines(keepends=True), delimiter=separator_of(plain), skipinitialspace=True)


def separator_of(text: str) -> str:
    """The character between cells: the one that the first line has most of, outside quotation marks."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(_SEPARATORS, key=bare.count)


def _trimmed(cells: Sequence[str]) -> list[str]:
    return [cell.strip() for cell in cells]


def _looks_like_header(lines: Sequence[Sequence[str]]) -> bool:
    first, rest = lines[0], lines[1:]
    for index, cell in enumerate(first):
        below = [cells[index] for cells in rest if index < len(cells) and cells[index]]
        if _NUMBER.fullmatch(cell) and all(_NUMBER.fullmatch(other) for other in below):
            return False
    return len(lines) > 1


def _table(lines: list[list[str]], has_header: bool) -> Pasted:  # noqa: FBT001 - one private step of parse_pasted
    heads, rows = (lines[0], lines[1:]) if has_header else ([], lines)
    width = max(2, len(heads) or max(len(cells) for cells in rows))
    columns = tuple(_column_names(heads, width))
    problems = [*_limits(rows, width), *_too_wide(rows, width)]
    kept = tuple(tuple((cells + [""] * width)[:width]) for cells in rows[:MOST_ROWS])
    # Names that are filled in twice are told apart, so that each row can still be read.
    return Pasted(columns, kept, (*problems, *check_table(Table("", "", columns, kept))))


def _column_names(heads: Sequence[str], width: int) -> Iterator[str]:
    seen: dict[str, int] = {}
    for index in range(width):
        usual = "key" if index == 0 else "value" if index == 1 else f"value {index}"
        name = (heads[index] if index < len(heads) else "") or usual
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name} {seen[name]}"


def _limits(rows: Sequence[Sequence[str]], width: int) -> Iterator[Problem]:
    if len(rows) > MOST_ROWS:
        yield Problem(f"The table has {len(rows):,} rows; it can have {MOST_ROWS:,}: only those are read.")
    if width > MOST_COLUMNS:
        yield Problem(f"The table has {width} columns; it can have {MOST_COLUMNS}.")
    for number, cells in enumerate(rows, 1):
        if any(len(cell) > LONGEST_CELL for cell in cells):
            yield Problem(f"Row {number} has a cell of more than {LONGEST_CELL:,} characters.")


def _too_wide(rows: Sequence[Sequence[str]], width: int) -> Iterator[Problem]:
    for number, cells in enumerate(rows, 1):
        if len(cells) > width:
            yield Problem(
                f"Row {number} has {len(cells)} cells, but there are {width} columns: put a cell that holds "
                "the separator in quotation marks."
            )


def _refused(message: str) -> Pasted:
    return Pasted((), (), (Problem(message),))
