"""A refund as recorded, with the order it belongs to and the refunds of that order before it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from mapping.core.schemas.schema import Field, Schema
from mapping.core.schemas.shop import ORDER


def _returned(at: str) -> tuple[Field, ...]:
    return (
        Field(at, "list", "Lines that came back", optional=True),
        Field(f"{at}[].line", "integer", "Number of the order's line", optional=True, example=1),
        Field(f"{at}[].sku", "text", "Article number", optional=True, example="POT-1"),
        Field(f"{at}[].quantity", "decimal", "Quantity that came back", optional=True, example="1"),
        Field(f"{at}[].total", "decimal", "Amount given back for it", optional=True, example="24.99"),
    )


_ORDER: Final = tuple(
    replace(field, path=f"order.{field.path}", label=f"Order: {field.label}", optional=True)
    for field in ORDER.fields
)

REFUND = Schema(
    "refund",
    "Refund",
    (
        Field("vendor_tx_code", "text", "vendorTxCode of the refund", required=True, example="HF-10042-R1"),
        Field("vps_tx_id", "text", "Opayo transaction id", optional=True),
        Field("number", "text", "Number of the credit note", optional=True, example="HF-10042-R1"),
        Field("order_number", "text", "Order number", optional=True, example="HF-10042"),
        Field(
            "related_vendor_tx_code",
            "text",
            "vendorTxCode of the payment",
            optional=True,
            example="HF-10042-1",
        ),
        Field("amount", "decimal", "Amount given back", required=True, example="24.99"),
        Field("currency", "text", "Currency", required=True, example="GBP"),
        Field("refunded_at", "moment", "Refunded at", required=True, example="2026-11-25T09:30:00Z"),
        Field("card_type", "text", "Card scheme", optional=True, example="VISA"),
        Field("last_four", "text", "Last four digits", optional=True, example="5559"),
        Field("reason", "text", "Reason", optional=True, example="Arrived broken"),
        Field("status", "text", "Status at Opayo", optional=True, example="OK"),
        *_returned("lines"),
        Field("earlier", "list", "Refunds of the order before this one", optional=True),
        Field("earlier[].vendor_tx_code", "text", "vendorTxCode", optional=True),
        Field("earlier[].amount", "decimal", "Amount given back", example="5.00"),
        Field("earlier[].lines", "list", "Lines that came back", optional=True),
        Field("order", "object", "Order that is refunded", required=True),
        *_ORDER,
    ),
)
