"""What tells lines apart, so that overlapping files add nothing twice and repeated lines of one file are kept."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final

from reconciliation.statements.core.statement import StatementLine

_WORD: Final = re.compile(r"[A-Z0-9]+")
_LONGEST_ID: Final = 80
_NO_ID: Final = re.compile(r"(?:0*|.*\*.*|NONREF|NOTPROVIDED|N/?A|NONE|NULL|UNKNOWN|-+)", re.IGNORECASE)


@lru_cache(maxsize=4096)
def words_of(text: str) -> str:
    """The words of a text, without accents, capitals and signs, each once and in the order of the alphabet.

    So the same line reads the same in whichever columns and order a format puts its parts.
    """
    plain = text if text.isascii() else unicodedata.normalize("NFKD", text)
    return " ".join(sorted(set(_WORD.findall(plain.upper()))))


def has_bank_id(line: StatementLine) -> bool:
    """Whether the bank names the line: zeros, NONREF and what was masked are no names."""
    return _NO_ID.fullmatch(line.bank_id) is None


def identities(lines: Iterable[StatementLine]) -> list[str]:
    """Each line's identity within its account, for lines from the oldest to the newest of whole days.

    With the bank's id, day and amount where there is one: some banks use an id again. Else day, amount and a digest of the
    words. Lines that agree in all of it are numbered as they come.
    """
    seen: Counter[str] = Counter()
    made = []
    for line in lines:
        base = _base(line)
        seen[base] += 1
        made.append(base if seen[base] == 1 else f"{base}/{seen[base]}")
    return made


def _base(line: StatementLine) -> str:
    if has_bank_id(line):
        return f"#{_short(line.bank_id)}/{line.booked_on:%Y%m%d}/{line.minor}"
    digest = sha256(words_of(line.text).encode()).hexdigest()[:24]
    return f"{line.booked_on:%Y%m%d}/{line.minor}/{digest}"


def _short(bank_id: str) -> str:
    if len(bank_id) <= _LONGEST_ID:
        return bank_id
    return f"sha256:{sha256(bank_id.encode()).hexdigest()[:48]}"


def named_by_bank(identity: str) -> bool:
    """Whether an identity holds the bank's own id."""
    return identity.startswith("#")


def identified(lines: Sequence[StatementLine]) -> list[tuple[str, StatementLine]]:
    """The lines with their identities."""
    return list(zip(identities(lines), lines, strict=True))
