"""How a file writes its days and amounts, told by all its cells together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from integrations.core.files.cells import BadCellError, read_day, read_signed_amount

_ENOUGH = 2000
"""Cells that are looked at; more would not tell more."""


def is_day(text: str) -> bool:
    """Whether a cell is a day, with either the day or the month first."""
    return _can(read_day, text) or _can(_month_first, text)


def is_amount(text: str) -> bool:
    """Whether a cell is an amount; a long bare number is rather an account or an id."""
    if len(text) > 5 and text.isdigit():
        return False
    return _can(_point, text) or _can(_comma, text)


def is_data(line: Sequence[str]) -> bool:
    """Whether a line is a row already and names no columns: it has a day and an amount."""
    cells = [cell.strip() for cell in line if cell.strip()]
    return any(is_day(cell) for cell in cells) and any(is_amount(cell) for cell in cells)


def month_is_first(texts: Iterable[str]) -> bool:
    """Whether days are written with the month first: the day first unless the cells can only be the other way.

    Where both can be, files are in order of time: the reading that keeps them so is meant, the day first if both do.
    """
    cells = list(texts)[:_ENOUGH]
    day_first, month_first = _days(cells, read_day), _days(cells, _month_first)
    if month_first is None or day_first == month_first:
        return False
    if day_first is None:
        return True
    return not _is_in_order(day_first) and _is_in_order(month_first)


def comma_is_decimal(texts: Iterable[str]) -> bool:
    """Whether amounts are written 1.234,50: if some can only be read so and none only the other way."""
    cells = list(dict.fromkeys(texts))[:_ENOUGH]
    return any("," in text and not _can(_point, text) for text in cells) and all(
        _can(_comma, text) for text in cells
    )


def _days(cells: Sequence[str], read: Callable[[str], date]) -> list[date] | None:
    try:
        return [read(cell) for cell in cells]
    except BadCellError:
        return None


def _is_in_order(days: Sequence[date]) -> bool:
    ordered = sorted(days)
    return list(days) == ordered or list(days) == ordered[::-1]


def _month_first(text: str) -> date:
    return read_day(text, month_first=True)


def _point(text: str) -> object:
    return read_signed_amount(text, "GBP" if "GBP" in text or "£" in text else _currency(text))


def _comma(text: str) -> object:
    return read_signed_amount(text, "GBP" if "GBP" in text or "£" in text else _currency(text), comma=True)


def _currency(text: str) -> str:
    """One that the sign in the cell, if any, does not speak against."""
    return "EUR" if "€" in text or "EUR" in text else "USD"


def _can(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except BadCellError:
        return False
    return True
