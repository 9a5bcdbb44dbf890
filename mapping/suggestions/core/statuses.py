"""What a shop's or gateway's status most likely means for a document in Xero; a person checks the table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

_MEANINGS: Final[Mapping[str, str]] = {
    "DRAFT": "draft|pending|awaiting|unpaid|open|new|hold|offen|created|cart|quote|cancel|void|fail|declin|reject|notauth|refus|abandon",
    "SUBMITTED": "review|approv(?!ed)|submitted",
    "AUTHORISED": "paid|complete|success|succeed|captur|settle|authori[sz]ed|^ok$|fulfil|ship|approved|processing|done|sale|closed|bezahlt|sent|invoiced|confirmed",
}  # fmt: skip
_USUAL: Final = ("paid", "completed", "pending", "cancelled")


def status_table(seen: Sequence[str], choices: Sequence[str]) -> dict[str, str]:
    """One of `choices` for each status that was seen (or for usual ones, when none was)."""
    return {status: meaning_of(status, choices) for status in seen or _USUAL}


def meaning_of(status: str, choices: Sequence[str]) -> str:
    """The choice whose words the status has; what is not finished, or not known, becomes a draft where there is one."""
    folded = status.strip().lower()
    for choice in ("DRAFT", "AUTHORISED", "SUBMITTED"):
        if choice in choices and re.search(_MEANINGS[choice], folded):
            return choice
    return "DRAFT" if "DRAFT" in choices else (choices[0] if choices else status)
