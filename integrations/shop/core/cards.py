"""What a shop tells of cards: that one is to be kept, and that one was kept (docs/cards.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_EXPIRY: Final = re.compile(r"(0[1-9]|1[0-2])[0-9]{2}")
_LAST_FOUR: Final = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, slots=True)
class ToldCard:
    """A reusable card identifier of Opayo Pi that the shop got for a payment of its own checkout."""

    identifier: str = field(repr=False)
    """As stored: sealed."""
    scheme: str
    last_four: str
    expiry: str
    """MMYY."""
    scheme_trace_id: str
    consent: Mapping[str, Any]


def read_told_card(payment: Mapping[str, Any]) -> tuple[ToldCard | None, list[str]]:
    """`payment.saved_card` of an order; None, with the reasons, when it is not whole."""
    told = payment.get("saved_card")
    if told is None:
        return None, []
    if not isinstance(told, Mapping):
        return None, ["saved_card must be an object."]
    text = {name: value for name, value in told.items() if isinstance(value, str)}
    problems = [
        words
        for is_wrong, words in (
            (not text.get("card_identifier"), "saved_card has no card_identifier."),
            (not _LAST_FOUR.fullmatch(text.get("last_four", "")), "saved_card needs last_four: four digits."),
            (not _EXPIRY.fullmatch(text.get("expiry", "")), "saved_card needs its expiry as MMYY."),
        )
        if is_wrong
    ]
    if problems:
        return None, problems
    consent = told.get("consent")
    return ToldCard(
        identifier=text["card_identifier"],
        scheme=text.get("scheme", "")[:20].upper(),
        last_four=text["last_four"],
        expiry=text["expiry"],
        scheme_trace_id=text.get("scheme_trace_id", "")[:60],
        consent=consent if isinstance(consent, Mapping) else {},
    ), []


def without_identifier(payment: Mapping[str, Any]) -> dict[str, Any]:
    """The payment as people and mappings may see it."""
    told = payment.get("saved_card")
    if not isinstance(told, Mapping):
        return dict(payment)
    shown = {name: value for name, value in told.items() if name != "card_identifier"}
    return {**payment, "saved_card": shown}
