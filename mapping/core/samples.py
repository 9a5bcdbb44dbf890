"""The settings of a typical UK pair, for trying a mapping where no pair is at hand."""

from __future__ import annotations

from typing import Any, Final

from mapping.core.transforms.lookups import UK_TAX_TYPES

SAMPLE_CONTEXT: Final[dict[str, Any]] = {
    "pair": {
        "name": "Sample",
        "zone": "Europe/London",
        "base_currency": "GBP",
        "invoice_prefix": "",
        "days_due": 0,
    },
    "accounts": {
        "sales": "200",
        "delivery": "200",
        "rounding": "860",
        "fees": "404",
        "bank": {"GBP": "093", "EUR": "094", "USD": "095"},
        "clearing": {"GBP": "090", "EUR": "091", "USD": "092"},
    },
    "accounts_by_category": {},
    "tax_types": UK_TAX_TYPES,
    "status": "AUTHORISED",
    "today": "2026-11-22",
}
"""Account codes as in Xero's own UK chart of accounts: 200 sales, 090 bank, 860 rounding."""
