"""The lists of what waits for a person."""

from __future__ import annotations

from dataclasses import replace

from django.urls import reverse

from dashboard.forms.filters import ListFilter
from dashboard.tables.cells import Amount, Cell, Count, Link, Moment, Text
from dashboard.tables.events import event_link
from dashboard.tables.orders import order_link
from dashboard.tables.postings import posting_link
from dashboard.tables.table import BulkAction, Column, EmptyState, TableSpec
from integrations.models import Event, Pair
from sync.models import Notice, Posting


def actions(pair: Pair, kind: str, retry: str) -> tuple[BulkAction, ...]:
    """Retry and discard for one kind of dead letter."""
    return (
        BulkAction(retry, reverse(f"attention-{kind}-retry", args=[pair.slug]), "rotate-cw", "main"),
        BulkAction(
            "Discard", reverse(f"attention-{kind}-discard", args=[pair.slug]), "trash-2", "bad", reason=True
        ),
    )


def _edit(posting: Posting, pair: Pair) -> Cell:
    return Link("Edit and send", reverse("attention-edit", args=[pair.slug, posting.pk]))


def _notice_link(notice: Notice, pair: Pair) -> Cell:
    return Link(notice.get_type_display(), reverse("notices-page", args=[pair.slug, notice.pk]), main=True)


DEAD_POSTINGS: TableSpec[Posting] = TableSpec(
    name="dead-postings",
    noun="document",
    order="-created",
    columns=(
        Column("key", "Posting", lambda row, pair: posting_link(row, pair, main=True), sort="natural_key", fixed=True),
        Column("kind", "Kind", lambda row, pair: Text(row.get_kind_display()), sort="kind"),
        Column("order", "Order", lambda row, pair: order_link(row.order, pair)),
        Column("error", "What happened", lambda row, pair: Text(row.error, "said")),
        Column("amount", "Amount", lambda row, pair: Amount(row.amount_minor if row.currency else None, row.currency),
               sort="amount_minor", numeric=True, money=True),
        Column("created", "Intended", lambda row, pair: Moment(row.created_at, pair.zone), sort="pk", shown=False),
        Column("attempts", "Attempts", lambda row, pair: Count(row.attempts), sort="attempts", numeric=True, shown=False),
        Column("edit", "Put right", _edit),
    ),
    empty=EmptyState(
        "Xero refuses nothing",
        "Documents Xero will not take as they stand wait here: correct and send again, or discard with a reason.",
    ),
)  # fmt: skip

DEAD_POSTINGS_TO_READ: TableSpec[Posting] = replace(
    DEAD_POSTINGS, columns=tuple(column for column in DEAD_POSTINGS.columns if column.key != "edit")
)
"""For people who may not put anything right."""

DEAD_EVENTS: TableSpec[Event] = TableSpec(
    name="dead-events",
    noun="message",
    order="-received",
    columns=(
        Column(
            "kind", "Message", lambda row, pair: event_link(row, pair, main=True), sort="kind", fixed=True
        ),
        Column("source", "From", lambda row, pair: Text(row.get_source_display()), sort="source"),
        Column("received", "Received", lambda row, pair: Moment(row.received_at, pair.zone), sort="pk"),
        Column("error", "What happened", lambda row, pair: Text(row.error, "said")),
        Column("attempts", "Attempts", lambda row, pair: Count(row.attempts), sort="attempts", numeric=True),
    ),
    empty=EmptyState(
        "Every message could be read",
        "What cannot be read is kept here as it came. Nothing is lost: read it again once the cause is mended.",
    ),
)

DEAD_NOTICES: TableSpec[Notice] = TableSpec(
    name="dead-notices",
    noun="confirmation",
    order="-written",
    columns=(
        Column("type", "Confirmation", _notice_link, sort="type", fixed=True),
        Column(
            "channel",
            "To",
            lambda row, pair: Text(row.recipient or row.get_channel_display()),
            sort="channel",
        ),
        Column("order", "Order", lambda row, pair: order_link(row.order, pair)),
        Column("error", "What happened", lambda row, pair: Text(row.error, "said")),
        Column("written", "Written", lambda row, pair: Moment(row.created_at, pair.zone), sort="pk"),
        Column("attempts", "Attempts", lambda row, pair: Count(row.attempts), sort="attempts", numeric=True),
    ),
    empty=EmptyState(
        "Everybody was told",
        "Confirmations that shop or customer would not take after many attempts wait here.",
    ),
)


class DeadPostingFilter(ListFilter[Posting]):
    """Which refused documents."""

    search_paths = ("natural_key__icontains", "order__number__icontains", "error__icontains")

    def search_hint(self) -> str:
        return "Key, order or what happened"


class DeadEventFilter(ListFilter[Event]):
    """Which unreadable messages."""

    search_paths = ("kind__icontains", "dedupe_key__icontains", "error__icontains")

    def search_hint(self) -> str:
        return "Kind, sender's id or what happened"


class DeadNoticeFilter(ListFilter[Notice]):
    """Which undelivered confirmations."""

    search_paths = ("recipient__icontains", "order__number__icontains", "error__icontains")

    def search_hint(self) -> str:
        return "Recipient, order or what happened"
