"""Which document is undone by what, and when (docs/rollback.md, Order)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

UNDO_OF: Final[Mapping[str, str]] = {
    "credit_note_allocation": "allocation_delete",
    "refund": "refund_delete",
    "payment": "payment_delete",
    "overpayment": "overpayment_delete",
    "spend": "bank_transaction_delete",
    "receive": "bank_transaction_delete",
    "bank_transfer": "bank_transfer_delete",
    "journal": "journal_void",
    "credit_note": "credit_note_void",
    "invoice": "invoice_void",
    "bill": "invoice_void",
}
"""The posting kind that undoes a document."""

REVERSED_BY: Final[Mapping[str, str]] = {
    "invoice": "journal",
    "bill": "journal",
    "credit_note": "journal",
    "journal": "journal",
    "payment": "spend",
    "overpayment": "spend",
    "refund": "receive",
    "spend": "receive",
    "receive": "spend",
    "bank_transfer": "bank_transfer",
}
"""The posting kind that takes a document of a locked period back on an open day.

Xero takes no manual journal on a bank account (Accounting API, ManualJournals), so money goes back by money. An
allocation stays with what it connects.
"""

FOLLOWS: Final = frozenset({"invoice_authorise", "invoice_update"})
"""Changes of an invoice that cannot be undone by themselves, and are gone with it."""

PHASES: Final[Mapping[str, int]] = {
    "allocation_delete": 0,
    "refund_delete": 1,
    "payment_delete": 1,
    "overpayment_delete": 2,
    "bank_transaction_delete": 2,
    "bank_transfer_delete": 2,
    "journal_void": 2,
    "credit_note_void": 3,
    "invoice_void": 4,
}
"""What stands on something else goes before it: one phase begins when the one before has ended."""
REVERSING_PHASE: Final = 2
FOLLOWING_PHASE: Final = 5

GONE: Final = frozenset({"VOIDED", "DELETED"})
"""Xero's words for a document that carries no money any more."""
