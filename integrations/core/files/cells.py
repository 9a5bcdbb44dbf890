"""What stands in the cells of a file: days, amounts, currencies, card numbers that are masked."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Final

from integrations.core.currencies import EXPONENTS
from integrations.core.money import InexactAmountError, Money

_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_YEAR_FIRST: Final = re.compile(r"(\d{4})([-/.]?)(\d{2})\2(\d{2})(?!\d)")
_YEAR_LAST: Final = re.compile(r"(\d{1,2})[-/. ]([A-Za-z]{3,9}|\d{1,2})[-/. ,]{1,2}(\d{4}|\d{2})(?!\d)")
_TIME: Final = re.compile(r"[T ,]*(\d{1,2}:\d{2}.*)?")

# ISO 4217 numbers that some write instead of the letters.
_NUMBERED: Final = {"826": "GBP", "978": "EUR", "840": "USD"}
_SIGNS: Final = {"£": "GBP", "€": "EUR", "$": ""}
_DEBIT: Final = re.compile(r"\((?P<in>.*)\)|-(?P<before>.*)|(?P<after>.*)(?:-|DR|CR)", re.IGNORECASE)
_NEGATIVE: Final = re.compile(r"\(.*\)|-.*|.*(?:-|DR|OD|D)", re.IGNORECASE)
_SIGN_WORDS: Final = re.compile(r"^[+-]|(?:[+-]|DR|OD|CR|D|C)$", re.IGNORECASE)
_PLAIN: Final = re.compile(r"-?\d{1,15}\.\d\d")
_POINT: Final = re.compile(r"(?:\d{1,3}(?:[,' ]\d{3})+|\d+)(?:\.\d+)?")
_COMMA: Final = re.compile(r"(?:\d{1,3}(?:[.' ]\d{3})+|\d+)(?:,\d+)?")
_ROUNDED: Final = re.compile(r"\d(?:\.\d+)?E\+\d+", re.IGNORECASE)


class BadCellError(ValueError):
    """A cell that cannot be understood; the message names it in words."""


def read_day(text: str, *, month_first: bool = False) -> date:
    """A day: 2026-03-09, 20260309, 09/03/2026, 9.3.26, 09-Mar-2026; a time after it is passed over.

    `month_first` reads 03/09/2026 as the ninth of March. Raises BadCellError.
    """
    if (found := _YEAR_FIRST.match(text)) is not None:
        year, month, day = int(found[1]), int(found[3]), int(found[4])
    elif (found := _YEAR_LAST.match(text)) is not None:
        first, second, year = found[1], found[2], int(found[3])
        named = _MONTHS.get(second[:3].lower())
        if named is None and not second.isdigit():
            raise BadCellError(f"“{text}” is no day")
        day, month = (int(first), named) if named else (int(first), int(second))
        if month_first and not named:
            day, month = month, day
        year = year + 2000 if year < 100 else year
    else:
        raise BadCellError(f"“{text}” is no day")
    if _TIME.fullmatch(text[found.end() :]) is None:
        raise BadCellError(f"“{text}” is no day")
    return _day(text, year, month, day)


def _day(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        turned = " (is the month written first?)" if month > 12 >= day else ""
        raise BadCellError(f"“{text}” is no day of the calendar{turned}") from None


def read_amount(text: str, currency: str, *, comma: bool = False) -> Money:
    """An amount in major units, without its sign: what an acquirer takes it writes as -12.50, (12.50) or 12.50 DR.

    Thousands may be set apart by commas, blanks or apostrophes; with `comma`, 1.234,50 is read. Raises BadCellError for
    what is no exact amount of the currency, and for another currency beside the number.
    """
    bare = _without_sign(_without_currency(text, currency))
    if (_COMMA if comma else _POINT).fullmatch(bare) is None:
        hint = _COMMA if not comma else _POINT
        turned = " (is the comma the decimal sign?)" if hint.fullmatch(bare) and not comma else ""
        raise BadCellError(f"“{text}” is no amount{turned}")
    digits = re.sub(r"[.' ]" if comma else r"[,' ]", "", bare).replace(",", ".")
    try:
        return Money.from_decimal(Decimal(digits), currency)
    except InexactAmountError:
        raise BadCellError(f"“{text}” has more decimals than {currency}") from None


def read_signed_amount(text: str, currency: str, *, comma: bool = False) -> Money:
    """An amount with its sign: -12.50, 12.50-, (12.50), 12.50 DR and 12.50 OD go out, 12.50, +12.50 and 12.50 CR come in.

    Raises BadCellError as `read_amount` does.
    """
    if not comma and EXPONENTS.get(currency) == 2 and _PLAIN.fullmatch(text):
        return Money(int(text.replace(".", "")), currency)
    bare = _without_currency(text, currency)
    is_negative = _NEGATIVE.fullmatch(bare) is not None
    if not bare.startswith("("):
        bare = _SIGN_WORDS.sub("", bare).strip()
    try:
        amount = read_amount(bare, currency, comma=comma)
    except BadCellError as error:
        raise BadCellError(str(error).replace(f"“{bare}”", f"“{text}”")) from None
    return -amount if is_negative else amount


def _without_currency(text: str, currency: str) -> str:
    bare = text.strip()
    for sign, code in _SIGNS.items():
        if sign in bare:
            if code and code != currency:
                raise BadCellError(f"“{text}” is no amount of {currency}")
            bare = bare.replace(sign, "")
    letters = re.search(r"[A-Z]{3}", bare)
    if letters is not None and letters[0] in EXPONENTS:
        if letters[0] != currency:
            raise BadCellError(f"“{text}” is no amount of {currency}")
        bare = bare.replace(currency, "")
    return bare.replace("\N{MINUS SIGN}", "-").strip()


def _without_sign(bare: str) -> str:
    found = _DEBIT.fullmatch(bare)
    if found is None:
        return bare
    return next(part for part in found.groups() if part is not None).strip()


def read_currency(text: str) -> str:
    """An ISO 4217 code in capitals, from its letters or its number. Raises BadCellError."""
    code = _NUMBERED.get(text.strip(), text.strip().upper())
    if code not in EXPONENTS:
        raise BadCellError(f"“{text}” is no currency")
    return code


def read_last_four(text: str) -> str:
    """The last four digits of a card, however it is masked; "" where none are shown. Raises BadCellError."""
    digits = re.sub(r"\D", "", text)
    if not digits:
        return ""
    if len(digits) < 4 and digits != text.strip():
        raise BadCellError("the card shows fewer than four digits")
    # A spreadsheet drops the zeros in front of 0042.
    return digits[-4:].zfill(4)


def read_number(text: str) -> str:
    """A reference or case number as it stands. Raises BadCellError for one that a spreadsheet has rounded."""
    if _ROUNDED.fullmatch(text):
        raise BadCellError(f"“{text}” was rounded by a spreadsheet: import the file as it was given out")
    return text
