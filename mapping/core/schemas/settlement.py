"""An acquirer's settlement as reconciliation records it: the batch as a whole, and one line of it."""

from __future__ import annotations

from mapping.core.schemas.schema import Field, Schema

LINE = Schema(
    "settlement:line",
    "Settlement line",
    (
        Field("batch_id", "text", "Batch", required=True, example="1234"),
        Field("processor", "text", "Acquirer", example="Elavon"),
        Field("merchant_number", "text", "Merchant number", optional=True),
        Field(
            "kind", "choice", "Kind", choices=("sale", "refund", "chargeback", "fee", "reserve", "adjustment")
        ),
        Field("vendor_tx_code", "text", "vendorTxCode", optional=True),
        Field("amount", "decimal", "Amount (positive in our favour)", required=True, example="38.34"),
        Field("fee", "decimal", "Fee", optional=True, example="0.61"),
        Field("fee_kind", "text", "Kind of fee", optional=True, example="interchange"),
        Field("currency", "text", "Currency", required=True, example="GBP"),
        Field("scheme", "text", "Card scheme", optional=True, example="VISA"),
        Field("settled_on", "date", "Settled on", required=True, example="2026-11-23"),
        Field("reference", "text", "Reference", optional=True),
    ),
)

BATCH = Schema(
    "settlement",
    "Settlement",
    (
        Field("batch_id", "text", "Batch", required=True, example="1234"),
        Field("processor", "text", "Acquirer", optional=True, example="Elavon"),
        Field("merchant_number", "text", "Merchant number", optional=True),
        Field("scheme", "text", "Card scheme, where it is paid apart", optional=True, example="AMEX"),
        Field("currency", "text", "Currency", required=True, example="GBP"),
        Field("settled_on", "date", "Settled on", required=True, example="2026-11-23"),
        Field("paid_on", "date", "Paid to the bank on", optional=True, example="2026-11-25"),
        Field("sales", "decimal", "Sales", optional=True, example="1200.00"),
        Field("refunds", "decimal", "Refunds", optional=True, example="60.00"),
        Field("chargebacks", "decimal", "Chargebacks", optional=True, example="36.00"),
        Field("fees_total", "decimal", "Fees kept back", optional=True, example="21.60"),
        Field(
            "net", "decimal", "Paid to the bank (negative: taken from it)", required=True, example="1082.40"
        ),
        Field("reference", "text", "Reference on the bank statement", optional=True),
        Field("fees", "list", "Fees by kind", optional=True),
        Field("fees[].kind", "text", "Kind of fee", example="interchange"),
        Field("fees[].description", "text", "Fee in words", optional=True),
        Field("fees[].amount", "decimal", "Fee (negative: given back)", example="21.60"),
    ),
)
