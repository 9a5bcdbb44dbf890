"""How UK banks write who paid: 18 characters of name and 18 of reference in capitals, often less than was sent.

BACS Standard 18 gives a credit's remitter and reference 18 characters each.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

LENGTH: Final = 18

NAMES: Final = {
    "Elavon": "ELAVON MERCHANT SERVICES",
    "Worldpay": "WORLDPAY (UK) LTD",
    "American Express": "AMERICAN EXPRESS PAYMENT SERVICES",
}


class Style(StrEnum):
    """What is left of a reference."""

    CLEAR = "clear"
    MERGED = "merged"
    """Name, merchant number and batch run together, past the usual length."""
    CUT = "cut"
    """The same, cut off after 18 characters."""
    MISSING = "missing"


WEIGHTS: Final[Mapping[str, Mapping[Style, int]]] = {
    "good": {Style.CLEAR: 1},
    "mixed": {Style.CLEAR: 62, Style.MERGED: 20, Style.CUT: 10, Style.MISSING: 8},
    "poor": {Style.CLEAR: 15, Style.MERGED: 20, Style.CUT: 35, Style.MISSING: 30},
}


def cut(text: str) -> str:
    """The first 18 characters in capitals."""
    return text.upper()[:LENGTH].strip()


def draw_style(weights: Mapping[Style, int], rng: random.Random) -> Style:
    """One style by its weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def written(payment: Mapping[str, Any], style: Style) -> tuple[str, str]:
    """Name and reference of an acquirer's payment as the statement has them."""
    name = NAMES.get(payment["acquirer"], str(payment["acquirer"]).upper())
    word = "FEES" if payment["kind"] == "fee_bill" else "BATCH"
    whole = f"{' '.join(name.split()[:2])} {payment['mid']} {word} {payment['reference']}"
    if style is Style.MERGED:
        return whole, ""
    if style is Style.CUT:
        return cut(whole), ""
    if style is Style.MISSING:
        return cut(name), ""
    return cut(name), cut(_short(payment))


def _short(payment: Mapping[str, Any]) -> str:
    """Merchant number and reference in 18 characters; a bill's reference begins with the number."""
    reference = str(payment["reference"])
    return reference if reference.startswith(payment["mid"]) else f"{payment['mid']} {reference}"
