"""Registering a payment with Opayo Server: the fields of the request, made to fit, and what the reply means.

Field names, lengths and allowed characters: Opayo Server protocol 3.00 and 4.00, A1. Opayo refuses a whole
registration for one strange character in a name, so text is brought to Latin letters and shortened here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from integrations.core.failures import (
    ConfigurationFailure,
    Failure,
    OutcomeUnknown,
    PermanentFailure,
    TransientFailure,
)
from integrations.core.money import Money
from integrations.opayo.core.amounts import to_wire
from integrations.opayo.core.credentials import StoredCredential, first_use
from integrations.opayo.core.protocol import Reply, is_vendor_tx_code_used, without_braces, words_for

_NOT_IN_NAME: Final = re.compile(r"[^A-Za-z0-9À-ÖØ-öø-ÿ /\\&.,'()\-]+")
_NOT_IN_ADDRESS: Final = re.compile(r"[^A-Za-z0-9À-ÖØ-öø-ÿ /\\&.,'()\-+:#]+")
_NOT_IN_POST_CODE: Final = re.compile(r"[^A-Za-z0-9 \-]+")
_NOT_IN_PHONE: Final = re.compile(r"[^0-9A-Za-z +()\-]+")
_EMAIL: Final = re.compile(r"[^@\s,;]{1,64}@[^@\s,;]+\.[^@\s,;]{2,}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_UNKNOWN: Final = "Not given"


class VendorTxCodeUsed(PermanentFailure):
    """Opayo has a transaction under this VendorTxCode already: take another code."""


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """One payment page to be registered. `customer` is the shop's customer object (docs/shop-webhooks.md)."""

    vendor_tx_code: str
    amount: Money
    description: str
    notification_url: str
    customer: Mapping[str, Any] = field(default_factory=dict)
    keep: StoredCredential | None = None
    """Set when the card is to be kept, with what its holder agreed to."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What Opayo keeps ready: the page at `next_url`, and the SecurityKey that its notification is signed with."""

    vps_tx_id: str
    """GUID in capitals, without braces."""
    security_key: str = field(repr=False)
    next_url: str


def registration_fields(request: PaymentRequest, vendor: str, protocol: str = "4.00") -> dict[str, str]:
    """The form fields of a registration, every one within Opayo's limits."""
    billing = _party(request.customer, request.customer.get("billing_address"))
    shipping = _party(
        request.customer, request.customer.get("shipping_address") or request.customer.get("billing_address")
    )
    email = _text(request.customer, "email")
    return {
        "VPSProtocol": protocol,
        "TxType": "PAYMENT",
        "Vendor": vendor,
        "VendorTxCode": request.vendor_tx_code,
        "Amount": to_wire(request.amount),
        "Currency": request.amount.currency,
        "Description": _latin(request.description)[:100] or "Order",
        "NotificationURL": request.notification_url,
        **{f"Billing{name}": value for name, value in billing.items()},
        **{f"Delivery{name}": value for name, value in shipping.items()},
        "CustomerEMail": email if len(email) <= 255 and _EMAIL.fullmatch(email) else "",
        **_keeping(request.keep, protocol),
    }


def _keeping(keep: StoredCredential | None, protocol: str) -> dict[str, str]:
    """A card may be kept only after its holder has proven to be that (3-D Secure), whatever the account's rules."""
    if keep is None:
        return {}
    return {"CreateToken": "1", "Apply3DSecure": "1", **first_use(keep, protocol)}


def _party(customer: Mapping[str, Any], address: Any) -> dict[str, str]:
    at: Mapping[str, Any] = address if isinstance(address, Mapping) else {}
    country = _text(at, "country").upper()
    country = country if _COUNTRY.fullmatch(country) else "GB"
    region = _text(at, "region").upper()
    return {
        "Surname": _fitted(_text(customer, "last_name") or _text(customer, "company"), _NOT_IN_NAME, 20)
        or "Customer",
        "Firstnames": _fitted(_text(customer, "first_name"), _NOT_IN_NAME, 20) or "-",
        "Address1": _fitted(_text(at, "line1"), _NOT_IN_ADDRESS, 100) or _UNKNOWN,
        "Address2": _fitted(_text(at, "line2"), _NOT_IN_ADDRESS, 100),
        "City": _fitted(_text(at, "city"), _NOT_IN_ADDRESS, 40) or _UNKNOWN,
        "PostCode": _fitted(_text(at, "postcode"), _NOT_IN_POST_CODE, 10)
        or ("" if country == "IE" else "0000"),
        "Country": country,
        # Only the United States have one, and there it is needed.
        "State": (region if _COUNTRY.fullmatch(region) else "NY") if country == "US" else "",
        "Phone": _fitted(_text(customer, "phone"), _NOT_IN_PHONE, 20),
    }


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value.strip() if isinstance(value, str) else ""


def _fitted(text: str, unwanted: re.Pattern[str], length: int) -> str:
    return unwanted.sub(" ", _latin(text)).strip()[:length].strip()


def _latin(text: str) -> str:
    """Letters of ISO-8859-1 stay; others lose their accents (ł, which has none to lose, becomes a blank)."""
    return "".join(
        [letter if letter <= "ÿ" else _plain(letter) for letter in unicodedata.normalize("NFC", text)]
    )


def _plain(letter: str) -> str:
    decomposed = unicodedata.normalize("NFKD", letter)
    return "".join([part for part in decomposed if part <= "ÿ"]) or (
        " " if not unicodedata.combining(letter) else ""
    )


def read_registration(reply: Reply) -> Registration:
    """The registration, or the failure that a reply stands for.

    Raises VendorTxCodeUsed, ConfigurationFailure (the account), PermanentFailure (the request), TransientFailure
    (Opayo's own fault) and OutcomeUnknown (a reply that is cut short).
    """
    if reply.status != "OK":
        raise _failure(reply)
    fields = reply.fields
    if not (fields.get("VPSTxId") and fields.get("SecurityKey") and fields.get("NextURL")):
        raise OutcomeUnknown("Opayo's answer to the registration was cut short.")
    return Registration(without_braces(fields["VPSTxId"]), fields["SecurityKey"], fields["NextURL"])


_ACCOUNT_PROBLEMS: Final = {
    "4000": (
        "opayo_vendor_unknown",
        "Check the vendor name under Connections, and that the account is open.",
    ),
    "4006": ("opayo_type_not_allowed", "Ask Opayo to allow payments of this type on the account."),
    "4007": ("opayo_type_not_allowed", "Ask Opayo to allow payments of this type on the account."),
    "4008": (
        "opayo_currency_not_allowed",
        "Ask Opayo for a merchant account in this currency, or sell in another.",
    ),
    "4020": ("opayo_address_not_allowed", "In MyOpayo, Settings, Valid IPs: add the address of this server."),
}


def _failure(reply: Reply) -> Failure:
    words = words_for(reply.detail)
    if is_vendor_tx_code_used(reply):
        return VendorTxCodeUsed(words)
    if reply.code in _ACCOUNT_PROBLEMS:
        code, fix = _ACCOUNT_PROBLEMS[reply.code]
        return ConfigurationFailure(code, "Opayo account", words, fix)
    if reply.status in ("INVALID", "MALFORMED"):
        return PermanentFailure(f"Opayo refused to register the payment: {words}")
    if reply.status == "ERROR":
        return TransientFailure(f"Opayo could not register the payment: {words}")
    return OutcomeUnknown("Opayo's answer to the registration cannot be read.")
