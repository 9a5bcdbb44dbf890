"""Sources from Opayo: the payment as recorded, a transaction of the Reporting & Admin API, a Server notification."""

from __future__ import annotations

from mapping.core.schemas.schema import Field, Schema

PAYMENT = Schema(
    "payment",
    "Payment",
    (
        Field("vendor_tx_code", "text", "vendorTxCode", required=True, example="HF-10042-1"),
        Field("vps_tx_id", "text", "Opayo transaction id", optional=True),
        Field("order_number", "text", "Order number", optional=True, example="HF-10042"),
        Field("amount", "decimal", "Amount", required=True, example="38.34"),
        Field("currency", "text", "Currency", required=True, example="GBP"),
        Field("card_type", "text", "Card scheme", optional=True, example="VISA"),
        Field("last_four", "text", "Last four digits", optional=True, example="5559"),
        Field("auth_code", "text", "Bank's authorisation code", optional=True),
        Field("status", "text", "Status at Opayo", optional=True, example="OK"),
        Field("taken_at", "moment", "Taken at", required=True, example="2026-11-22T10:16:12Z"),
    ),
)

_PEOPLE = ("firstnames", "surname", "address", "address2", "city", "state", "postcode", "country", "phone")


def _person(prefix: str, label: str) -> tuple[Field, ...]:
    return tuple(
        Field(f"{prefix}{part}", "text", f"{label} {part}", personal=True, optional=True) for part in _PEOPLE
    )


def _optional(names: str, label: str = "") -> tuple[Field, ...]:
    return tuple(Field(name, "text", label or name, optional=True) for name in names.split())


TRANSACTION = Schema(
    "opayo:transaction",
    "Opayo transaction (Reporting & Admin API)",
    (
        Field("vpstxid", "text", "Opayo transaction id", required=True),
        Field("vendortxcode", "text", "vendorTxCode", required=True, example="HF-10042-1"),
        Field("transactiontype", "text", "Kind of transaction", example="Payment"),
        Field("txstateid", "integer", "State", example="16"),
        Field("status", "text", "Status", optional=True),
        Field("amount", "decimal", "Amount", example="38.34"),
        Field("currency", "text", "Currency", example="GBP"),
        Field("surcharge", "decimal", "Surcharge", optional=True),
        Field("description", "text", "Description", optional=True),
        Field("started", "text", "Started (UK time)", example="22/11/2026 10:15:30"),
        Field("completed", "text", "Completed (UK time)", optional=True, example="22/11/2026 10:16:12"),
        Field("relatedtransactionid", "text", "Related transaction", optional=True),
        Field("relatedvendortxcode", "text", "Related vendorTxCode", optional=True),
        Field("relatedamount", "decimal", "Related amount", optional=True),
        Field("relatedcurrency", "text", "Related currency", optional=True),
        Field("paymentsystem", "text", "Card scheme", optional=True, example="VISA"),
        Field("last4digits", "text", "Last four digits", optional=True, example="5559"),
        Field("expirydate", "text", "Expiry date", optional=True),
        Field("customername", "text", "Customer", personal=True, optional=True),
        Field("customeremail", "email", "Customer's e-mail", personal=True, optional=True),
        *_person("billing", "Billing"),
        *_person("delivery", "Delivery"),
        *_optional(
            "vpsauthcode bankauthcode batchid authprocessor merchantnumber accounttype declinecode eci"
        ),
        *_optional(
            "refunded repeated released aborted giftaid cv2result addressresult postcoderesult threedresult"
        ),
        *_optional(
            "t3mscore t3maction fraudcode fraudcodedetail fraudscreenrecommendation vendordata basket"
        ),
    ),
)

SERVER_NOTIFICATION = Schema(
    "opayo:server_notification",
    "Opayo Server notification",
    (
        Field("VPSProtocol", "text", "Protocol", example="4.00"),
        Field("TxType", "text", "Kind of transaction", example="PAYMENT"),
        Field("VendorTxCode", "text", "vendorTxCode", required=True, example="HF-10042-1"),
        Field("VPSTxId", "text", "Opayo transaction id", required=True),
        Field("Status", "text", "Status", required=True, example="OK"),
        Field("StatusDetail", "text", "Status in words", optional=True),
        Field("Surcharge", "decimal", "Surcharge", optional=True),
        *_optional(
            "TxAuthNo AVSCV2 AddressResult PostCodeResult CV2Result GiftAid 3DSecureStatus CAVV AddressStatus"
        ),
        *_optional(
            "PayerStatus CardType Last4Digits FraudResponse DeclineCode ExpiryDate BankAuthCode Token"
        ),
        *_optional("ACSTransID DSTransID SchemeTraceID"),
    ),
)
