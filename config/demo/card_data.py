"""Looking for card numbers and security codes in what a run has left behind: the database, row by row, and the logs.

Judges the product, so it shares nothing with the masking it judges: a card number is here whatever has 13 to 19 digits, in
groups or not, begins like one, is as long as those and passes the check of ISO/IEC 7812-1; a security code, three or four
digits behind its name. The card schemes' ids of transactions (Opayo Server protocol 4.00, SchemeTraceID) are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

_RUN: Final = re.compile(rb"[0-9]+(?:[ -][0-9]+)*")
_GROUP: Final = re.compile(rb"[0-9]+")
_CARDS: Final = (
    (re.compile(rb"4"), {13, 16, 18, 19}),  # Visa
    (
        re.compile(rb"5[0-9]|6[0-9]|35|2[2-7]"),
        {16, 17, 18, 19},
    ),  # Mastercard, Maestro, Discover, UnionPay, JCB
    (re.compile(rb"3[47]"), {15}),  # American Express
    (re.compile(rb"3[689]|30[0-59]"), {14, 16, 19}),  # Diners Club
)
_TRACE: Final = re.compile(rb'SchemeTraceID(?:=|": ?")[0-9A-Za-z]+')
_SECURITY_CODE: Final = re.compile(
    rb"(?:cvv2?|cvc2?|cv2|csc|security[ _-]?code)[^0-9A-Za-z]{1,6}([0-9]{3,4})(?![0-9A-Za-z])", re.IGNORECASE
)
_BYTES: Final = re.compile(rb"\\\\x((?:[0-9a-f]{2})+)")
"""How COPY writes a bytea."""
_WORD: Final = re.compile(rb"[0-9A-Za-z+/=_-]")
_DIGEST: Final = 32
"""A word so long is a digest, an id or a ciphertext; digits within it are no number."""
_MOST_GROUPS: Final = 6


@dataclass(frozen=True, slots=True)
class Found:
    """Something that must not be there. Only its end is said, so that no log holds it because of us."""

    place: str
    what: str
    ends_in: str


def found_in(place: str, text: bytes) -> Iterator[Found]:
    """Card numbers and security codes in one piece of text."""
    for part in _readable(text):
        for number in _card_numbers(part):
            yield Found(place, "card number", number[-4:].decode())
        for match in _SECURITY_CODE.finditer(part):
            yield Found(place, "security code", match[1][-1:].decode())


def _readable(text: bytes) -> Iterator[bytes]:
    """The text, and what it holds as bytes."""
    yield _TRACE.sub(b"", _BYTES.sub(b"", text))
    for match in _BYTES.finditer(text):
        yield _TRACE.sub(b"", bytes.fromhex(match[1].decode()))


def _card_numbers(text: bytes) -> Iterator[bytes]:
    for run in _RUN.finditer(text):
        if run.end() - run.start() >= 13 and not _is_in_long_word(text, run):
            groups = [group.group() for group in _GROUP.finditer(run.group())]
            yield from _among(groups)


def _is_in_long_word(text: bytes, run: re.Match[bytes]) -> bool:
    begin, end = run.start(), run.end()
    if b" " in run.group():
        return False
    while begin and _WORD.match(text, begin - 1):
        begin -= 1
    while end < len(text) and _WORD.match(text, end):
        end += 1
    return end - begin >= _DIGEST


def _among(groups: list[bytes]) -> Iterator[bytes]:
    for first in range(len(groups)):
        digits = b""
        for group in groups[first : first + _MOST_GROUPS]:
            digits += group
            if len(digits) > 19:
                break
            if _is_like_one(digits) and _passes(digits):
                yield digits
                return


def _is_like_one(digits: bytes) -> bool:
    return any(begins.match(digits) and len(digits) in lengths for begins, lengths in _CARDS)


def _passes(digits: bytes) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = (digit - 48) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def rows_of(url: str) -> Iterator[tuple[str, bytes]]:
    """Every row of every table, as COPY writes it."""
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        for (table,) in cursor.fetchall():
            with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
                yield from ((table, bytes(row)) for row in _lines(copy))


def _lines(chunks: Iterable[bytes | bytearray | memoryview]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + bytes(chunk)).split(b"\n")
        yield from lines
    if rest:
        yield rest


def lines_of(paths: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Every line of these files."""
    for path in paths:
        with path.open("rb") as file:
            yield from ((path.name, line) for line in file)


def search(pieces: Iterable[tuple[str, bytes]]) -> list[Found]:
    """What is in them, in order."""
    return [found for place, text in pieces for found in found_in(place, text)]
