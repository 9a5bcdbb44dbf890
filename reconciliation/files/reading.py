"""Lines of one side from a CSV file with the columns id, date, amount, currency, reference, description, counterparty."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from reconciliation.core.matching.lines import Line
from reconciliation.core.matching.words import PLACES

NEEDED: Final = ("id", "date", "amount", "currency")
TEXTS: Final = ("reference", "description", "counterparty")
_LONGEST_FIELD: Final = 10_000
_LETTERS: Final = 3
_HIGHEST: Final = 10**15


class LineFileError(ValueError):
    """A file of lines that cannot be read: names the file, the row (the header is row 1) and the column."""


def read_lines(path: Path) -> list[Line]:
    """All lines of the file. Text columns may be missing. Raises LineFileError; nothing of a bad file is used."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(_lines(path, file))
    except UnicodeDecodeError as error:
        raise LineFileError(
            f"{path.name}: this is not a text in UTF-8 ({error.reason} at byte {error.start})."
        ) from None
    except csv.Error as error:
        raise LineFileError(f"{path.name}: this is not CSV ({error}).") from None
    except OSError as error:
        raise LineFileError(f"{path}: the file cannot be opened ({error.strerror}).") from None


def _lines(path: Path, file: Iterator[str]) -> Iterator[Line]:
    rows = csv.reader(file, strict=True)
    header = [name.strip().lower() for name in next(rows, [])]
    at = _columns(path, header)
    first_row: dict[str, int] = {}
    for values in rows:
        if not any(value.strip() for value in values):
            continue
        where = f"{path.name}, row {rows.line_num}"
        if len(values) != len(header):
            raise LineFileError(f"{where}: it has {len(values)} columns, the header has {len(header)}.")
        line = _line(where, {name: values[column].strip() for name, column in at.items()})
        if line.id in first_row:
            raise LineFileError(
                f"{where}, column id: “{line.id}” is already in row {first_row[line.id]}; each line needs its own."
            )
        first_row[line.id] = rows.line_num
        yield line


def _columns(path: Path, header: list[str]) -> dict[str, int]:
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise LineFileError(f"{path.name}, row 1: the column {' and '.join(missing)} is missing.")
    doubled = [name for name in (*NEEDED, *TEXTS) if header.count(name) > 1]
    if doubled:
        raise LineFileError(f"{path.name}, row 1: the column {doubled[0]} comes twice.")
    return {name: header.index(name) for name in (*NEEDED, *TEXTS) if name in header}


def _line(where: str, values: Mapping[str, str]) -> Line:
    if not values["id"]:
        raise LineFileError(f"{where}, column id: it is empty.")
    currency = values["currency"].upper()
    if len(currency) != _LETTERS or not currency.isalpha() or not currency.isascii():
        raise LineFileError(
            f"{where}, column currency: “{values['currency']}” is not a currency such as GBP."
        )
    reference, description, counterparty = (values.get(name, "")[:_LONGEST_FIELD] for name in TEXTS)
    on, minor = _date(where, values["date"]), _minor(where, values["amount"], currency)
    return Line(values["id"], on, minor, currency, reference, description, counterparty)


def _date(where: str, text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise LineFileError(f"{where}, column date: “{text}” is not a date such as 2026-03-31.") from None


def _minor(where: str, text: str, currency: str) -> int:
    try:
        minor = Decimal(text).scaleb(PLACES.get(currency, 2))
    except InvalidOperation:
        raise LineFileError(f"{where}, column amount: “{text}” is not an amount such as -12.50.") from None
    if not minor.is_finite() or abs(minor) > _HIGHEST:
        raise LineFileError(f"{where}, column amount: “{text}” is not an amount that can be.")
    if minor != minor.to_integral_value():
        raise LineFileError(f"{where}, column amount: {currency} has no fractions as small as in “{text}”.")
    return int(minor)
