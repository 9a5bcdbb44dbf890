"""What a payment card's number looks like: the ranges of the schemes, their lengths, and the check digit."""

from __future__ import annotations

from collections import defaultdict
from itertools import accumulate
from typing import Final

LONGEST: Final = 19
SHORTEST: Final = 13

# First digits (a range, all of one length) and the lengths in use, by scheme (ISO/IEC 7812 ranges).
_SCHEMES: Final[tuple[tuple[str, str, range], ...]] = (
    ("4", "4", range(13, 20)),  # Visa, Visa Debit, Visa Electron
    ("50", "59", range(13, 20)),  # Mastercard, Maestro, Dankort, Verve
    ("60", "69", range(13, 20)),  # Discover, Maestro, UnionPay, RuPay
    ("34", "34", range(15, 16)),  # American Express
    ("37", "37", range(15, 16)),
    ("300", "305", range(14, 20)),  # Diners Club
    ("309", "309", range(14, 20)),
    ("36", "36", range(14, 20)),
    ("38", "39", range(14, 20)),
    ("3528", "3589", range(16, 20)),  # JCB
    ("2200", "2204", range(16, 20)),  # Mir
    ("2221", "2720", range(16, 17)),  # Mastercard
    ("81", "82", range(16, 20)),  # UnionPay, RuPay
    ("9792", "9792", range(16, 17)),  # Troy
)
_BY_FIRST_DIGIT: Final[defaultdict[str, list[tuple[str, str, range]]]] = defaultdict(list)
for _scheme in _SCHEMES:
    _BY_FIRST_DIGIT[_scheme[0][0]].append(_scheme)
_NO_LENGTHS: Final = range(0)
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def lengths_for(digits: str) -> range:
    """How long a card number may be that begins with these digits (at least four); empty when none does."""
    for low, high, lengths in _BY_FIRST_DIGIT.get(digits[:1], ()):
        if low <= digits[: len(low)] <= high:
            return lengths
    return _NO_LENGTHS


def passes_luhn(digits: str) -> bool:
    """The check digit of ISO/IEC 7812-1, annex B."""
    return LuhnSums(digits).hold(0, len(digits))


def is_card_number(digits: str) -> bool:
    """Whether bare `digits` begin like a card, are as long as that scheme's cards, and pass Luhn."""
    return len(digits) in lengths_for(digits) and passes_luhn(digits)


class LuhnSums:
    """Running sums over a long row of digits, so that the check of any part of it takes no time."""

    def __init__(self, digits: str) -> None:
        values = [ord(digit) - 48 for digit in digits]
        even, odd = values.copy(), values.copy()
        odd[::2] = [_DOUBLED[value] for value in values[::2]]
        even[1::2] = [_DOUBLED[value] for value in values[1::2]]
        # In a part that ends on an even place the digits on odd places are doubled, and the other way round.
        self._sums = (list(accumulate(even, initial=0)), list(accumulate(odd, initial=0)))

    def hold(self, start: int, end: int) -> bool:
        """Whether digits[start:end] passes."""
        sums = self._sums[(end - 1) % 2]
        return (sums[end] - sums[start]) % 10 == 0
