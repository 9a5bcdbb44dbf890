"""Why cardholders dispute: the schemes' reason codes, the family each belongs to, and what it is about.

Visa Core Rules, dispute conditions 10 to 13; Mastercard Chargeback Guide, message reason codes; American Express
Merchant Operating Guide, chargeback codes. A code that is not here is kept as it was told, as family "other".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Family = Literal["fraud", "authorisation", "processing", "consumer", "other"]
Scheme = Literal["Visa", "Mastercard", "American Express"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason code, in our words."""

    scheme: Scheme
    code: str
    family: Family
    meaning: str


FAMILY_WORDS: Final[Mapping[Family, str]] = {
    "fraud": "Fraud",
    "authorisation": "Authorisation",
    "processing": "Processing error",
    "consumer": "Consumer dispute",
    "other": "Not told",
}

_VISA: Final[Mapping[Family, Mapping[str, str]]] = {
    "fraud": {
        "10.1": "Counterfeit card, chip not used",
        "10.2": "Lost or stolen card, chip not used",
        "10.3": "Other fraud, card present",
        "10.4": "Other fraud, card absent",
        "10.5": "Named by Visa's fraud monitoring",
    },
    "authorisation": {
        "11.1": "Card was on the recovery bulletin",
        "11.2": "Authorisation was declined",
        "11.3": "No authorisation, or for less",
    },
    "processing": {
        "12.1": "Presented too late",
        "12.2": "Wrong kind of transaction",
        "12.3": "Wrong currency",
        "12.4": "Wrong account number",
        "12.5": "Wrong amount",
        "12.6": "Charged twice, or paid by other means",
        "12.6.1": "Charged twice",
        "12.6.2": "Paid by other means",
        "12.7": "Invalid data",
    },
    "consumer": {
        "13.1": "Goods or services not received",
        "13.2": "Cancelled recurring payment",
        "13.3": "Not as described, or defective",
        "13.4": "Counterfeit goods",
        "13.5": "Misrepresentation",
        "13.6": "Refund not made",
        "13.7": "Cancelled goods or services",
        "13.8": "Original credit not accepted",
        "13.9": "Cash or load value not received",
    },
}
_MASTERCARD: Final[Mapping[Family, Mapping[str, str]]] = {
    "fraud": {
        "4837": "No authorisation by the cardholder",
        "4840": "Fraudulent processing of transactions",
        "4849": "Questionable merchant activity",
        "4863": "Cardholder does not recognise it",
        "4870": "Chip liability shift",
        "4871": "Chip and PIN liability shift",
    },
    "authorisation": {
        "4807": "Card was on the warning bulletin",
        "4808": "Authorisation missing or not good",
        "4812": "Account number not on file",
    },
    "processing": {
        "4831": "Wrong amount",
        "4834": "Point of interaction error, such as charged twice",
        "4842": "Presented too late",
        "4846": "Wrong currency",
        "4850": "Instalments wrong",
        "4999": "Domestic dispute",
    },
    "consumer": {
        "4841": "Cancelled recurring payment or digital goods",
        "4853": "Cardholder dispute",
        "4854": "Cardholder dispute, not classified elsewhere",
        "4855": "Goods or services not provided",
        "4859": "Addendum, no-show or cash machine",
        "4860": "Refund not made",
    },
}
_AMEX: Final[Mapping[Family, Mapping[str, str]]] = {
    "fraud": {
        "F10": "Imprint missing",
        "F14": "Signature missing",
        "F22": "Card expired or not yet valid",
        "F24": "No authorisation by the card member",
        "F29": "Card not present",
        "F30": "Counterfeit, chip not used",
        "F31": "Lost or stolen, chip and PIN not used",
        "FR2": "Fraud full recourse programme",
        "FR4": "Immediate chargeback programme",
        "FR6": "Partial immediate chargeback programme",
    },
    "authorisation": {
        "A01": "More than was authorised",
        "A02": "No valid authorisation",
        "A08": "Authorisation had run out",
    },
    "processing": {
        "P01": "Card number not assigned",
        "P03": "Credit processed as a charge",
        "P04": "Charge processed as a credit",
        "P05": "Wrong amount",
        "P07": "Submitted too late",
        "P08": "Charged twice",
        "P22": "Card number does not match",
        "P23": "Wrong currency",
    },
    "consumer": {
        "C02": "Refund not made",
        "C04": "Goods returned or refused",
        "C05": "Goods or services cancelled",
        "C08": "Not received, or only in part",
        "C14": "Paid by other means",
        "C18": "No-show, or reservation cancelled",
        "C28": "Cancelled recurring payment",
        "C31": "Not as described",
        "C32": "Damaged or defective",
        "M10": "Vehicle hire: damage, theft or loss of use",
    },
    "other": {
        "M01": "Chargeback authorised by the merchant",
        "M04": "Arbitration",
        "M38": "Chargeback, no longer an enquiry",
        "R03": "Reply not sufficient",
        "R13": "No reply",
        "S01": "Documents not sufficient",
    },
}
_TABLES: Final[Mapping[Scheme, Mapping[Family, Mapping[str, str]]]] = {
    "Visa": _VISA,
    "Mastercard": _MASTERCARD,
    "American Express": _AMEX,
}

REASONS: Final = tuple(
    Reason(scheme, code, family, meaning)
    for scheme, families in _TABLES.items()
    for family, codes in families.items()
    for code, meaning in codes.items()
)
_BY_CODE: Final = {(reason.scheme, reason.code): reason for reason in REASONS}
_SCHEME_NAMES: Final[Mapping[str, Scheme]] = {
    "visa": "Visa", "vs": "Visa", "vi": "Visa", "delta": "Visa", "uke": "Visa", "electron": "Visa", "vpay": "Visa",
    "mastercard": "Mastercard", "mc": "Mastercard", "mcdebit": "Mastercard", "maestro": "Mastercard",
    "americanexpress": "American Express", "amex": "American Express", "ax": "American Express",
}  # fmt: skip


def scheme_called(name: str) -> Scheme | None:
    """The scheme that a file or Opayo means by a name; None for others. "VISA DEBIT" is Visa."""
    plain = re.sub(r"[^a-z]", "", name.lower())
    if plain in _SCHEME_NAMES:
        return _SCHEME_NAMES[plain]
    return next((scheme for word, scheme in _SCHEME_NAMES.items() if len(word) > 3 and word in plain), None)


def reason_of(scheme: str, code: str) -> Reason | None:
    """What a reason code means; without a scheme where only one scheme has that code. None when nobody knows."""
    plain = _plain(code)
    named = scheme_called(scheme)
    found = [reason for reason in (_BY_CODE.get((each, plain)) for each in _TABLES) if reason]
    if named is not None:
        return _BY_CODE.get((named, plain))
    return found[0] if len(found) == 1 else None


def family_of(scheme: str, code: str, told: str = "") -> str:
    """The family of a reason code; what was told where the code does not say it."""
    reason = reason_of(scheme, code)
    if reason is not None and reason.family != "other":
        return reason.family
    return told or "other"


def usual_loss(family: str) -> str:
    """How a lost dispute is booked unless a person says otherwise.

    Goods not delivered, sent back or charged wrongly were no sale: "sale_undone". Fraud and what nobody explains was one,
    whose money is gone: "bad_debt".
    """
    return "sale_undone" if family in ("consumer", "processing") else "bad_debt"


def _plain(code: str) -> str:
    """As the tables write it: "F-29" is F29, "1040" is Visa's 10.4, "10.40" too."""
    plain = re.sub(r"[\s/-]", "", code.upper())
    if match := re.fullmatch(r"(1[0-3])\.?([1-9])0?", plain):
        return f"{match[1]}.{match[2]}"
    return plain
