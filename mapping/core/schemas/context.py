"""What a mapping may read besides the record: the pair's settings and what the posting step knows (`context:` paths)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from mapping.core.paths import Path, Step
from mapping.core.schemas.schema import Field, Schema
from mapping.core.tables import Table

TABLES = (
    "accounts",
    "accounts.clearing",
    "accounts.bank",
    "accounts.reserve",
    "accounts.by_category",
    "accounts_by_category",
    "accounts_by_product",
    "tax_types",
    "tables",
    "enriched",
)
"""Objects with free keys."""

CONTEXT = Schema(
    "context",
    "Settings of the pair and of the posting",
    (
        Field("pair", "object", "Pair"),
        Field("pair.name", "text", "Name of the pair"),
        Field("pair.zone", "text", "Time zone of the pair", example="Europe/London"),
        Field("pair.base_currency", "text", "Currency of the books", example="GBP"),
        Field("pair.invoice_prefix", "text", "Prefix of invoice numbers", optional=True),
        Field("pair.days_due", "integer", "Days until an invoice is due", optional=True, example=0),
        Field(
            "pair.rounding", "choice", "Half a penny of VAT", choices=("half_up", "half_even"), optional=True
        ),
        Field(
            "pair.rounding_cap",
            "decimal",
            "Most that may be put down to rounding",
            optional=True,
            example="0.05",
        ),
        Field("accounts", "object", "Accounts by role (sales, delivery, rounding, …)"),
        Field("accounts.sales", "text", "Sales account", example="200"),
        Field("accounts.delivery", "text", "Account for delivery", optional=True),
        Field("accounts.rounding", "text", "Account for rounding", optional=True, example="860"),
        Field("accounts.fees", "text", "Account for the acquirer's fees", optional=True, example="404"),
        Field("accounts.disputed", "text", "Account for disputed receivables", optional=True),
        Field("accounts.losses", "text", "Account for lost disputes", optional=True),
        Field("accounts.dispute_fees", "text", "Account for fees of disputes", optional=True),
        Field("accounts.clearing", "object", "Clearing accounts by currency, or currency:SCHEME"),
        Field("accounts.bank", "object", "Bank accounts by currency", optional=True),
        Field(
            "accounts.reserve", "object", "Accounts for the acquirer's reserve, by currency", optional=True
        ),
        Field("accounts_by_category", "object", "Accounts by product category", optional=True),
        Field("accounts_by_product", "object", "Accounts by article number", optional=True),
        Field("tax_types", "object", "Xero tax types by VAT rate or code"),
        Field("tables", "object", "Look-up tables by name", optional=True),
        Field("tables.fee_accounts", "object", "Table: accounts by kind of fee", optional=True),
        Field("tables.fee_tax_types", "object", "Table: tax types by kind of fee", optional=True),
        Field("enriched", "object", "What enrichment steps found, by name", optional=True),
        Field("status", "text", "Status to post with", example="AUTHORISED"),
        Field("invoice_number", "text", "Invoice number, when it is already settled", optional=True),
        Field("credit_note_number", "text", "Credit note number, when it is already settled", optional=True),
        Field("vendor_tx_code", "text", "vendorTxCode of the payment", optional=True, example="HF-10042-1"),
        Field("rate", "object", "Exchange rate, when the order's currency is not kept", optional=True),
        Field("rate.source", "text", "Currency converted from", optional=True, example="USD"),
        Field("rate.target", "text", "Currency converted to", optional=True, example="GBP"),
        Field(
            "rate.rate", "decimal", "Units of the second for one of the first", optional=True, example="0.75"
        ),
        Field("rate.on", "date", "Day of the rate", optional=True),
        Field("rate.origin", "text", "Where the rate is from", optional=True, example="ECB"),
        Field("today", "date", "Today in the pair's zone", example="2026-11-22"),
    ),
)


def context_schema(tables: Mapping[str, Table], enriched: Iterable[Field] = ()) -> Schema:
    """What a mapping of a certain blueprint may read: the context with its tables and what its flows look up.

    `enriched` are the fields of `mapping.core.enrichment.enriched_fields`. Tables that the blueprint does not have are
    unknown then, except those the shipped mappings ask for.
    """
    known = {item.path for item in CONTEXT.fields}
    added = [_table_field(table) for table in tables.values()]
    fields = {item.path: item for item in (*added, *enriched) if item.path not in known}
    return replace(CONTEXT, fields=(*CONTEXT.fields, *fields.values()))


def _table_field(table: Table) -> Field:
    path = str(Path((Step("tables"), Step(table.id))))
    return Field(path, "object", f"Table {table.title or table.id}", optional=True)
