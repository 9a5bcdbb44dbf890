"""Checks of a Server registration, field by field, in the order the gateway finds fault.

Opayo Server protocol 3.00 and 4.00, A1: names, lengths and which fields must be there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sandbox.opayo.core.amounts import check_range, parse_amount
from sandbox.opayo.core.basket import check_basket, check_basket_xml
from sandbox.opayo.core.countries import COUNTRIES
from sandbox.opayo.core.notification import is_web_address
from sandbox.opayo.core.safe_xml import parse_xml
from sandbox.opayo.core.status_codes import Refusal
from sandbox.opayo.core.transaction import TxType

PROTOCOLS = ("3.00", "4.00")
REGISTRABLE = frozenset({"PAYMENT", "DEFERRED", "AUTHENTICATE"})

_NAME = re.compile(r"[\w /\\&.,'()\-]*")
_ADDRESS = re.compile(r"[\w /\\&.,'()\-+:#@\r\n]*")
_PHONE = re.compile(r"[0-9A-Za-z +()\-]*")
_POST_CODE = re.compile(r"[0-9A-Za-z \-]*")
_STATE = re.compile(r"[A-Z]{2}")
_CODE = re.compile(r"[A-Za-z0-9{}._\-]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DIGITS_OR_DOTS = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}")


@dataclass(frozen=True, slots=True)
class TextField:
    """One text field: its limit in characters and the code for each thing that may be wrong with it."""

    name: str
    limit: int
    too_long: str
    missing: str = ""
    pattern: re.Pattern[str] | None = None
    bad_characters: str = ""


TEXTS = (
    TextField("BillingSurname", 20, "3108", "3107", _NAME, "5040"),
    TextField("BillingFirstnames", 20, "3110", "3109", _NAME, "5041"),
    TextField("BillingAddress1", 100, "3112", "3111", _ADDRESS, "5042"),
    TextField("BillingAddress2", 100, "3113", "", _ADDRESS, "5043"),
    TextField("BillingCity", 40, "3115", "3114", _ADDRESS, "5044"),
    TextField("BillingPostCode", 10, "3027", "", _POST_CODE, "5055"),
    TextField("BillingCountry", 2, "3145", "3117"),
    TextField("BillingState", 2, "3130"),
    TextField("BillingPhone", 20, "3131", "", _PHONE, "5045"),
    TextField("DeliverySurname", 20, "3119", "3118", _NAME, "5046"),
    TextField("DeliveryFirstnames", 20, "3121", "3120", _NAME, "5047"),
    TextField("DeliveryAddress1", 100, "3123", "3122", _ADDRESS, "5048"),
    TextField("DeliveryAddress2", 100, "3124", "", _ADDRESS, "5049"),
    TextField("DeliveryCity", 40, "3126", "3144", _ADDRESS, "5039"),
    TextField("DeliveryPostCode", 10, "3025", "", _POST_CODE, "5055"),
    TextField("DeliveryCountry", 2, "3129", "3128"),
    TextField("DeliveryState", 2, "3132"),
    TextField("DeliveryPhone", 20, "3133", "", _PHONE, "5038"),
    TextField("CustomerEMail", 255, "3022", "", _EMAIL, "3078"),
    TextField("ClientIPAddress", 15, "3067", "", _DIGITS_OR_DOTS, "3079"),
    TextField("CustomerXML", 2000, "3176"),
    TextField("SurchargeXML", 800, "3175"),
    TextField("VendorData", 200, "3178"),
    TextField("ReferrerID", 40, "3134"),
    TextField("Website", 100, "3187"),
)
FLAGS = (
    ("GiftAidPayment", "01", "3018"),
    ("ApplyAVSCV2", "0123", "3019"),
    ("Apply3DSecure", "0123", "3020"),
    ("AccountType", "EMC", "3100"),
    ("BillingAgreement", "01", "3167"),
    ("CreateToken", "01", "3172"),
    ("StoreToken", "01", "3191"),
)
KEPT = frozenset(field.name for field in TEXTS) | frozenset(name for name, _, _ in FLAGS) | frozenset(
    ("Description", "NotificationURL", "Token", "Basket", "BasketXML", "Language", "Profile", "COFUsage",
     "InitiatedTYPE", "MITType", "SchemeTraceID", "RecurringExpiry", "RecurringFrequency",
     "PurchaseInstalData", "AllowGiftAid")
)  # fmt: skip
"""The fields a registration keeps; whatever else was sent is forgotten."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration that holds together."""

    protocol: str
    tx_type: TxType
    vendor_tx_code: str
    amount: Decimal
    currency: str
    fields: Mapping[str, str]


def read_registration(fields: Mapping[str, str], vendor: str, currencies: Collection[str]) -> Registration:
    """Check a Server registration for a vendor with merchant accounts in these currencies.

    Raises `Refusal` with the first fault found. Whether the VendorTxCode is new is asked elsewhere.
    """
    protocol, tx_type = read_head(fields, vendor, REGISTRABLE)
    code = read_vendor_tx_code(fields.get("VendorTxCode", ""))
    currency, amount = read_money(fields, currencies)
    read_description(fields)
    _check_notification_url(fields.get("NotificationURL", ""))
    for text in TEXTS:
        value = fields.get(text.name)
        if value or text.missing:
            _check_text(text, value or "")
    _check_places(fields)
    for name, allowed, refusal in FLAGS:
        value = fields.get(name)
        if value and (len(value) != 1 or value not in allowed):
            raise Refusal(refusal)
    _check_xml(fields)
    _check_lines(fields, amount)
    kept = {name: value for name, value in fields.items() if value and name in KEPT}
    return Registration(protocol, TxType(tx_type), code, amount, currency, kept)


def read_head(fields: Mapping[str, str], vendor: str, types: Collection[str]) -> tuple[str, str]:
    """VPSProtocol and TxType (in capitals), after a look at Vendor too. Refusals 3096 to 4000."""
    protocol = _required(fields, "VPSProtocol", "3096")
    if protocol not in PROTOCOLS:
        raise Refusal("3095")
    tx_type = _required(fields, "TxType", "3039").upper()
    if tx_type not in types:
        raise Refusal("3014")
    given = _required(fields, "Vendor", "3034")
    if len(given) > 15 or not given.isalnum():
        raise Refusal("3008")
    if given.lower() != vendor.lower():
        raise Refusal("4000")
    return protocol, tx_type


def read_vendor_tx_code(code: str) -> str:
    """The vendor's own reference: 3009 missing, 3080 over 40 characters, 3035 other characters."""
    if not code:
        raise Refusal("3009")
    if len(code) > 40:
        raise Refusal("3080")
    if not _CODE.fullmatch(code):
        raise Refusal("3035")
    return code


def read_money(fields: Mapping[str, str], currencies: Collection[str]) -> tuple[str, Decimal]:
    """Currency and amount. Refusals: 3045, 3003, 4008 for the currency, 3031 to 4009 for the amount."""
    text = _required(fields, "Amount", "3031")
    currency = _required(fields, "Currency", "3045").upper()
    amount = parse_amount(text, currency)
    if currency not in currencies:
        raise Refusal("4008")
    check_range(amount, currency)
    return currency, amount


def read_description(fields: Mapping[str, str]) -> str:
    """What is bought: 3013 missing, 3082 over 100 characters."""
    description = _required(fields, "Description", "3013")
    if len(description) > 100:
        raise Refusal("3082")
    return description


def _required(fields: Mapping[str, str], name: str, missing: str) -> str:
    value = fields.get(name, "")
    if not value:
        raise Refusal(missing)
    return value


def _check_notification_url(url: str) -> None:
    if not url:
        raise Refusal("3076")
    if len(url) > 255:
        raise Refusal("3037")
    if not is_web_address(url):
        raise Refusal("3011")


def _check_text(text: TextField, value: str) -> None:
    if text.missing and not value.strip():
        raise Refusal(text.missing)
    if len(value) > text.limit:
        raise Refusal(text.too_long)
    if text.pattern is not None and not text.pattern.fullmatch(value):
        raise Refusal(text.bad_characters)


def _check_places(fields: Mapping[str, str]) -> None:
    for side, country_code, state_codes, post_code_missing in (
        ("Billing", "3141", ("3147", "3138"), "3090"),
        ("Delivery", "3140", ("3148", "3139"), "3094"),
    ):
        country = fields[f"{side}Country"]
        if country not in COUNTRIES:
            raise Refusal(country_code)
        if not fields.get(f"{side}PostCode") and country != "IE":
            raise Refusal(post_code_missing)
        _check_state(fields.get(f"{side}State", ""), country, *state_codes)


def _check_state(state: str, country: str, missing: str, invalid: str) -> None:
    if country == "US" and not state:
        raise Refusal(missing)
    if state and not _STATE.fullmatch(state):
        raise Refusal(invalid)


def _check_xml(fields: Mapping[str, str]) -> None:
    for name, refusal in (("CustomerXML", "3173"), ("SurchargeXML", "3174")):
        text = fields.get(name)
        if not text:
            continue
        try:
            parse_xml(text)
        except ValueError as error:
            raise Refusal(refusal) from error


def _check_lines(fields: Mapping[str, str], amount: Decimal) -> None:
    basket, basket_xml = fields.get("Basket"), fields.get("BasketXML")
    if basket and basket_xml:
        raise Refusal("3194")
    if basket:
        if len(basket) > 7500:
            raise Refusal("3041")
        check_basket(basket)
    if basket_xml:
        if len(basket_xml) > 20000:
            raise Refusal("3177")
        check_basket_xml(basket_xml, amount)
