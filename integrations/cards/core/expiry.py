"""Until when a card can be charged."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Final

_EXPIRY: Final = re.compile(r"(0[1-9]|1[0-2])([0-9]{2})")


def last_day(expiry: str) -> date:
    """The last day on which a card of expiry MMYY is good. Raises ValueError for anything else."""
    match = _EXPIRY.fullmatch(expiry)
    if match is None:
        raise ValueError(f"{expiry!r} is no expiry date of the form MMYY.")
    month, year = int(match[1]), 2000 + int(match[2])
    return date(year, month, monthrange(year, month)[1])
