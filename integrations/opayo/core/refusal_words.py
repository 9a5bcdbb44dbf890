"""Why Opayo refuses to do something with a transaction, in the words of the person who keeps the books.

Codes of the protocol: StatusDetail of Server, Direct and Shared. Codes of Pi: Opayo Pi API reference, error codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from integrations.core.failures import ConfigurationFailure, Failure, OutcomeUnknown
from integrations.opayo.core.follow_ups import RefusedByOpayo
from integrations.opayo.core.protocol import CODES_OF_USED_VENDOR_TX_CODE, words_for
from integrations.opayo.core.registration import VendorTxCodeUsed

_NOT_FOUND: Final = (
    "Opayo does not know this payment any more. After two years it gives nothing back: use a bank transfer."
)
_NO_LONGER: Final = "Opayo no longer allows this for the payment: its state has changed there."

PROTOCOL_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "2000": "The customer's bank declined it. No money was moved.",
        "2001": "Your own fraud rules in MyOpayo rejected it. No money was moved.",
        "2020": "Payments by this method cannot be refunded at Opayo: use a bank transfer.",
        "4028": _NOT_FOUND,
        "4029": "Opayo has this payment under another reference.",
        "4030": "Opayo has another authorisation number for this payment.",
        "4031": "Opayo has another security key for this payment.",
        "4032": "This payment belongs to another Opayo account.",
        "4033": "Opayo gives money back only in the currency of the payment.",
        "4034": "Opayo has already refunded this payment in full.",
        "4035": "Opayo refused: more would be refunded than is left of the payment.",
        "4036": "The payment was already voided: no money was taken.",
        "4037": "The payment was taken at once, so there is nothing to release or abort.",
        "4038": "The payment was already released, and Opayo releases only once.",
        "4039": "The hold on the card has ended, so it can be neither released nor aborted.",
        "4040": "The payment was aborted: no money was taken.",
        "4041": "Opayo cannot do this with a payment of this kind.",
        "4044": "Opayo authorises at most 115 % of what the customer agreed to.",
        "4045": "Only a payment that was authenticated first can be authorised or cancelled.",
        "4049": "Opayo releases no more than the bank has approved.",
        "4050": "Opayo refunds this payment only after it was settled, on the next morning.",
        "4053": "This was already done at Opayo.",
        "5004": _NO_LONGER,
        "5034": "A PayPal payment cannot be voided: refund it.",
        "5036": _NOT_FOUND,
    }
)
PI_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "1012": _NOT_FOUND,
        "1013": "Opayo cannot do this with a payment of this kind.",
        "1014": _NO_LONGER,
        "1017": _NO_LONGER,
        "1018": "Opayo refused: more would be refunded than is left of the payment.",
        "1021": PROTOCOL_WORDS["4049"],
    }
)

NOT_SETTLED_YET: Final = "4050"
TOO_LATE_TO_VOID: Final = frozenset(("5004", "5034", "4041", "1014", "1017"))
"""What Opayo says of a void it would have done earlier, or would not do for this card: the money can be refunded."""

_ACCOUNT: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "4000": (
            "opayo_vendor_unknown",
            "Opayo does not know this vendor name, or the account is closed.",
            "Check the vendor name under Connections, and that the account is open.",
        ),
        "4006": (
            "opayo_type_not_allowed",
            "Your Opayo account does not allow this kind of transaction.",
            "Ask Opayo to allow it on the account.",
        ),
        "4008": (
            "opayo_currency_not_allowed",
            "Your Opayo account has no merchant account for this currency.",
            "Ask Opayo for a merchant account in this currency.",
        ),
        "4020": (
            "opayo_address_not_allowed",
            "Opayo does not allow calls from the address of this server.",
            "In MyOpayo, Settings, Valid IPs: add the address of this server.",
        ),
    }
)
_SAME_FIX: Final = {"4007": "4006"}
_NOT_TOLD: Final = frozenset(("2002", "2003", "2008", "2009", "5003", "5993", "5996", "9998", "9999"))
"""Opayo or the bank broke down over it: whether it was done shows in Opayo's reports only."""


def failure_of(code: str, detail: str) -> Failure:
    """What a refusal with this code means for us; `detail` is Opayo's own text for codes nobody has words for."""
    if code in CODES_OF_USED_VENDOR_TX_CODE:
        return VendorTxCodeUsed("Opayo has seen this reference before.")
    if found := _ACCOUNT.get(_SAME_FIX.get(code, code)):
        name, words, fix = found
        return ConfigurationFailure(name, "Opayo account", words, fix)
    if code in _NOT_TOLD:
        return OutcomeUnknown("Opayo could not tell what became of it.")
    known = PROTOCOL_WORDS.get(code) or PI_WORDS.get(code)
    return RefusedByOpayo(known or f"Opayo refused: {words_for(detail) or 'it gave no reason.'}", code)
