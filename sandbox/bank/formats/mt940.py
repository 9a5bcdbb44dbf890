"""SWIFT MT940, customer statement message: one message a day, as banks send them.

SWIFT Standards, category 9: fields 20, 25, 28C, 60F, 61, 86, 62F, 64; character set x.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from sandbox.bank.core.accounts import BIC
from sandbox.bank.core.lines import Code, Line, Statement

_TYPES: Final = {
    Code.GIRO: "NTRF",
    Code.FASTER_IN: "NTRF",
    Code.FASTER_OUT: "NTRF",
    Code.DIRECT_DEBIT: "NDDT",
    Code.STANDING_ORDER: "NSTO",
    Code.CHARGE: "NCHG",
    Code.TRANSFER: "NTRF",
    Code.CASH: "NMSC",
}
_FORBIDDEN: Final = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
_WIDTH: Final = 65
_MOST_LINES: Final = 6
_LONGEST_REFERENCE: Final = 16


def messages(statement: Statement) -> str:
    """All messages, each ended by a line with a dash."""
    return "".join(_message(day) for day in statement.by_day())


def _message(day: Statement) -> str:
    fields = [
        f"{{1:F01{BIC[:8]}AXXX0000000000}}{{2:I940{BIC[:8]}XXXXN}}{{4:",
        f":20:{day.account.currency}{day.last:%y%m%d}",
        f":25:{day.account.iban}",
        f":28C:{day.last:%j}/1",
        f":60F:{_balance(day.opening, f'{day.first:%y%m%d}', day.account.currency)}",
    ]
    for line in day.lines:
        fields += _line(line)
    closing = _balance(day.closing, f"{day.last:%y%m%d}", day.account.currency)
    return "\r\n".join([*fields, f":62F:{closing}", f":64:{closing}", "-}", ""])


def _line(line: Line) -> list[str]:
    mark = "C" if line.amount > 0 else "D"
    own = _swift(line.reference)[:_LONGEST_REFERENCE].strip(" /") or "NONREF"
    head = (
        f":61:{line.on:%y%m%d%m%d}{mark}{_amount(abs(line.amount))}{_TYPES[line.code]}{own}//{line.line_id}"
    )
    return [head, *_information(line.text)]


def _information(text: str) -> list[str]:
    rest = _swift(text)
    parts = [rest[start : start + _WIDTH] for start in range(0, len(rest), _WIDTH)][:_MOST_LINES]
    # A part that began with a colon or a dash would read as the next field.
    return [f":86:{parts[0]}", *(f" {part[1:]}" if part[0] in ":-" else part for part in parts[1:])]


def _balance(amount: Decimal, day: str, currency: str) -> str:
    return f"{'D' if amount < 0 else 'C'}{day}{currency}{_amount(abs(amount))}"


def _amount(amount: Decimal) -> str:
    """With the comma that field 15d asks for."""
    return format(amount, ".2f").replace(".", ",")


def _swift(text: str) -> str:
    return _FORBIDDEN.sub(".", text)
