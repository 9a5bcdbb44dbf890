"""Why cardholders dispute: reason codes of the schemes, with the family they belong to.

Visa Core Rules, dispute conditions 10 and 13; Mastercard Chargeback Guide; American Express Dispute Resolution
(chargeback codes). Only fraud and consumer disputes are played.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason code."""

    scheme: str
    code: str
    family: str
    """`fraud` or `consumer`."""
    text: str


REASONS: Final = (
    Reason("Visa", "10.4", "fraud", "Other fraud - card-absent environment"),
    Reason("Visa", "10.5", "fraud", "Visa fraud monitoring program"),
    Reason("Visa", "13.1", "consumer", "Merchandise/services not received"),
    Reason("Visa", "13.3", "consumer", "Not as described or defective merchandise/services"),
    Reason("Visa", "13.7", "consumer", "Cancelled merchandise/services"),
    Reason("Mastercard", "4837", "fraud", "No cardholder authorisation"),
    Reason("Mastercard", "4863", "fraud", "Cardholder does not recognise - potential fraud"),
    Reason("Mastercard", "4853", "consumer", "Cardholder dispute"),
    Reason("Mastercard", "4855", "consumer", "Goods or services not provided"),
    Reason("American Express", "F29", "fraud", "Card not present"),
    Reason("American Express", "F24", "fraud", "No card member authorisation"),
    Reason("American Express", "C08", "consumer", "Goods/services not received or only partially received"),
    Reason("American Express", "C31", "consumer", "Goods/services not as described"),
)

_SCHEMES: Final = {
    "VISA": "Visa",
    "DELTA": "Visa",
    "UKE": "Visa",
    "MC": "Mastercard",
    "MCDEBIT": "Mastercard",
    "MAESTRO": "Mastercard",
    "AMEX": "American Express",
}


def scheme_of(payment_system: str) -> str:
    """The card scheme of Opayo's short name. Raises ValueError for cards nobody disputes here."""
    if payment_system not in _SCHEMES:
        raise ValueError(f"There are no disputes over {payment_system or 'payments without a card'}")
    return _SCHEMES[payment_system]


def reasons_of(scheme: str) -> list[Reason]:
    """The reasons a scheme knows."""
    return [reason for reason in REASONS if reason.scheme == scheme]


CARD_NAMES: Final = {
    "VISA": "Visa",
    "DELTA": "Visa Debit",
    "UKE": "Visa Electron",
    "MC": "Mastercard",
    "MCDEBIT": "Debit Mastercard",
    "MAESTRO": "Maestro",
    "AMEX": "American Express",
}
"""How acquirers write Opayo's short names of card types."""
