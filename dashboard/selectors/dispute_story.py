"""What happened in a dispute: the acquirer's notices, people's acts, and what became of it in the books."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.urls import reverse

from dashboard.core import states
from dashboard.core.states import state_words
from dashboard.core.timeline import Entry, Fact, in_order
from dashboard.core.wording import written_money
from integrations.disputes.core.notices import DisputeNotice, NoticeError, Told, told_from_json
from integrations.models import AuditEntry, Dispute, DisputeChange, Pair
from sync.models import Posting

_VIA = {"file": "From the acquirer's file", "api": "Told by a partner's program", "person": "Entered by hand"}
_TAKEN_OUT = "dispute.pack_downloaded"


def story_of_dispute(dispute: Dispute) -> list[Entry]:
    """The story as entries, oldest first. Three queries."""
    postings = Posting.objects.filter(pair=dispute.pair, dispute=dispute).order_by("pk")
    return in_order([
        *change_entries(dispute.pair, changes_of([dispute])),
        *(entry for posting in postings for entry in _posting(dispute.pair, posting)),
        *(_act(act) for act in _acts(dispute)),
    ])  # fmt: skip


def changes_of(disputes: QuerySet[Dispute] | Sequence[Dispute]) -> list[DisputeChange]:
    """All changes of these disputes, with the notice that told each. One query."""
    rows = DisputeChange.objects.filter(dispute__in=disputes).select_related("event", "by", "dispute")
    return list(rows.order_by("pk"))


def change_entries(pair: Pair, changes: Iterable[DisputeChange]) -> Iterator[Entry]:
    """Each step of a dispute, on its own day, with who told it."""
    for change in changes:
        words = state_words(states.DISPUTE, change.state) if change.state else None
        told = _told(change)
        said = _said(change.dispute, told.notice) if told else ""
        came = _VIA[told.via] if told else ""
        who = change.by.email if change.by else ""
        yield Entry(
            at=_moment(change, pair),
            icon="scale",
            tone=words.tone if words and words.tone != "work" else "mute",
            title=f"Dispute {change.dispute.case_id}",
            text=" · ".join(part for part in (said, came, who, change.note) if part),
            state=_still(words) if words else None,
            minor=change.amount_minor or None,
            currency=change.dispute.currency,
            detail=reverse("events-page", args=[pair.slug, change.event_id]) if change.event_id else "",
            rank=1,
        )


def _still(words: states.StateWords) -> states.StateWords:
    """A step is over once it is told: it does not move by itself any more."""
    return states.StateWords(words.label, "wait", words.sentence) if words.tone == "work" else words


def _said(dispute: Dispute, notice: DisputeNotice) -> str:
    """What was told beside the state."""
    parts = []
    if notice.payment:
        parts.append(f"It is about payment {notice.payment}")
    if notice.unties:
        parts.append("It is not about that sale")
    if notice.loss:
        parts.append(f"A loss is booked so: {Dispute.Loss(notice.loss).label.lower()}")
    if notice.respond_by and not notice.state:
        parts.append(f"Answer due by {notice.respond_by:%-d %B %Y}")
    if notice.fee_minor and not notice.state:
        parts.append(
            f"Fees so far {written_money(notice.fee_minor, notice.fee_currency or dispute.currency)}"
        )
    return ". ".join(parts)


def _moment(change: DisputeChange, pair: Pair) -> datetime:
    """When it was told; on an earlier day for one that happened before, at noon."""
    zone = ZoneInfo(pair.zone)
    told = (change.event.received_at if change.event else change.created_at).astimezone(zone)
    return told if told.date() <= change.happened_on else datetime.combine(change.happened_on, time(12), zone)


def _told(change: DisputeChange) -> Told | None:
    if change.event is None:
        return None
    try:
        return told_from_json(bytes(change.event.body))
    except NoticeError:
        return None


def _posting(pair: Pair, posting: Posting) -> Iterator[Entry]:
    words = state_words(states.POSTING, posting.state)
    detail = reverse("postings-page", args=[pair.slug, posting.pk])
    yield Entry(
        at=posting.created_at,
        icon="file-pen-line",
        tone=words.tone if words.tone != "ok" else "mute",
        title=f"{posting.get_kind_display()} to be posted",
        text=posting.error or words.sentence,
        state=words,
        minor=posting.amount_minor if posting.currency else None,
        currency=posting.currency,
        detail=detail,
        facts=(Fact("Key", posting.natural_key),),
        rank=2,
    )
    if posting.posted_at is not None:
        yield Entry(
            at=posting.posted_at,
            icon="book-open-check",
            tone="ok",
            title=f"{posting.get_kind_display()} stands in Xero",
            text=" · ".join(part for part in (posting.remote_number, posting.remote_status) if part),
            minor=posting.amount_minor if posting.currency else None,
            currency=posting.currency,
            detail=detail,
            rank=4,
        )


def _acts(dispute: Dispute) -> QuerySet[AuditEntry]:
    """Acts that are not steps of the case: those are told as changes."""
    acts = AuditEntry.objects.filter(pair=dispute.pair, action=_TAKEN_OUT, subject=dispute.case_id[:120])
    return acts.select_related("actor").order_by("pk")


def _act(act: AuditEntry) -> Entry:
    return Entry(
        at=act.at,
        icon="file-down",
        tone="mute",
        title="Evidence pack taken out",
        text=act.actor.email if act.actor else "",
        rank=6,
    )
