"""SWIFT MT940, customer statement message: any number of them in a file, each with its own balances.

SWIFT Standards MT, category 9: fields 25, 28C, 60F/60M, 61, 86, 62F/62M. Read here and not by a library, because each
message must be checked against its own balances, and each line that cannot be read must be named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from integrations.core.files.cells import BadCellError, read_signed_amount
from integrations.core.files.tables import UnreadableFileError, decoded_text
from reconciliation.statements.core.accounts import hint
from reconciliation.statements.core.balances import check_sums
from reconciliation.statements.core.mt940_text import information
from reconciliation.statements.core.repeats import without_repeats, words_of_repeats
from reconciliation.statements.core.statement import (
    BadLine,
    Statement,
    StatementError,
    StatementLine,
    refuse_bad,
)

_FIELD: Final = re.compile(r"(?:\{.*\})?(?:\{4:)?\s*:(\d\d[A-Z]?):(.*)")
_END: Final = re.compile(r"-\}?\s*(\{5:.*)?")
_LINE: Final = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4})?(?P<mark>R?[CD]|E[CD])(?P<funds>[A-Z])?(?P<amount>\d[\d.]*(?:,\d*)?)"
    r"(?P<type>[A-Z][A-Z0-9]{3})(?P<own>.*?)(?://(?P<bank>.*))?"
)
_BALANCE: Final = re.compile(r"(?P<mark>[CD])(?P<day>\d{6})(?P<currency>[A-Z]{3})(?P<amount>\d+(?:,\d*)?)")
_OUT: Final = frozenset({"D", "RC"})
"""Marks of money going out: a debit, and a credit taken back."""
_NOTHING: Final = frozenset({"", "NONREF"})
_HEADER: Final = "{1:"


@dataclass(slots=True)
class _Field:
    """One field: where it begins, its tag, and its lines."""

    row: int
    tag: str
    lines: list[str]


@dataclass(slots=True)
class _Message:
    row: int
    fields: list[_Field] = field(default_factory=list)

    def first(self, *tags: str) -> _Field | None:
        return next((each for each in self.fields if each.tag in tags), None)


def read_mt940(content: bytes) -> tuple[Statement, ...]:
    """The statements in the file, one for each message. Raises StatementError."""
    bad: list[BadLine] = []
    made = [_statement(message, bad) for message in _messages(_text(content))]
    refuse_bad(bad, "mt940")
    statements = tuple(each for each in made if each is not None)
    for each in statements:
        check_sums(each)
    return statements


def _text(content: bytes) -> str:
    """In the characters of SWIFT as a rule; some banks add accents of their own."""
    try:
        return decoded_text(content)[0]
    except UnreadableFileError as error:
        raise StatementError(str(error)) from error


def _messages(text: str) -> list[_Message]:
    splitter = _Splitter()
    for row, line in enumerate(text.splitlines(), 1):
        splitter.take(row, line)
    if splitter.begun:
        raise StatementError(
            f"The message that begins in line {splitter.begun} is cut off. Download the file again."
        )
    return splitter.messages


class _Splitter:
    """Puts lines to their fields and fields to their messages; a message begins with field 20."""

    def __init__(self) -> None:
        self.messages: list[_Message] = []
        self.begun = 0
        """The row of a header that no message has followed yet."""

    def take(self, row: int, line: str) -> None:
        found = _FIELD.fullmatch(line)
        if line.startswith(_HEADER):
            self.begun = row
        if found is not None:
            self._begin(row, found[1], found[2])
        elif self.messages and line.strip() and not (_END.fullmatch(line) or line.startswith("{")):
            self.messages[-1].fields[-1].lines.append(line)

    def _begin(self, row: int, tag: str, value: str) -> None:
        if tag == "20":
            self.messages.append(_Message(row))
            self.begun = 0
        if not self.messages:
            raise StatementError(f"Line {row}: the message has not begun (field 20 is missing).")
        self.messages[-1].fields.append(_Field(row, tag, [value]))


def _statement(message: _Message, bad: list[BadLine]) -> Statement | None:
    first = _balance(_needed(message, "opening balance (field 60F)", "60F", "60M"))
    last = _balance(_needed(message, "closing balance (field 62F)", "62F", "62M"))
    before = len(bad)
    lines = _lines(message, first.currency, bad)
    if len(bad) > before:
        return None
    kept, repeated = without_repeats(lines, last.minor - first.minor)
    account = message.first("25", "25P")
    days = [line.booked_on for line in kept] or [last.day]
    return Statement(
        format="mt940",
        layout="MT940",
        account=hint(_account_number(account.lines[0] if account else "")),
        currency=first.currency,
        starts_on=min(days),
        ends_on=max([*days, last.day]),
        lines=tuple(kept),
        opening_minor=first.minor,
        closing_minor=last.minor,
        notes=(words_of_repeats(repeated),) if repeated else (),
    )


def _needed(message: _Message, name: str, *tags: str) -> _Field:
    found = message.first(*tags)
    if found is None:
        raise StatementError(
            f"The message that begins in line {message.row} has no {name}: the file is cut off or changed. Download it "
            "again."
        )
    return found


def _account_number(written: str) -> str:
    """Field 25 may name the bank before a slash, and the currency after the number."""
    return re.sub(r"\s*[A-Z]{3}$", "", written.rpartition("/")[2].strip())


@dataclass(frozen=True, slots=True)
class _Balance:
    day: date
    currency: str
    minor: int


def _balance(found: _Field) -> _Balance:
    match = _BALANCE.match(found.lines[0].strip())
    try:
        if match is None:
            raise BadCellError(f"“{found.lines[0]}” is no balance")
        minor = read_signed_amount(match["amount"].removesuffix(","), match["currency"], comma=True).minor
        return _Balance(_day(match["day"]), match["currency"], -minor if match["mark"] == "D" else minor)
    except (BadCellError, ValueError) as error:
        raise StatementError(f"Line {found.row}: the balance cannot be read: {error}.") from error


def _lines(message: _Message, currency: str, bad: list[BadLine]) -> list[StatementLine]:
    """Each field 61 with the field 86 that follows it; one after the closing balance is about the whole statement."""
    lines = []
    for place, found in enumerate(message.fields):
        if found.tag != "61":
            continue
        after = message.fields[place + 1] if place + 1 < len(message.fields) else None
        told = after.lines if after is not None and after.tag == "86" else []
        try:
            line = _line(found, told, currency)
        except (BadCellError, ValueError) as error:
            bad.append(BadLine(found.row, (f"“{found.lines[0]}” cannot be read: {error}.",)))
            continue
        if line is not None:
            lines.append(line)
    return lines


def _line(found: _Field, told: list[str], currency: str) -> StatementLine | None:
    match = _LINE.fullmatch(found.lines[0].strip())
    if match is None:
        raise BadCellError("it is not built as field 61 is")
    if match["mark"].startswith("E"):
        # Expected, not booked: the balances leave it out too.
        return None
    minor = read_signed_amount(match["amount"].removesuffix(","), currency, comma=True).minor
    if not minor:
        return None
    own, bank = match["own"].strip(), (match["bank"] or "").strip()
    more = " ".join(found.lines[1:]).strip()
    said = information(told)
    return StatementLine(
        found.row,
        _booked_on(match["value"], match["entry"]),
        -minor if match["mark"] in _OUT else minor,
        bank,
        said.reference or ("" if own in _NOTHING else own),
        " ".join(filter(None, (said.text, more))),
        said.name,
    )


def _booked_on(value: str, entry: str | None) -> date:
    """The day of booking has no year: it is near the value day."""
    valued = _day(value)
    if not entry:
        return valued
    month, day = int(entry[:2]), int(entry[2:])
    year = valued.year
    if valued.month == 12 and month == 1:
        year += 1
    elif valued.month == 1 and month == 12:
        year -= 1
    return date(year, month, day)


def _day(text: str) -> date:
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        raise BadCellError(f"“{text}” is no day of the calendar") from None
