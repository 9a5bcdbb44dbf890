"""Whose statement it is: what a file says of its account, and whether that is ours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from reconciliation.statements.core.statement import AccountHint

_IBAN: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}")
_BRITISH: Final = re.compile(r"GB\d{2}[A-Z]{4}(\d{6})(\d{8})")
_ENDING: Final = 4


def hint(account: str, sort_code: str = "") -> AccountHint:
    """What a file writes: an IBAN, 20-45-77 13579246, 204577-13579246, 13579246 or ****9246."""
    written = account.strip()
    bare = re.sub(r"[^A-Z0-9*]", "", written.upper())
    code = re.sub(r"\D", "", sort_code)
    if _IBAN.fullmatch(bare):
        british = _BRITISH.fullmatch(bare)
        if british is not None:
            return AccountHint(british[1], british[2], bare, written)
        return AccountHint(code, "", bare, written)
    digits = re.sub(r"\D", "", bare)
    if len(digits) == 14 and not code:
        return AccountHint(digits[:6], digits[6:], "", written)
    return AccountHint(code, digits, "", written)


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """What we know of an account of ours; empty where nobody has said it."""

    name: str
    currency: str
    sort_code: str = ""
    number_ending: str = ""
    iban_ending: str = ""


def differs(own: OwnAccount, said: AccountHint) -> str:
    """Why a statement is not of this account, in words; empty when nothing speaks against it."""
    code = re.sub(r"\D", "", own.sort_code)
    if code and said.sort_code and code != said.sort_code:
        return f"the statement is of sort code {_dashed(said.sort_code)}, {own.name} has {_dashed(code)}"
    for ours, theirs in ((own.number_ending, said.number), (own.iban_ending, said.iban)):
        if ours and theirs and ours != theirs[-_ENDING:]:
            return f"the statement is of an account ending in {theirs[-_ENDING:]}, {own.name} ends in {ours}"
    return ""


def _dashed(code: str) -> str:
    return "-".join(code[place : place + 2] for place in range(0, len(code), 2))


def learned(own: OwnAccount, said: AccountHint) -> dict[str, str]:
    """What a statement tells of the account that nobody has said yet, by the names of OwnAccount."""
    told = {
        "sort_code": _dashed(said.sort_code)[:8],
        "number_ending": said.number[-_ENDING:] if len(said.number) >= _ENDING else "",
        "iban_ending": said.iban[-_ENDING:],
    }
    return {name: value for name, value in told.items() if value and not getattr(own, name)}
