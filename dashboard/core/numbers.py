"""Numbers as they come in an address or a form."""

from __future__ import annotations

from typing import Final

_LONGEST: Final = 18
"""Digits of the longest id that a row can have."""


def row_id(written: str) -> int | None:
    """The id of a row; None for anything else, such as "²", which Python calls a digit and cannot read."""
    is_number = written.isascii() and written.isdigit() and len(written) <= _LONGEST
    return int(written) if is_number else None
