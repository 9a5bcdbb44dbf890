"""What the shop asks of Opayo, and the fields of a registration with Opayo Server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sandbox.credentials import OPAYO_VENDOR


class Gateway(Protocol):
    """The part of the simulated Opayo the shop calls in the same process."""

    def register_server(self, fields: dict[str, str], base_url: str = ...) -> dict[str, str]:
        """Register a Server transaction; the reply's fields (Status, VPSTxId, SecurityKey, NextURL)."""


class PaymentRefused(Exception):
    """Opayo would not register the payment; the message is its StatusDetail."""


def registration_fields(
    order: Mapping[str, Any], vendor_tx_code: str, notification_url: str, tx_type: str = "PAYMENT"
) -> dict[str, str]:
    """The register request for an order (Opayo Server protocol 4.00, step 1)."""
    customer, billing = order["customer"], order["customer"]["billing_address"]
    person = {
        "Surname": customer["last_name"][:20],
        "Firstnames": customer["first_name"][:20],
        "Address1": billing["line1"][:50],
        "City": billing["city"][:40],
        "PostCode": billing["postcode"][:10],
        "Country": billing["country"],
    }
    if billing["country"] == "US":
        person["State"] = billing["region"]
    return {
        "VPSProtocol": "4.00",
        "TxType": tx_type,
        "Vendor": OPAYO_VENDOR,
        "VendorTxCode": vendor_tx_code,
        "Amount": order["total"],
        "Currency": order["currency"],
        "Description": f"Order {order['number']}",
        "NotificationURL": notification_url,
        "CustomerEMail": customer["email"],
        **{f"Billing{name}": value for name, value in person.items()},
        **{f"Delivery{name}": value for name, value in person.items()},
    }
