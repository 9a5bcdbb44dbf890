"""A line of an acquirer's settlement, as reconciliation records it."""

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
