"""Pi's shapes of error.

Opayo Pi API reference: a body with faults gets 422 and a list of them, anything else one object with
`code` and `description`; some refusals of a registration carry the protocol's code as `statusCode`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

DESCRIPTIONS = {
    1000: "Incorrect request format",
    1001: "Authentication values are missing",
    1002: "Authentication failed",
    1003: "Missing mandatory field",
    1004: "Invalid length",
    1005: "Contains invalid characters",
    1006: "Merchant Session Keys not found",
    1007: "The card number has failed our validity checks and is invalid",
    1008: "The card is not supported",
    1009: "Contains invalid value",
    1010: "Currency does not exist",
    1011: "Merchant Session Keys or card identifier invalid",
    1012: "Transaction not found",
    1013: "Transaction type not supported",
    1014: "Transaction status not applicable",
    1015: "The request entity was empty",
    1016: "This parameter requires an integer",
    1017: "Operation not allowed for this transaction",
    1018: "This refund amount will exceed the amount of the original transaction",
    1019: "Transaction instructions not found",
    1020: "Unable to save a card identifier that is already reusable",
    1021: "This release amount will exceed the amount of the original transaction",
}
_CLIENT_MESSAGES = {
    "cardDetails.cardNumber": "The card number is not valid.",
    "cardDetails.cardholderName": "The cardholder name is not valid.",
    "cardDetails.expiryDate": "The expiry date is not valid.",
    "cardDetails.securityCode": "The security code is not valid.",
    "securityCode": "The security code is not valid.",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one property of a body."""

    code: int
    name: str

    def as_json(self) -> dict[str, Any]:
        """As it stands in the list of a 422."""
        shown: dict[str, Any] = {
            "code": self.code,
            "property": self.name,
            "description": DESCRIPTIONS[self.code],
        }
        message = _CLIENT_MESSAGES.get(self.name)
        return shown | {"clientMessage": message} if message else shown


class BodyFaults(Exception):
    """The body is refused: HTTP 422 with a list of faults."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(", ".join(f"{fault.code} {fault.name}" for fault in self.faults))


class PiError(Exception):
    """The request is refused with one code, and the HTTP status that goes with it."""

    def __init__(self, http_status: int, code: int) -> None:
        super().__init__(f"{http_status}: {code} {DESCRIPTIONS[code]}")
        self.http_status = http_status
        self.code = code
