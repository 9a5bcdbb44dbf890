"""What the card's bank, the 3-D Secure directory and the vendor's rules say to a card."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

from sandbox.opayo.core.cards import Card
from sandbox.opayo.core.status_codes import status_detail
from sandbox.opayo.core.transaction import TxType

CHALLENGE = "CHALLENGE"
NOT_CHECKED = "NOTCHECKED"

THREE_D_SECURE_BY_NAME = {
    "SUCCESSFUL": "OK",
    "NOTAUTH": "NOTAUTHED",
    "PROOFATTEMPT": "ATTEMPTONLY",
    "TECHDIFFICULTIES": "INCOMPLETE",
    "ERROR": "ERROR",
    "NOTENROLLED": "NOAUTH",
    "REJECT": "NOTAUTHED",
}
"""3DSecureStatus by the magic cardholder names of the test environment, beside `CHALLENGE`."""

PI_THREE_D_SECURE = {
    "OK": "Authenticated",
    "NOTCHECKED": "NotChecked",
    "NOTAUTHED": "NotAuthenticated",
    "ERROR": "Error",
    "NOAUTH": "CardNotEnrolled",
    "ATTEMPTONLY": "AttemptOnly",
    "INCOMPLETE": "Incomplete",
}
"""3DSecureStatus of the protocol: 3DSecure.status of Pi."""

PI_AVSCV2 = {
    "ALL MATCH": "AllMatched",
    "SECURITY CODE MATCH ONLY": "SecurityCodeMatchOnly",
    "ADDRESS MATCH ONLY": "AddressMatchOnly",
    "NO DATA MATCHES": "NoMatches",
    "DATA NOT CHECKED": "NotChecked",
}
PI_CHECK = {
    "MATCHED": "Matched",
    "NOTMATCHED": "NotMatched",
    "NOTPROVIDED": "NotProvided",
    "NOTCHECKED": "NotChecked",
}

PUBLISHED_ADDRESS = "88"
PUBLISHED_POST_CODE = "412"


def three_d_secure_of(holder: str, *, other_names: str = "NOTAUTHED") -> str:
    """`CHALLENGE`, or the 3DSecureStatus the magic cardholder name asks for; any other name fails."""
    name = holder.strip().upper()
    return CHALLENGE if name == CHALLENGE else THREE_D_SECURE_BY_NAME.get(name, other_names)


@dataclass(frozen=True, slots=True)
class Checks:
    """Address and security code compared by the bank, in the protocol's words."""

    address: str = NOT_CHECKED
    post_code: str = NOT_CHECKED
    security_code: str = NOT_CHECKED

    @property
    def overall(self) -> str:
        """AVSCV2."""
        parts = (self.address, self.post_code, self.security_code)
        if set(parts) == {NOT_CHECKED}:
            return "DATA NOT CHECKED"
        address = self.address == self.post_code == "MATCHED"
        code = self.security_code == "MATCHED"
        return _OVERALL[address, code]

    def as_fields(self) -> dict[str, str]:
        """The four result fields of the protocol."""
        return {
            "AVSCV2": self.overall,
            "AddressResult": self.address,
            "PostCodeResult": self.post_code,
            "CV2Result": self.security_code,
        }


_OVERALL = {
    (True, True): "ALL MATCH",
    (True, False): "ADDRESS MATCH ONLY",
    (False, True): "SECURITY CODE MATCH ONLY",
    (False, False): "NO DATA MATCHES",
}


def check_address(address: str, post_code: str, card: Card, *, plausible: bool = False) -> Checks:
    """Compare digits of address and post code with the published ones, 88 and 412.

    `plausible` instead lets every address match but one in twelve, always the same ones.
    """
    if plausible:
        results = (_plausible(address), _plausible(post_code + address))
    else:
        results = (
            _result(_digits(address), PUBLISHED_ADDRESS),
            _result(_digits(post_code), PUBLISHED_POST_CODE),
        )
    matches = card.security_code_matches
    code = "NOTPROVIDED" if matches is None else "MATCHED" if matches else "NOTMATCHED"
    return Checks(*results, code)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _result(given: str, right: str) -> str:
    if not given:
        return "NOTPROVIDED"
    return "MATCHED" if given == right else "NOTMATCHED"


def _plausible(text: str) -> str:
    if not text:
        return "NOTPROVIDED"
    return "NOTMATCHED" if blake2b(text.encode(), digest_size=1).digest()[0] % 12 == 0 else "MATCHED"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of an attempt to authorise."""

    status: str
    code: str
    decline_code: str = ""
    bank_auth_code: str = ""

    @property
    def detail(self) -> str:
        """StatusDetail."""
        return status_detail(self.code)


_APPROVED = Verdict("OK", "0000", "00", "999777")
_DECLINED = Verdict("NOTAUTHED", "2000", "05")
EXPIRED = Verdict("NOTAUTHED", "2000", "54")
"""What the bank says of a stored card whose last day has passed."""
_RULED_OUT = Verdict("REJECTED", "2001", "00")
_NOT_PROVEN = Verdict("REJECTED", "4026")


def judge(tx_type: TxType, card: Card, three_d_secure: str, checks: Checks, *, strict: bool) -> Verdict:
    """Authentication first, then the bank, then (if `strict`) the vendor's rules on address and code."""
    if three_d_secure == "NOTAUTHED":
        return _NOT_PROVEN
    if tx_type is TxType.AUTHENTICATE:
        proven = three_d_secure == "OK"
        return Verdict("AUTHENTICATED", "2010") if proven else Verdict("REGISTERED", "2011")
    if not card.is_approved:
        return _DECLINED
    if strict and checks.overall not in ("ALL MATCH", "DATA NOT CHECKED"):
        return _RULED_OUT
    return _APPROVED


def verdict_fields(verdict: Verdict, card: Card, checks: Checks, three_d_secure: str) -> dict[str, str]:
    """The result fields of a notification that come from the card and its bank."""
    asked_bank = verdict.decline_code != ""
    results: Mapping[str, str] = checks.as_fields() if asked_bank else Checks().as_fields()
    return {
        **results,
        "3DSecureStatus": three_d_secure,
        "CardType": card.payment_system,
        "Last4Digits": card.last_four,
        "ExpiryDate": card.expiry,
        "DeclineCode": verdict.decline_code,
        "BankAuthCode": verdict.bank_auth_code,
    }
