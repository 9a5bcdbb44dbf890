"""Pi payments without a browser: the merchant's checkout and its customer in one call."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, NotRequired, Required, TypedDict

from sandbox.credentials import OPAYO_INTEGRATION_KEY, OPAYO_INTEGRATION_PASSWORD, OPAYO_VENDOR
from sandbox.kernel.wire import Reply, Request
from sandbox.kernel.wire_json import decode, encode
from sandbox.opayo.pi.api import ROOT, PiApi
from sandbox.opayo.pi.sales import Sales
from sandbox.opayo.records import Record

_BASIC = b64encode(f"{OPAYO_INTEGRATION_KEY}:{OPAYO_INTEGRATION_PASSWORD}".encode()).decode()
_BROWSER = {
    "notificationURL": "http://127.0.0.1/3ds-return",
    "browserIP": "203.0.113.7",
    "browserAcceptHeader": "*/*",
    "browserJavascriptEnabled": False,
    "browserLanguage": "en-GB",
    "browserUserAgent": "Mozilla/5.0",
    "challengeWindowSize": "Medium",
    "transType": "GoodsAndServicePurchase",
}


class PiSale(TypedDict, total=False):
    """A payment by Pi; amounts in minor units."""

    vendor_tx_code: Required[str]
    amount_minor: Required[int]
    currency: Required[str]
    card_number: Required[str]
    cardholder: NotRequired[str]
    description: NotRequired[str]
    expiry: NotRequired[str]
    cvv: NotRequired[str]
    transaction_type: NotRequired[str]
    """Payment (the default), Deferred or Authenticate."""
    customer_first_name: NotRequired[str]
    customer_last_name: NotRequired[str]
    customer_email: NotRequired[str]
    billing_address: NotRequired[Mapping[str, str]]
    """Pi's own names: address1, city, postalCode, country, …"""


class PiCustomers:
    """Goes through session key, card identifier and transaction as a checkout does."""

    def __init__(self, api: PiApi, sales: Sales) -> None:
        self._api = api
        self._sales = sales

    def pay(self, sale: PiSale) -> dict[str, Any]:
        """Pay; the JSON of the last reply, which may be an error object."""
        key = self._post("merchant-session-keys", {"vendorName": OPAYO_VENDOR})["merchantSessionKey"]
        card = self._post("card-identifiers", {"cardDetails": _card_details(sale)}, f"Bearer {key}")
        if "cardIdentifier" not in card:
            return card
        method = {"merchantSessionKey": key, "cardIdentifier": card["cardIdentifier"]}
        return self._post("transactions", _sale_body(sale, method))

    def pass_challenge(self, record: Record, *, passed: bool) -> dict[str, Any]:
        """Answer the bank and bring its cRes; the JSON of the transaction."""
        cres = self._sales.answer(record, passed=passed)
        return self._post(f"transactions/{record.tx.vps_tx_id}/3d-secure-challenge", {"cRes": cres})

    def _post(self, resource: str, body: Mapping[str, Any], auth: str = "") -> dict[str, Any]:
        headers = {"authorization": auth or f"Basic {_BASIC}"}
        reply: Reply = self._api.handle(
            Request("POST", f"{ROOT}{resource}", headers=headers, body=encode(body))
        )
        answer: dict[str, Any] = decode(reply.body)
        return answer


def _card_details(sale: PiSale) -> dict[str, str]:
    amex = sale["card_number"].startswith(("34", "37"))
    return {
        "cardholderName": sale.get("cardholder", "SUCCESSFUL"),
        "cardNumber": sale["card_number"],
        "expiryDate": sale.get("expiry", "1230"),
        "securityCode": sale.get("cvv", "1234" if amex else "123"),
    }


def _sale_body(sale: PiSale, method: Mapping[str, str]) -> dict[str, Any]:
    address = {"address1": "88", "city": "London", "postalCode": "412", "country": "GB"}
    body: dict[str, Any] = {
        "transactionType": sale.get("transaction_type", "Payment"),
        "paymentMethod": {"card": method},
        "vendorTxCode": sale["vendor_tx_code"],
        "amount": sale["amount_minor"],
        "currency": sale["currency"],
        "description": sale.get("description", "Online order"),
        "customerFirstName": sale.get("customer_first_name", "Sam"),
        "customerLastName": sale.get("customer_last_name", "Jones"),
        "billingAddress": dict(sale.get("billing_address", address)),
        "strongCustomerAuthentication": _BROWSER,
    }
    if sale.get("customer_email"):
        body["customerEmail"] = sale["customer_email"]
    return body
