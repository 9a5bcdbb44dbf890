"""Which statuses may follow which (Xero Accounting API, Invoices, "Invoice status codes")."""

from __future__ import annotations

from decimal import Decimal

from sandbox.xero.core import messages

CREATABLE = frozenset({"DRAFT", "SUBMITTED", "AUTHORISED"})
OPEN_FOR_EDIT = frozenset({"DRAFT", "SUBMITTED"})
ENDED = frozenset({"VOIDED", "DELETED"})
IN_THE_BOOKS = frozenset({"AUTHORISED", "PAID"})

_NEXT = {
    "DRAFT": frozenset({"DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"}),
    "SUBMITTED": frozenset({"SUBMITTED", "AUTHORISED", "DELETED"}),
    "AUTHORISED": frozenset({"AUTHORISED", "VOIDED"}),
    "PAID": frozenset({"PAID"}),
    "VOIDED": frozenset(),
    "DELETED": frozenset(),
}


def refuse_creation(status: str) -> str | None:
    """Why a new document cannot have this status, or None."""
    return None if status in CREATABLE else messages.INVALID_STATUS_FOR_CREATION


def refuse_change(current: str, wanted: str, *, settled: bool) -> str | None:
    """Why a document cannot go from `current` to `wanted`, or None.

    `settled` is true where payments or credits stand against the document; PAID can never be asked
    for, it only follows from them.
    """
    if current in ENDED:
        return messages.INVALID_STATUS_FOR_MODIFICATION
    if settled and wanted != current:
        return messages.status_blocked(wanted)
    if wanted in _NEXT[current]:
        return None
    return messages.INVALID_STATUS_FOR_MODIFICATION


def settled_status(left: Decimal) -> str:
    """The status of an approved document: PAID once nothing is left."""
    return "AUTHORISED" if left else "PAID"
