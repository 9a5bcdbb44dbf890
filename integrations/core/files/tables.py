"""A file as a table: its encoding, its separator, the line that names the columns."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

LARGEST_FILE: Final = 5_000_000
"""Bytes; a year of disputes of a large shop is a tenth of it, a month of settlements a third."""
MOST_ROWS: Final = 20_000

_SEPARATORS: Final = (",", ";", "\t", "|")
_LOOKED_AT: Final = 60
_FEWEST_HEADS: Final = 3
_NOT_TEXT: Final = {
    b"PK\x03\x04": "an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
}
IsData = Callable[[Sequence[str]], bool]
"""Whether a line of cells is a row already, and no line of heads."""


class UnreadableFileError(ValueError):
    """The file as a whole is no table; the message says why, in words for people."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line under the heads. `number` is the one a spreadsheet shows beside it; the first line is 1."""

    number: int
    cells: dict[str, str]
    surplus: int = 0
    """How many filled cells stand beyond the last head: the line has slipped, most likely by an unquoted separator."""


@dataclass(frozen=True, slots=True)
class Table:
    """The heads in their order, and the rows that are not empty."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    encoding: str = "utf-8"
    separator: str = ","
    has_heads: bool = True
    """Whether the file names its columns; where it does not they are Column 1, Column 2 and so on."""
    above: tuple[str, ...] = ()
    """What stands in the cells above the heads."""
    is_ended: bool = True
    """Whether the last line has an end; one without may have been cut off."""

    def values(self, head: str) -> list[str]:
        """The different values in one column, in the order in which they first appear."""
        return list(dict.fromkeys(row.cells[head] for row in self.rows if row.cells.get(head)))


def read_table(
    content: bytes,
    *,
    most_bytes: int = LARGEST_FILE,
    most_rows: int = MOST_ROWS,
    is_data: IsData | None = None,
) -> Table:
    """The table in a CSV file: UTF-8, UTF-16 with its mark, or Windows-1252; comma, semicolon, tab or bar.

    Lines above the heads (a title, a date) are passed over: the heads are the first line with three filled cells. Some
    files have none: where `is_data` says that this line is a row, the columns are numbered. Raises UnreadableFileError.
    """
    text, encoding = _decoded(content, most_bytes)
    separator = _separator(text)
    lines = list(_lines(text, separator))
    place = _place_of_heads(lines, is_data)
    has_heads = is_data is None or not is_data(lines[place])
    heads = _named(lines[place]) if has_heads else _numbered(lines)
    first = place + 1 if has_heads else place
    rows = tuple(
        _row(number, line, heads)
        for number, line in enumerate(lines[first:], first + 1)
        if any(cell.strip() for cell in line)
    )
    if len(rows) > most_rows:
        raise UnreadableFileError(f"The file has {len(rows):,} rows; at most {most_rows:,} are read at once.")
    above = tuple(cell.strip() for line in lines[:place] for cell in line if cell.strip())
    return Table(heads, rows, encoding, separator, has_heads, above, text.endswith(("\n", "\r")))


def refuse_other_files(content: bytes) -> None:
    """Raises UnreadableFileError for an empty file, and for a workbook or a PDF, in words that say what to do."""
    if not content.strip():
        raise UnreadableFileError("The file is empty.")
    for start, what in _NOT_TEXT.items():
        if content.startswith(start):
            raise UnreadableFileError(f"This is {what}, not a CSV file. Save it as CSV and choose that one.")


def decoded_text(content: bytes) -> tuple[str, str]:
    """The text and its encoding: UTF-8, UTF-16 with its mark, or Windows-1252. Raises UnreadableFileError."""
    encodings = ["utf-16"] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, encoding
    raise UnreadableFileError("The file is no text in UTF-8 or Windows-1252. Save it as CSV (UTF-8).")


def _decoded(content: bytes, most_bytes: int) -> tuple[str, str]:
    refuse_other_files(content)
    if len(content) > most_bytes:
        raise UnreadableFileError(
            f"The file is larger than {most_bytes // 1_000_000} MB. Ask for a shorter time."
        )
    return decoded_text(content)


def _separator(text: str) -> str:
    """The one under which most of the first lines have the same number of cells."""
    return max(_SEPARATORS, key=lambda separator: _agreement(text, separator))


def _agreement(text: str, separator: str) -> int:
    widths = Counter(
        len(line) for line, _ in zip(_lines(text, separator), range(_LOOKED_AT), strict=False) if line
    )
    return max(((width - 1) * count for width, count in widths.items()), default=0)


def _lines(text: str, separator: str) -> Iterable[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error as error:
        raise UnreadableFileError(f"The file cannot be read as CSV: {error}.") from error


def _place_of_heads(lines: Sequence[Sequence[str]], is_data: IsData | None) -> int:
    for place, line in enumerate(lines):
        if sum(1 for cell in line if cell.strip()) >= _FEWEST_HEADS or (
            is_data is not None and is_data(line)
        ):
            return place
    raise UnreadableFileError("No line of the file names columns. Is it the right file?")


def _numbered(lines: Sequence[Sequence[str]]) -> tuple[str, ...]:
    width = max((len(line) for line in lines), default=0)
    return tuple(f"Column {place}" for place in range(1, width + 1))


def _named(line: Sequence[str]) -> tuple[str, ...]:
    """Heads without blanks around them; a second one of the same name, or an empty one, is numbered."""
    heads: list[str] = []
    for place, cell in enumerate(line, 1):
        name = " ".join(cell.split()) or f"Column {place}"
        heads.append(name if name not in heads else f"{name} ({place})")
    while heads and heads[-1] == f"Column {len(heads)}":
        heads.pop()
    return tuple(heads)


def _row(number: int, line: Sequence[str], heads: Sequence[str]) -> Row:
    cells = [" ".join(cell.split()) for cell in line]
    filled = cells[: len(heads)] + [""] * (len(heads) - len(cells))
    surplus = sum(1 for cell in cells[len(heads) :] if cell)
    return Row(number, dict(zip(heads, filled, strict=True)), surplus)
