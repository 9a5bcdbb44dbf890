"""Telephone numbers in one form: "+", country code, number (as E.164 writes them)."""

from __future__ import annotations

import re
from typing import Final

_CALLING: Final = {
    "GB": "44", "UK": "44", "IE": "353", "US": "1", "CA": "1", "FR": "33", "DE": "49", "NL": "31", "BE": "32",
    "ES": "34", "IT": "39", "PT": "351", "CH": "41", "AT": "43", "DK": "45", "SE": "46", "NO": "47", "PL": "48",
    "AU": "61", "NZ": "64",
}  # fmt: skip
_KEEPS_ZERO: Final = frozenset({"39"})
"""Italy keeps the first zero of a national number."""
SHORTEST: Final = 7
"""Fewer digits are an extension or a slip, and identify nobody."""


def normal_phone(text: str, country: str = "GB") -> str:
    """The number as E.164 writes it; empty when there are too few digits. `country`: ISO code of a national number.

    "(0)" behind a country code is the national prefix, which is not dialled from abroad.
    """
    kept = re.sub(r"(?:ext|x)\.?\s*\d+\s*$", "", text.strip().lower()).replace("(0)", "")
    digits = re.sub(r"\D", "", kept)
    if not kept.startswith("+") and digits.startswith("00"):
        kept, digits = "+", digits[2:]
    if len(digits) < SHORTEST:
        return ""
    if kept.startswith("+"):
        return f"+{digits}"
    code = _CALLING.get(country.strip().upper(), "44")
    if digits.startswith(code) and len(digits) > 10:
        return f"+{digits}"
    return f"+{code}{digits if code in _KEEPS_ZERO else digits.lstrip('0')}"
