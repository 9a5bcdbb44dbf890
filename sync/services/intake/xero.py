"""What Xero tells: webhooks that something changed, and pages of documents read by polling."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from integrations.models import Event
from sync.models import Posting
from sync.services.batch import Batch
from sync.services.intake.contacts import read_contacts
from sync.services.intake.outcomes import Done, Outcome, UnreadableError
from sync.services.problems import open_problem

_ECHO = timedelta(minutes=3)
_GONE = {"VOIDED", "DELETED"}
_KIND = Posting.Kind
_WATCHED = (
    ("Invoices", "InvoiceID", _KIND.INVOICE, (_KIND.INVOICE_CLOSE, _KIND.INVOICE_VOID)),
    ("Payments", "PaymentID", _KIND.PAYMENT, (_KIND.PAYMENT_DELETE,)),
    ("Payments", "PaymentID", _KIND.REFUND, (_KIND.REFUND_DELETE,)),
    ("CreditNotes", "CreditNoteID", _KIND.CREDIT_NOTE, (_KIND.CREDIT_NOTE_VOID,)),
)
"""What polling reads of our documents, and the kinds by which we undo them ourselves."""


def read(event: Event) -> Mapping[str, Any]:
    """Parse the JSON; raises UnreadableError."""
    try:
        body = json.loads(bytes(event.body), parse_float=Decimal)
    except ValueError as error:
        raise UnreadableError("Xero's message is not readable JSON.") from error
    if not isinstance(body, dict):
        raise UnreadableError("Xero's message is not of the form it documents.")
    return body


def load(batch: Batch, event: Event, message: Mapping[str, Any]) -> None:
    """Nothing to fetch beforehand."""


def apply(batch: Batch, event: Event, message: Mapping[str, Any]) -> Outcome:
    """Notice what people changed in Xero."""
    if event.kind == "webhook":
        return _webhook(batch, message)
    read_contacts(batch, message.get("Contacts", []))
    for collection, id_name, kind, undo_kinds in _WATCHED:
        _gone(batch, message.get(collection, []), id_name, kind, undo_kinds)
    return Done()


def _webhook(batch: Batch, message: Mapping[str, Any]) -> Outcome:
    """A webhook only says that something changed. Our own changes come back too: those are skipped."""
    ids = [str(entry.get("resourceId", "")) for entry in message.get("events", [])]
    recent = timezone.now() - _ECHO
    own = set(
        Posting.objects.filter(pair=batch.pair, remote_id__in=ids, posted_at__gte=recent).values_list(
            "remote_id", flat=True
        )
    )
    if set(ids) <= own:
        return Done(Event.State.IGNORED, "An echo of our own change.")
    batch.poll = True
    return Done()


def _gone(
    batch: Batch, documents: list[Mapping[str, Any]], id_name: str, kind: str, undo_kinds: tuple[str, ...]
) -> None:
    """A document of ours that somebody deleted or voided in Xero is a problem to look at, not a fact to hide."""
    status = {str(document.get(id_name)): str(document.get("Status")) for document in documents}
    gone = [remote_id for remote_id, word in status.items() if word in _GONE]
    if not gone:
        return
    postings = Posting.objects.filter(
        pair=batch.pair, kind=kind, remote_id__in=gone, state=Posting.State.POSTED
    )
    undone_by_us = set(
        Posting.objects.filter(pair=batch.pair, kind__in=undo_kinds)
        .exclude(state=Posting.State.CANCELLED)
        .values_list("natural_key", flat=True)
        .filter(natural_key__in=[posting.natural_key for posting in postings])
    )
    for posting in postings:
        if posting.natural_key not in undone_by_us:
            posting.remote_status = status[posting.remote_id]
            posting.save(update_fields=["remote_status"])
            open_problem(
                batch.pair,
                "changed_in_xero",
                f"{posting.get_kind_display()} {posting.natural_key}",
                f"{posting.get_kind_display()} {posting.natural_key} was {posting.remote_status.lower()} in Xero "
                "by somebody else, so the books no longer hold this money.",
                "Restore it in Xero, or mark this as settled if it was meant.",
            )
