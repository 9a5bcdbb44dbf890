"""What usually helps to win a dispute, by the family of its reason.

In our own words, after what the schemes ask merchants for: Visa Core Rules (dispute conditions 10 to 13, evidence of the
merchant), Mastercard Chargeback Guide (second presentment), American Express Merchant Operating Guide (support for
responses).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WHAT_HELPS: Final[Mapping[str, tuple[str, ...]]] = {
    "fraud": (
        "The result of 3-D Secure: a cardholder who was authenticated has the liability at the issuing bank.",
        "A match of address, postcode and security code, and the address the goods went to.",
        "Earlier undisputed orders of the same customer with the same address, e-mail or device.",
        "Proof of delivery to the address that was checked, and messages of the customer after the sale.",
    ),
    "authorisation": (
        "The authorisation code, with its day and amount.",
        "That the amount taken is not more than was authorised, and that it was taken in time.",
    ),
    "processing": (
        "For a charge made twice: two orders with different goods, or the refund of one of them.",
        "For a wrong amount: the order as the customer confirmed it, with its total and currency.",
        "That the sale was presented in time and in the currency that the customer saw.",
    ),
    "consumer": (
        "Goods not received: proof of delivery with day, address and, if there is one, a signature.",
        "Not as described: the description the customer saw, and the offer to take the goods back.",
        "Cancelled or returned: your terms as the customer accepted them, and any refund with its day and amount.",
        "Everything the customer wrote to you about the order, and your answers.",
    ),
    "other": (
        "The order, the payment with its checks, and proof of delivery.",
        "Ask the acquirer which reason the cardholder's bank has given: what helps depends on it.",
    ),
}

WORDS_3D_SECURE: Final[Mapping[str, str]] = {
    "OK": "the cardholder was authenticated",
    "ATTEMPTONLY": "authentication was attempted; the card or its bank does not take part",
    "NOTAVAILABLE": "authentication was not available",
    "NOTCHECKED": "not carried out",
    "NOTAUTHED": "the cardholder failed to authenticate",
    "INCOMPLETE": "the cardholder did not finish",
    "ERROR": "it could not be carried out",
    "CANTAUTH": "the card cannot be authenticated",
}
"""Opayo Server protocol 4.00, 3DSecureStatus, in words."""
