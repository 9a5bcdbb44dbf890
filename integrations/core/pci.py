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
from collections.abc import Collection, Iterator
from itertools import accumulate
from typing import Final

from integrations.core.card_numbers import LONGEST, SHORTEST, LuhnSums, lengths_for

Span = tuple[int, int]

_DIGITS: Final = re.compile(rb"[0-9]+")
# What stands for a blank or dash where it is written as an escape, and what stands for any other escape: the
# hexadecimal digits of an escape are no digits of a number.
_GAP_ESCAPE, _OTHER_ESCAPE = b"\x01", b"\x02"
_JSON_ESCAPES: Final = re.compile(rb"\\u[0-9A-Fa-f]{4}|%2[0Dd]|\xc2\xa0")
_FORM_ESCAPES: Final = re.compile(rb"%[0-9A-Fa-f]{2}|\xc2\xa0")
_GAP_ESCAPES: Final = frozenset((rb"\u00a0", rb"\u0020", rb"\u002d", b"%20", b"%2d", b"%2b", b"\xc2\xa0"))
_RUN: Final = re.compile(rb"[0-9](?:(?:[ +-]|\x01+){0,3}[0-9]){12,}")
# What no part of is a card number: a GUID, what is left of a number masked before, and the card scheme's own id of a
# transaction (Opayo Server protocol 4.00, SchemeTraceID): starred out, its notification could not be verified later.
_SETTLED: Final = re.compile(
    rb"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|\*{9,}[0-9]{4}(?![0-9])|(?<=\bSchemeTraceID=)[0-9A-Za-z]+"
)
_JSON_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)

# The fast way past a clean body: with everything that may stand in a gap left out, and every digit a "0",
# a card number is thirteen zeros in a row. Letting too much through costs time only.
_GAPS_LEFT_OUT: Final = b" +-%\\uaAbBdD\xc2\xa0"
_DIGITS_TO_ZERO: Final = bytes(0x30 if 0x30 <= byte <= 0x39 else 0x78 for byte in range(256))
_SHORTEST: Final = b"0" * SHORTEST
_CODE_WORDS: Final = (b"cv", b"csc", b"verification")
_SECURITY_CODE: Final = re.compile(rb"curity(?:%20|[ _+-])?code")
_CODE: Final = re.compile(
    rb"(?:cvv2?|cvc2?|cvn2?|cv2|(?<![a-z])csc|security(?:%20|[ _+-])?code|verification(?:%20|[ _+-])?(?:value|code|number))"
    rb"(?:[^0-9a-z&]|%20|%3a){0,6}(?:(?:is|no|number|code)[^0-9a-z&]{1,4})?(?<![0-9])([0-9]{3,4})(?![0-9.])"
)


def mask(body: bytes, identifiers: Collection[bytes] = ()) -> tuple[bytes, bool]:
    """`body` with card numbers and security codes starred out, and whether there were any.

    `identifiers` are values that the sender's protocol defines as something else (a SchemeTraceID or
    the digits of a signature may pass for a card number by chance); they stay. Card numbers keep their last four digits. JSON stays JSON: a number that stands there bare
    becomes a string. Works on JSON, forms, XML and plain text in any encoding that keeps ASCII.
    """
    cards, codes = _found_cards(body), _found_codes(body)
    if cards and identifiers:
        known = sorted(_occurrences(body, identifiers))
        cards = [(start, end) for start, end in cards if not _is_inside(known, start)]
    if not cards and not codes:
        return body, False
    return _starred(body, cards, codes), True


def _occurrences(body: bytes, identifiers: Collection[bytes]) -> Iterator[Span]:
    for identifier in identifiers:
        start = body.find(identifier) if len(identifier) >= SHORTEST else -1
        while start >= 0:
            yield start, start + len(identifier)
            start = body.find(identifier, start + 1)


def _found_cards(body: bytes) -> list[Span]:
    if _SHORTEST not in body.translate(_DIGITS_TO_ZERO, _GAPS_LEFT_OUT):
        return []
    return list(_card_spans(body))


def _found_codes(body: bytes) -> list[Span]:
    lowered = body.lower()
    if not any(word in lowered for word in _CODE_WORDS) and not _SECURITY_CODE.search(lowered):
        return []
    return [match.span(1) for match in _CODE.finditer(lowered)]


def mask_text(text: str) -> str:
    """As `mask`, for text on its way to a log or a page."""
    masked, found = mask(text.encode("utf-8", "surrogatepass"))
    return masked.decode("utf-8", "surrogatepass") if found else text


def _card_spans(body: bytes) -> Iterator[Span]:
    plain = _without_escapes(body)
    settled = [match.span() for match in _SETTLED.finditer(plain)]
    for run in _RUN.finditer(plain):
        groups = [
            (run.start() + group.start(), run.start() + group.end())
            for group in _DIGITS.finditer(run.group())
        ]
        yield from _cards_among(plain, groups, settled)


def _without_escapes(body: bytes) -> bytes:
    """The body, equally long, with its escapes replaced by what they mean for a number.

    A form holds neither blanks nor quotes; in any other text a per cent sign is mostly just that.
    """
    is_form = b"=" in body and not any(sign in body for sign in (b" ", b"\n", b'"'))
    return (_FORM_ESCAPES if is_form else _JSON_ESCAPES).sub(_stand_in, body)


def _stand_in(escape: re.Match[bytes]) -> bytes:
    written = escape.group()
    sign = _GAP_ESCAPE if written.lower() in _GAP_ESCAPES else _OTHER_ESCAPE
    return sign * len(written)


def _cards_among(body: bytes, groups: list[Span], settled: list[Span]) -> Iterator[Span]:
    """The longest card number that starts at each group: only whole groups make one."""
    digits = b"".join([body[start:end] for start, end in groups]).decode("ascii")
    offsets = list(accumulate((end - start for start, end in groups), initial=0))
    is_free = [not (_is_inside(settled, start) or _is_inside(settled, end - 1)) for start, end in groups]
    sums = LuhnSums(digits)
    index = 0
    while index < len(groups):
        end = _end_of_card(digits, offsets, is_free, sums, index)
        if end > index:
            yield groups[index][0], groups[end - 1][1]
        index = max(end, index + 1)


def _end_of_card(digits: str, offsets: list[int], is_free: list[bool], sums: LuhnSums, index: int) -> int:
    """The group after the longest card number that starts at group `index`; `index` itself when none does."""
    start = offsets[index]
    lengths = lengths_for(digits[start : start + 4])
    longest = index
    for end in range(index + 1, min(index + LONGEST, len(is_free)) + 1 if lengths else 0):
        length = offsets[end] - start
        if length > LONGEST or not is_free[end - 1]:
            break
        if length in lengths and sums.hold(start, offsets[end]):
            longest = end
    return longest


def _starred(body: bytes, cards: list[Span], codes: list[Span]) -> bytes:
    quoted, plain = _json_strings(body), _without_escapes(body)
    parts: list[bytes] = []
    done = 0
    for (start, end), kept in sorted((dict.fromkeys(cards, 4) | dict.fromkeys(codes, 0)).items()):
        if start < done:
            continue
        stars = _stars(plain[start:end], kept)
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
    digits = b"".join(_DIGITS.findall(written))
    return b"*" * (len(digits) - kept) + (digits[-kept:] if kept else b"")


def _is_inside(spans: list[Span], position: int) -> bool:
    index = bisect_right(spans, (position, 1 << 62)) - 1
    return index >= 0 and spans[index][0] <= position < spans[index][1]
