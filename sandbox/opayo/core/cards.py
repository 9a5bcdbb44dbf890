"""Card numbers: schemes, check digit, the vendor's published test cards."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from sandbox.opayo.core.status_codes import Refusal

PI_CARD_TYPES = {
    "VISA": "Visa",
    "DELTA": "VisaDebit",
    "UKE": "VisaElectron",
    "MC": "MasterCard",
    "MCDEBIT": "DebitMasterCard",
    "MAESTRO": "Maestro",
    "AMEX": "AmericanExpress",
    "DC": "Discover",
    "JCB": "JCB",
}
"""CardType of the protocol: cardType of Pi."""


@dataclass(frozen=True, slots=True)
class TestCard:
    """A card number that works in the test environment only."""

    __test__ = False

    number: str
    payment_system: str
    label: str
    is_approved: bool = True


TEST_CARDS = (
    TestCard("4929000000006", "VISA", "Visa"),
    TestCard("4929000005559", "VISA", "Visa"),
    TestCard("4929000000014", "VISA", "Visa"),
    TestCard("4929000000022", "VISA", "Visa"),
    TestCard("4484000000002", "VISA", "Visa Corporate"),
    TestCard("4462000000000003", "DELTA", "Visa Debit"),
    TestCard("4917300000000008", "UKE", "Visa Electron"),
    TestCard("5186150660000009", "MC", "Mastercard"),
    TestCard("5186150660000025", "MC", "Mastercard"),
    TestCard("5186150660000108", "MC", "Mastercard"),
    TestCard("5186150660000207", "MC", "Mastercard"),
    TestCard("5185690060000001", "MCDEBIT", "Debit Mastercard"),
    TestCard("6759000000005", "MAESTRO", "Maestro (UK)"),
    TestCard("6705000000008", "MAESTRO", "Maestro (Germany)"),
    TestCard("5185570760000008", "MAESTRO", "Maestro (Ireland)"),
    TestCard("6766000000000", "MAESTRO", "Maestro (Spain)"),
    TestCard("374200000000004", "AMEX", "American Express"),
    TestCard("36000000000008", "DC", "Diners Club / Discover"),
    TestCard("3569990000000009", "JCB", "JCB"),
    TestCard("4929602110085639", "VISA", "Visa, declined", is_approved=False),
    TestCard("5403814948608092", "MC", "Mastercard, declined", is_approved=False),
)
_BY_NUMBER = {card.number: card for card in TEST_CARDS}

_RANGES = (
    ("AMEX", re.compile(r"3[47]")),
    ("JCB", re.compile(r"35(?:2[89]|[3-8])")),
    ("DC", re.compile(r"3(?:0[0-5]|6|8)|6011|65")),
    ("UKE", re.compile(r"4917|4913|4844|4508|4026")),
    ("DELTA", re.compile(r"4462|4539|4544")),
    ("VISA", re.compile(r"4")),
    ("MC", re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720")),
    ("MAESTRO", re.compile(r"50|5[6-9]|6")),
)


def luhn_is_right(number: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def payment_system_of(number: str) -> str:
    """CardType of the protocol for a card number; refusal 4021 for a range nobody accepts."""
    known = _BY_NUMBER.get(number)
    if known is not None:
        return known.payment_system
    for name, pattern in _RANGES:
        if pattern.match(number):
            return name
    raise Refusal("4021")


@dataclass(frozen=True, slots=True)
class Card:
    """What may be kept of a card: never its number, never its security code (PCI DSS 3)."""

    payment_system: str
    last_four: str
    expiry: str
    """MMYY"""
    holder: str
    is_approved: bool
    """What its bank will answer."""
    security_code_matches: bool | None
    """None: no security code was given."""


def read_card(
    number: str, holder: str, expiry: str, security_code: str, today: date, *, accept_any: bool = False
) -> Card:
    """Check the details a customer typed and keep what may be kept.

    Any valid number beside the published ones is declined by its bank, unless `accept_any`. Refusals:
    5010, 5026, 5011 for the number, 5012, 5024, 5054 for the name (a number in it might be the card's), 5014, 5028, 5013 for the expiry, 5018,
    5019 for the security code.
    """
    check_number(number)
    if not holder.strip():
        raise Refusal("5012")
    if len(holder) > 50:
        raise Refusal("5024")
    if any(letter.isdigit() for letter in holder):
        raise Refusal("5054")
    check_expiry(expiry, today)
    system = payment_system_of(number)
    known = _BY_NUMBER.get(number)
    approved = known.is_approved if known is not None else accept_any
    matches = security_code_result(system, security_code) if security_code else None
    return Card(system, number[-4:], expiry, holder.strip(), approved, matches)


def check_number(number: str) -> None:
    """Refuse what cannot be a card number: 5010 none, 5026 not digits, 5011 length or check digit."""
    if not number:
        raise Refusal("5010")
    if not (number.isascii() and number.isdigit()):
        raise Refusal("5026")
    if not 12 <= len(number) <= 19 or not luhn_is_right(number):
        raise Refusal("5011")


def check_expiry(expiry: str, today: date) -> None:
    """Refuse 5014 none, 5028 not MMYY, 5013 past; a card is good to the end of its month."""
    if not expiry:
        raise Refusal("5014")
    if not re.fullmatch(r"(?:0[1-9]|1[0-2])[0-9]{2}", expiry):
        raise Refusal("5028")
    if _is_past(expiry, today):
        raise Refusal("5013")


def is_expired(card: Card, today: date) -> bool:
    """Whether a stored card's month is over."""
    return _is_past(card.expiry, today)


def _is_past(expiry: str, today: date) -> bool:
    return (2000 + int(expiry[2:]), int(expiry[:2])) < (today.year, today.month)


def security_code_result(payment_system: str, code: str) -> bool:
    """Whether the security code is the published one: 123, for American Express 1234.

    Refusals: 5019 not digits, 5018 wrong length.
    """
    if not (code.isascii() and code.isdigit()):
        raise Refusal("5019")
    right = "1234" if payment_system == "AMEX" else "123"
    if len(code) != len(right):
        raise Refusal("5018")
    return code == right
