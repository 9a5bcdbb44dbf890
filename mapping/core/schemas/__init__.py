"""Typed schemas of sources and of Xero's documents, by name."""

from __future__ import annotations

from typing import Final

from mapping.core.schemas import opayo as opayo_sources
from mapping.core.schemas import refund, settlement, shop, xero_contact, xero_documents, xero_money
from mapping.core.schemas.schema import Field, FieldType, Schema

SOURCES: Final[dict[str, Schema]] = {
    schema.name: schema
    for schema in (
        shop.ORDER,
        opayo_sources.PAYMENT,
        opayo_sources.TRANSACTION,
        opayo_sources.SERVER_NOTIFICATION,
        refund.REFUND,
        settlement.BATCH,
        settlement.LINE,
    )
}
TARGETS: Final[dict[str, Schema]] = {
    schema.name: schema
    for schema in (
        xero_contact.CONTACT,
        xero_documents.INVOICE,
        xero_documents.CREDIT_NOTE,
        xero_documents.BANK_TRANSACTION,
        xero_money.PAYMENT,
        xero_money.BANK_TRANSFER,
    )
}

__all__ = ["SOURCES", "TARGETS", "Field", "FieldType", "Schema"]
