"""What Pi request bodies must hold (Opayo Pi API reference): lengths, types, allowed values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.opayo.core.countries import COUNTRIES
from sandbox.opayo.core.pi_errors import BodyFaults, Fault

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a property must be: a text of at most `limit` characters unless `kind` says otherwise."""

    name: str
    limit: int = 0
    required: bool = False
    kind: type = str
    allowed: frozenset[str] = frozenset()
    pattern: re.Pattern[str] | None = None


def must(name: str, limit: int = 0, **more: Any) -> Rule:
    """A property that has to be there."""
    return Rule(name, limit, required=True, **more)


def may(name: str, limit: int = 0, **more: Any) -> Rule:
    """A property that may be left out."""
    return Rule(name, limit, **more)


def value_at(body: Body, path: str) -> Any:
    """The value at a dotted path; None where there is none."""
    value: Any = body
    for step in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value


def faults_in(body: Body, rules: Iterable[Rule], prefix: str = "") -> list[Fault]:
    """Everything that breaks a rule, in the order of the rules; names are relative to `prefix`."""
    found: list[Fault] = []
    for rule in rules:
        name = f"{prefix}{rule.name}"
        code = _fault(value_at(body, name), rule)
        if code:
            found.append(Fault(code, name))
    return found


def _fault(value: Any, rule: Rule) -> int:
    if value is None or value == "":
        return 1003 if rule.required else 0
    if rule.kind is int:
        return 0 if isinstance(value, int) and not isinstance(value, bool) else 1016
    if not isinstance(value, rule.kind):
        return 1009
    return _text_fault(value, rule) if isinstance(value, str) else 0


def _text_fault(value: str, rule: Rule) -> int:
    if rule.limit and len(value) > rule.limit:
        return 1004
    if rule.allowed and value not in rule.allowed:
        return 1009
    if rule.pattern is not None and not rule.pattern.fullmatch(value):
        return 1005
    return 0


_CODE = re.compile(r"[A-Za-z0-9{}._\-]+")
_NAME = re.compile(r"[\w /\\&.,'()\-]+")
_PLACE = re.compile(r"[\w /\\&.,'()\-+:#@\r\n]+")
_POST_CODE = re.compile(r"[0-9A-Za-z \-]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[0-9() \-]+")
_IP = re.compile(r"[0-9.]{7,15}|[0-9A-Fa-f:.]{2,39}")
_DATE = re.compile("[0-9]{8}")
_ENTRY = frozenset(("Ecommerce", "MailOrder", "TelephoneOrder", "ContinuousAuthority"))
_APPLY = frozenset(("UseMSPSetting", "Force", "Disable", "ForceIgnoringRules"))
_MIT = frozenset(
    ("Instalment", "Recurring", "Unscheduled", "Incremental", "DelayedCharge", "NoShow",
     "Reauthorisation", "Resubmission")
)  # fmt: skip
_WINDOWS = frozenset(("Small", "Medium", "Large", "ExtraLarge", "FullScreen"))
_TRANS_TYPES = frozenset(
    ("GoodsAndServicePurchase", "CheckAcceptance", "AccountFunding", "QuasiCashTransaction",
     "PrepaidActivationAndLoad")
)  # fmt: skip

SESSION_KEY = (must("vendorName", 15),)
CARD = (
    must("cardDetails.cardholderName", 45),
    must("cardDetails.cardNumber", 16, pattern=re.compile("[0-9]+")),
    must("cardDetails.expiryDate", 4, pattern=re.compile("(?:0[1-9]|1[0-2])[0-9]{2}")),
    may("cardDetails.securityCode", 4, pattern=re.compile("[0-9]{3,4}")),
)
SECURITY_CODE = (must("securityCode", 4, pattern=re.compile("[0-9]{3,4}")),)
CHALLENGE_RESPONSE = (must("cRes"),)

SALE = (
    must("vendorTxCode", 40, pattern=_CODE),
    must("amount", kind=int),
    must("currency", 3),
    must("description", 100),
    must("customerFirstName", 20, pattern=_NAME),
    must("customerLastName", 20, pattern=_NAME),
    must("billingAddress", kind=dict),
    must("paymentMethod", kind=dict),
    may("settlementReferenceText", 30),
    may("entryMethod", allowed=_ENTRY),
    may("apply3DSecure", allowed=_APPLY),
    may("applyAvsCvcCheck", allowed=_APPLY),
    may("giftAid", kind=bool),
    may("customerEmail", 80, pattern=_EMAIL),
    may("customerPhone", 19, pattern=_PHONE),
    may("customerMobilePhone", 19, pattern=_PHONE),
    may("customerWorkPhone", 19, pattern=_PHONE),
    may("referrerId", 40),
    may("shippingDetails", kind=dict),
    may("strongCustomerAuthentication", kind=dict),
    may("credentialType", kind=dict),
    may("fiRecipient", kind=dict),
)
_BILLING = (
    must("address1", 50, pattern=_PLACE),
    may("address2", 50, pattern=_PLACE),
    may("address3", 50, pattern=_PLACE),
    must("city", 40, pattern=_PLACE),
    must("country", 2, allowed=COUNTRIES),
)
_SHIPPING = (
    must("recipientFirstName", 20, pattern=_NAME),
    must("recipientLastName", 20, pattern=_NAME),
    must("shippingAddress1", 50, pattern=_PLACE),
    may("shippingAddress2", 50, pattern=_PLACE),
    may("shippingAddress3", 50, pattern=_PLACE),
    must("shippingCity", 40, pattern=_PLACE),
    must("shippingCountry", 2, allowed=COUNTRIES),
)
_AUTHENTICATION = (
    must("notificationURL", 256, pattern=re.compile(r"https?://\S+")),
    must("browserIP", 39, pattern=_IP),
    must("browserAcceptHeader", 2048),
    must("browserJavascriptEnabled", kind=bool),
    must("browserLanguage", 8),
    must("browserUserAgent", 2048),
    must("challengeWindowSize", allowed=_WINDOWS),
    must("transType", allowed=_TRANS_TYPES),
    may("acctID", 64),
    may("website", 100),
)
_WITH_JAVASCRIPT = (
    must("browserJavaEnabled", kind=bool),
    must("browserColorDepth", allowed=frozenset(("1", "4", "8", "15", "16", "24", "32", "48"))),
    must("browserScreenHeight", 6),
    must("browserScreenWidth", 6),
    must("browserTZ", 5),
)
_CREDENTIAL = (
    must("cofUsage", allowed=frozenset(("First", "Subsequent"))),
    must("initiatedType", allowed=frozenset(("CIT", "MIT"))),
    may("mitType", allowed=_MIT),
    may("recurringExpiry", pattern=_DATE),
    may("recurringFrequency", 4),
    may("purchaseInstalData", 3),
)
_RECIPIENT = (
    must("accountNumber", 10),
    must("surname", 20),
    must("postcode", 10),
    must("dateOfBirth", 8, pattern=_DATE),
)
_CARD_METHOD = (
    must("cardIdentifier", 36),
    may("merchantSessionKey", 36),
    may("reusable", kind=bool),
    may("save", kind=bool),
)
_NEW_FROM_OLD = (
    must("referenceTransactionId", 36),
    must("vendorTxCode", 40, pattern=_CODE),
    must("amount", kind=int),
)
REFUND = (*_NEW_FROM_OLD, must("description", 100))
AUTHORISE = (
    *_NEW_FROM_OLD,
    must("description", 100),
    may("applyAvsCvcCheck", allowed=_APPLY),
    may("cv2", 4, pattern=re.compile("[0-9]{3,4}")),
)
REPEAT = (
    *_NEW_FROM_OLD,
    must("currency", 3),
    must("description", 40),
    must("credentialType", kind=dict),
    may("shippingDetails", kind=dict),
    may("giftAid", kind=bool),
)


def check(body: Body, rules: Iterable[Rule]) -> None:
    """Raise `BodyFaults` with everything that breaks a rule."""
    found = faults_in(body, rules)
    if found:
        raise BodyFaults(found)


def check_sale(body: Body) -> None:
    """Check a Payment, Deferred or Authenticate. Raises `BodyFaults`."""
    found = faults_in(body, SALE)
    found += _nested(body, "billingAddress", _BILLING)
    found += _region(body, "billingAddress", "postalCode", "state", "country")
    found += _nested(body, "shippingDetails", _SHIPPING)
    found += _region(body, "shippingDetails", "shippingPostalCode", "shippingState", "shippingCountry")
    found += _nested(body, "strongCustomerAuthentication", _AUTHENTICATION)
    if value_at(body, "strongCustomerAuthentication.browserJavascriptEnabled") is True:
        found += _nested(body, "strongCustomerAuthentication", _WITH_JAVASCRIPT)
    found += _nested(body, "fiRecipient", _RECIPIENT)
    found += credential_faults(body)
    found += _method_faults(body)
    if found:
        raise BodyFaults(found)


def check_repeat(body: Body) -> None:
    """Check a Repeat: always a merchant-initiated use of a stored card. Raises `BodyFaults`."""
    found = faults_in(body, REPEAT) + credential_faults(body)
    for name, only in (("cofUsage", "Subsequent"), ("initiatedType", "MIT")):
        if value_at(body, f"credentialType.{name}") not in (None, "", only):
            found.append(Fault(1009, f"credentialType.{name}"))
    if found:
        raise BodyFaults(found)


def _nested(body: Body, name: str, rules: Iterable[Rule]) -> list[Fault]:
    return faults_in(body, rules, f"{name}.") if isinstance(body.get(name), dict) else []


def _region(body: Body, name: str, post_code: str, state: str, country: str) -> list[Fault]:
    """Post code but in Ireland, state in the United States only."""
    place = body.get(name)
    if not isinstance(place, dict):
        return []
    return faults_in(
        body,
        (
            Rule(post_code, 10, required=place.get(country) != "IE", pattern=_POST_CODE),
            Rule(state, 2, required=place.get(country) == "US", pattern=re.compile("[A-Z]{2}")),
        ),
        f"{name}.",
    )


def credential_faults(body: Body) -> list[Fault]:
    """Rules of stored credentials: MIT needs a type and follows a first use; First needs a challenge."""
    if not isinstance(body.get("credentialType"), dict):
        return []
    get = body["credentialType"].get
    found = faults_in(body, _CREDENTIAL, "credentialType.")
    if get("initiatedType") == "MIT":
        if not get("mitType"):
            found.append(Fault(1003, "credentialType.mitType"))
        if get("cofUsage") == "First":
            found.append(Fault(1009, "credentialType.cofUsage"))
    if get("mitType") in ("Recurring", "Instalment"):
        found += [
            Fault(1003, f"credentialType.{name}")
            for name in ("recurringExpiry", "recurringFrequency")
            if not get(name)
        ]
    if get("mitType") == "Instalment" and not get("purchaseInstalData"):
        found.append(Fault(1003, "credentialType.purchaseInstalData"))
    if get("cofUsage") == "First" and "transactionType" in body:
        found += _first_use_faults(body)
    return found


def _first_use_faults(body: Body) -> list[Fault]:
    if body.get("entryMethod") in ("MailOrder", "TelephoneOrder"):
        return []
    found = []
    if not body.get("strongCustomerAuthentication"):
        found.append(Fault(1003, "strongCustomerAuthentication"))
    if body.get("apply3DSecure") != "Force":
        found.append(Fault(1009, "apply3DSecure"))
    return found


def _method_faults(body: Body) -> list[Fault]:
    method = body.get("paymentMethod")
    if not isinstance(method, dict):
        return []
    if set(method) != {"card"} or not isinstance(method["card"], dict):
        return [Fault(1003 if not method else 1009, "paymentMethod")]
    found = faults_in(body, _CARD_METHOD, "paymentMethod.card.")
    card = method["card"]
    if card.get("save") and card.get("reusable"):
        found.append(Fault(1020, "paymentMethod.card.save"))
    if (card.get("save") or card.get("reusable")) and not body.get("credentialType"):
        found.append(Fault(1003, "credentialType"))
    if not card.get("reusable") and not card.get("merchantSessionKey"):
        found.append(Fault(1003, "paymentMethod.card.merchantSessionKey"))
    return found
