"""Card numbers and security codes are masked before anything is stored or logged.

PCI DSS v4.0, requirements 3.3.1 (never keep the security code after authorisation) and 3.4.1 (show
at most the last four digits here). We never ask for either, but shops paste them into notes. A card number
is a run of 13 to 19 digits, written together or in groups with blanks or dashes, that begins like
a card of a known scheme, has that scheme's length and passes the Luhn check. A GUID is never one, nor is
a part of a longer number.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

Span = tuple[int, int]

# A blank or dash between digits: plain, form-encoded, as a JSON escape, or the no-break space of UTF-8.
_GAP: Final = rb"(?:[ +-]|%20|%2[Dd]|\\u00[aA]0|\xc2\xa0){0,3}"
_DIGITS: Final = re.compile(rb"[0-9]+")
_RUN: Final = re.compile(rb"[0-9](?:" + _GAP + rb"[0-9]){12,}")
# What no part of is a card number: a GUID, and what is left of a number masked before.
_SETTLED: Final = re.compile(rb"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|\*{9,}[0-9]{4}(?![0-9])")
_JSON_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)

_GAP_WITH_DIGITS: Final = re.compile(rb"%20|%2[Dd]|\\u00[aA]0")

# The fast way past a clean body: with everything that may stand in a gap left out, and every digit a "0",
# a card number is thirteen zeros in a row. Letting too much through costs time only.
_GAPS_LEFT_OUT: Final = b" +-%\\uaAdD\xc2\xa0"
_DIGITS_TO_ZERO: Final = bytes(0x30 if 0x30 <= byte <= 0x39 else 0x78 for byte in range(256))
_SHORTEST: Final = b"0" * 13
_CODE_WORDS: Final = (b"cv", b"csc", b"curity", b"verification")
_CODE: Final = re.compile(
    rb"(?:cvv2?|cvc2?|cvn2?|cv2|(?<![a-z])csc|security(?:%20|[ _+-])?code|verification(?:%20|[ _+-])?(?:value|code|number))"
    rb"(?:[^0-9a-z&]|%20|%3a){0,6}(?:(?:is|no|number|code)[^0-9a-z&]{1,4})?(?<![0-9])([0-9]{3,4})(?![0-9.])",
    re.IGNORECASE,
)

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
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def mask(body: bytes) -> tuple[bytes, bool]:
    """`body` with card numbers and security codes starred out, and whether there were any.

    Card numbers keep their last four digits. JSON stays JSON: a number that stands there bare
    becomes a string. Works on JSON, forms, XML and plain text in any encoding that keeps ASCII.
    """
    cards, codes = _found_cards(body), _found_codes(body)
    if not cards and not codes:
        return body, False
    return _starred(body, cards, codes), True


def _found_cards(body: bytes) -> list[Span]:
    if _SHORTEST not in body.translate(_DIGITS_TO_ZERO, _GAPS_LEFT_OUT):
        return []
    return list(_card_spans(body))


def _found_codes(body: bytes) -> list[Span]:
    lowered = body.lower()
    if not any(word in lowered for word in _CODE_WORDS):
        return []
    return [match.span(1) for match in _CODE.finditer(lowered)]


def mask_text(text: str) -> str:
    """As `mask`, for text on its way to a log or a page."""
    masked, found = mask(text.encode("utf-8", "surrogatepass"))
    return masked.decode("utf-8", "surrogatepass") if found else text


def is_card_number(digits: str) -> bool:
    """Whether bare `digits` begin like a card, are as long as that scheme's cards, and pass Luhn."""
    known = any(
        len(digits) in lengths and low <= digits[: len(low)] <= high for low, high, lengths in _SCHEMES
    )
    return known and passes_luhn(digits)


def passes_luhn(digits: str) -> bool:
    """The check digit of ISO/IEC 7812-1, annex B."""
    values = [ord(digit) - 48 for digit in reversed(digits)]
    return (sum(values[::2]) + sum(_DOUBLED[value] for value in values[1::2])) % 10 == 0


def _card_spans(body: bytes) -> Iterator[Span]:
    settled = [match.span() for match in _SETTLED.finditer(body)]
    for run in _RUN.finditer(body):
        yield from _cards_among(body, _digit_groups(run), settled)


def _digit_groups(run: re.Match[bytes]) -> list[Span]:
    # The digits of an escaped blank ("%20", "\\u00a0") are no digits of the number.
    blanked = _GAP_WITH_DIGITS.sub(lambda gap: b" " * len(gap.group()), run.group())
    return [(run.start() + group.start(), run.start() + group.end()) for group in _DIGITS.finditer(blanked)]


def _cards_among(body: bytes, groups: list[Span], settled: list[Span]) -> Iterator[Span]:
    """The longest card number that starts at each group: only whole groups make one."""
    index = 0
    while index < len(groups):
        count = _groups_of_card(body, groups[index : index + 19], settled)
        if count:
            yield groups[index][0], groups[index + count - 1][1]
        index += count or 1


def _groups_of_card(body: bytes, groups: list[Span], settled: list[Span]) -> int:
    digits, longest = "", 0
    for count, (start, end) in enumerate(groups, 1):
        digits += body[start : min(end, start + 20)].decode("ascii")
        if len(digits) > 19 or _is_inside(settled, start) or _is_inside(settled, end - 1):
            break
        if is_card_number(digits):
            longest = count
    return longest


def _starred(body: bytes, cards: list[Span], codes: list[Span]) -> bytes:
    quoted = _json_strings(body)
    parts: list[bytes] = []
    done = 0
    for (start, end), kept in sorted((dict.fromkeys(cards, 4) | dict.fromkeys(codes, 0)).items()):
        if start < done:
            continue
        stars = _stars(body[start:end], kept)
        is_bare = quoted is not None and not _is_inside(quoted, start)
        parts += [body[done:start], b'"' + stars + b'"' if is_bare else stars]
        done = end
    return b"".join([*parts, body[done:]])


def _json_strings(body: bytes) -> list[Span] | None:
    """Where the strings of a JSON body are; None when it is something else."""
    if body.lstrip()[:1] not in (b"{", b"["):
        return None
    return [match.span() for match in _JSON_STRING.finditer(body)]


def _stars(written: bytes, kept: int) -> bytes:
    """Stars for all digits but the last `kept`; the gaps between them are dropped."""
    digits = b"".join(_DIGITS.findall(_GAP_WITH_DIGITS.sub(b" ", written)))
    return b"*" * (len(digits) - kept) + (digits[-kept:] if kept else b"")


def _is_inside(spans: list[Span], position: int) -> bool:
    index = bisect_right(spans, (position, 1 << 62)) - 1
    return index >= 0 and spans[index][0] <= position < spans[index][1]
