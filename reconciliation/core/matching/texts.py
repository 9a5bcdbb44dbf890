"""What is left of a line's texts when bank noise is taken away: words, digit runs, the reference, the name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from reconciliation.core.matching.lines import Line

NOISE: Final = frozenset({
    "BGC", "FPI", "FPO", "FPS", "CHQ", "CARD", "BACS", "CHAPS", "FASTER", "PAYMENT", "PAYMENTS",
    "PAYMT", "PYMT", "PMT", "RECEIVED", "CREDIT", "DEBIT", "TRANSFER", "TFR", "TRF", "STO", "STANDING",
    "ORDER", "DD", "REF", "REFERENCE", "FROM", "VIA", "MOBILE", "ONLINE", "BANK", "BANKING", "BILL",
    "CR", "DR", "BP", "INV", "INVOICE", "NO", "NUMBER", "LTD", "LIMITED", "PLC", "LLP", "LLC", "INC",
    "GMBH", "CO", "COMPANY", "AND", "THE", "OF", "FOR", "TO", "BY", "ON", "UK", "GB", "GBP", "EUR",
    "USD", "MR", "MRS", "MS", "MISS", "SIR", "PAYM", "ACH", "SEPA", "COUNTER", "GIRO", "INTERNET",
    "DEP", "DEPOSIT", "SALE", "ORDERS", "ACC", "ACCOUNT", "TXN", "TRANS", "DIRECT", "AUTO"
})  # fmt: skip
"""Words that banks and books add to every line."""

_TOKEN: Final = re.compile(r"[A-Z0-9]+")
_RUN: Final = re.compile(r"[0-9]+")
_PADDED: Final = re.compile(r"(?<![0-9])0[0-9]{4,}")
_PREFIX: Final = re.compile(r"^[A-Z]{2,}(?=[0-9])")
_LONG_WORD: Final = 4
_DIGITS: Final = 3
_DATES: Final = re.compile(r"^(?:20[0-9]{2}[01][0-9][0-3][0-9]|[0-3][0-9][01][0-9]20[0-9]{2})$")


@dataclass(frozen=True, slots=True)
class Said:
    """What the texts of a line say.

    `compact`: all texts without anything but letters and digits. `tokens`: their words. `runs`: their digit runs without
    leading zeros. `ref`: the reference alone, compact; `ref_runs` its runs in order. `name`: words of the payer's name,
    `words` of all texts. `known`: the keys known to be exact.
    """

    compact: str
    tokens: tuple[str, ...]
    runs: frozenset[str]
    ref: str
    ref_runs: tuple[str, ...]
    name: tuple[str, ...]
    words: frozenset[str]
    known: frozenset[str]


def plain(text: str) -> str:
    """Upper case without accents."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return text.upper()


def said_by(line: Line) -> Said:
    """Read a line's texts once."""
    reference = _TOKEN.findall(plain(line.reference))
    described = _TOKEN.findall(plain(line.description))
    party = _TOKEN.findall(plain(line.counterparty))
    tokens = (*reference, *described, *party)
    ref_tokens = reference or [token for token in described if digits_in(token) > _DIGITS]
    ref = "".join(ref_tokens) if reference else max(ref_tokens, key=len, default="")
    words = frozenset(_words(tokens))
    name = tuple(dict.fromkeys([token for token in party or described if token in words]))
    if not name:
        name = tuple(dict.fromkeys([token for token in described if token in words]))
    return Said(
        "".join(tokens), tokens, frozenset(_runs(tokens)), ref, tuple(_runs(reference or [ref])), name, words,
        frozenset(filter(None, map(compact, line.keys))),
    )  # fmt: skip


def name_core(text: str) -> str:
    """The words of a payer's name in alphabetical order, without bank noise, titles and legal forms."""
    return " ".join(sorted(set(_words(_TOKEN.findall(plain(text))))))


def _words(tokens: Iterable[str]) -> list[str]:
    """Words of letters; letters merged with digits are a part of something else."""
    return [token for token in tokens if token.isalpha() and token not in NOISE]


def _runs(tokens: Iterable[str]) -> list[str]:
    return [_bare(run) for run in _RUN.findall(" ".join(tokens))]


def _bare(run: str) -> str:
    return run.lstrip("0") or "0"


def digits_in(token: str) -> int:
    """How many digits it has."""
    return sum(map(str.isdigit, token))


def letters_before_digits(ref: str) -> str:
    """`INV` of `INV10234`; "" if the reference does not begin that way."""
    found = _PREFIX.match(ref)
    return found[0] if found else ""


def keys_of(said: Said, line: Line) -> set[str]:
    """Whatever may tie the line to another: runs of four digits, long words, the whole reference, keys known as such."""
    keys = {run for run in said.runs if len(run) > _DIGITS and not _DATES.match(run)}
    keys.update(_PADDED.findall(" ".join(said.tokens)))
    for token in said.tokens:
        if len(token) >= _LONG_WORD and not token.isdigit() and token not in NOISE:
            keys.add(token)
    if len(said.ref) > _DIGITS:
        keys.add(said.ref)
    keys.update(said.known)
    keys.update(run for run in _runs(said.known) if len(run) > _DIGITS)
    if line.batch:
        keys.add(compact(line.batch))
    return keys


def compact(text: str) -> str:
    """Nothing but capital letters and digits."""
    return "".join(_TOKEN.findall(plain(text)))
