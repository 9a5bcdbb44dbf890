"""Every event, decision, posting, call, notice and act of a person about one order or payment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import Q, QuerySet
from django.urls import reverse

from dashboard.core import states
from dashboard.core.states import Tone, state_words
from dashboard.core.timeline import Entry, Fact, in_order
from dashboard.core.wording import counted
from dashboard.selectors.dispute_story import change_entries, changes_of
from dashboard.tables.payments import card_words
from integrations.models import (
    AuditEntry,
    Dispute,
    DisputeChange,
    Event,
    Instruction,
    Order,
    Pair,
    Payment,
    Refund,
)
from sync.models import Delivery, Notice, Posting, Ruling

_EVENT_TITLES: Final[dict[str, str]] = {
    "order.created": "Order received",
    "order.updated": "Order changed by the shop",
    "order.cancelled": "Order cancelled by the shop",
    "payment.started": "Payment announced by the shop",
    "notification": "Opayo told the outcome",
    "transaction": "Found in Opayo's reports",
    "instruction": "Opayo has done as asked",
    "refund.requested": "The shop asks for a refund",
}
_EVENT_ICONS: Final[dict[str, str]] = {
    "shop": "shopping-bag",
    "opayo": "credit-card",
    "xero": "book-open-check",
    "person": "circle-user-round",
}
_NEAR = timedelta(days=2)


@dataclass(frozen=True)
class Story:
    """What one timeline is told from."""

    pair: Pair
    events: list[Event]
    payments: list[Payment]
    postings: list[Posting]
    deliveries: list[Delivery]
    notices: list[Notice]
    acts: list[AuditEntry]
    rulings: list[Ruling]
    instructions: list[Instruction]
    refunds: list[Refund]
    changes: list[DisputeChange]

    @property
    def documents(self) -> list[Posting]:
        """Postings that stand in Xero or are meant to, in the order they are made."""
        return [posting for posting in self.postings if posting.state != Posting.State.CANCELLED]

    @property
    def disputes(self) -> list[Dispute]:
        """The disputes over these payments: each has at least one change."""
        return list({change.dispute_id: change.dispute for change in self.changes}.values())

    @property
    def refunded_minor(self) -> int:
        """What of the captured money went back, in minor units of the order's currency."""
        captured = {payment.pk for payment in self.payments if payment.state == Payment.State.CAPTURED}
        return sum(
            refund.amount_minor
            for refund in self.refunds
            if refund.payment_id in captured and not refund.is_voided
        )


def story_of_order(order: Order) -> Story:
    """Ten queries, however long the story is."""
    payments = list(Payment.objects.filter(order=order).order_by("pk"))
    about = Q(order=order) | Q(payment__in=payments)
    if order.customer is not None:
        about |= Q(customer=order.customer, kind=Posting.Kind.CONTACT)
    return _story(order.pair, _events(order.pair).filter(order=order), payments, about, Q(order=order))


def story_of_payment(payment: Payment) -> Story:
    """The same for one payment; without an order, the events that name its VendorTxCode."""
    events = _events(payment.pair)
    if payment.order_id is not None:
        events = events.filter(order=payment.order_id)
    else:
        since, until = payment.created_at - _NEAR, payment.created_at + _NEAR
        events = events.filter(received_at__range=(since, until), dedupe_key__contains=payment.vendor_tx_code)
    return _story(payment.pair, events, [payment], Q(payment=payment), Q(payment=payment))


def _events(pair: Pair) -> QuerySet[Event]:
    return Event.objects.filter(pair=pair).defer("body", "headers").order_by("pk")


def _story(pair: Pair, events: QuerySet[Event], payments: list[Payment], about: Q, noticed: Q) -> Story:
    postings = list(
        Posting.objects.filter(about, pair=pair)
        .select_related("mapping_version", "problem")
        .defer("mapping_version__blueprint")
        .order_by("pk")
    )
    keys = [posting.pk for posting in postings]
    deliveries = Delivery.objects.filter(pair=pair, posting_ids__overlap=keys).defer("body").order_by("pk")
    notices = Notice.objects.filter(noticed, pair=pair).order_by("pk")
    acts = (
        AuditEntry.objects.filter(_acts(postings, payments), pair=pair).select_related("actor").order_by("pk")
    )
    rulings = list(
        Ruling.objects.filter(noticed, pair=pair).select_related("payment", "refund").order_by("pk")
    )
    asked = (
        Instruction.objects.filter(payment__in=payments).select_related("asked_by", "refund").order_by("pk")
    )
    return Story(
        pair,
        list(events),
        payments,
        postings,
        list(deliveries),
        list(notices),
        list(acts),
        rulings,
        list(asked),
        list(Refund.objects.filter(payment__in=payments).order_by("happened_at", "pk")),
        changes_of(Dispute.objects.filter(payment__in=payments)),
    )


def _acts(postings: list[Posting], payments: list[Payment]) -> Q:
    """Acts on these postings, by name or among the picked ones, and assignments of these payments."""
    about = Q(action="posting.edited", subject__in=[str(posting)[:120] for posting in postings])
    for posting in postings:
        about |= Q(action__startswith="posting.", data__ids__contains=[posting.pk])
    for payment in payments:
        about |= Q(action="payment.assigned", subject__startswith=f"{payment} to ")
    return about


def timeline(story: Story) -> list[Entry]:
    """The story as entries, oldest first."""
    return in_order([
        *(_event(story.pair, event) for event in story.events),
        *(_attempt(story.pair, payment) for payment in story.payments),
        *(_refund(refund) for refund in story.refunds),
        *change_entries(story.pair, story.changes),
        *(_intention(story.pair, posting) for posting in story.postings),
        *(entry for delivery in story.deliveries for entry in _calls(story.pair, delivery)),
        *(_arrival(story.pair, posting) for posting in story.postings if posting.posted_at),
        *(_notice(story.pair, notice) for notice in story.notices),
        *(_ruling(ruling) for ruling in story.rulings),
        *(_act(act) for act in story.acts),
        *(entry for row in story.instructions for entry in _instruction(row)),
    ])  # fmt: skip


def _event(pair: Pair, event: Event) -> Entry:
    words = state_words(states.EVENT, event.state)
    signed = event.get_authenticity_display() + (", card data masked" if event.is_masked else "")
    return Entry(
        at=event.received_at,
        icon=_EVENT_ICONS.get(event.source, "inbox"),
        tone="bad" if words.tone == "bad" else "mute",
        title=_EVENT_TITLES.get(event.kind, f"{event.get_source_display()}: {event.kind}"),
        text=event.error or signed,
        state=words if words.tone in ("bad", "work") else None,
        detail=reverse("events-page", args=[pair.slug, event.pk]),
        facts=(Fact("Signature", signed), Fact("Event", f"#{event.pk}")),
    )


def _attempt(pair: Pair, payment: Payment) -> Entry:
    words = state_words(states.PAYMENT, payment.state)
    told = " ".join(part for part in (payment.status, payment.status_detail) if part)
    return Entry(
        at=payment.created_at,
        icon="credit-card",
        tone=words.tone,
        title=f"Payment {payment.vendor_tx_code}",
        text=" · ".join(part for part in (told, card_words(payment)) if part) or words.sentence,
        state=words,
        minor=payment.amount_minor,
        currency=payment.currency,
        detail=reverse("payments-page", args=[pair.slug, payment.pk]),
        rank=1,
    )


def _refund(refund: Refund) -> Entry:
    words = state_words(states.REFUND, "voided" if refund.is_voided else "given")
    told = " · ".join(part for part in (refund.get_channel_display(), refund.reason) if part)
    return Entry(
        at=refund.happened_at,
        icon="undo-2",
        tone=words.tone,
        title=f"Refund {refund.vendor_tx_code}",
        text=told,
        state=words,
        minor=refund.amount_minor,
        currency=refund.currency,
        rank=1,
    )


def _intention(pair: Pair, posting: Posting) -> Entry:
    words = state_words(states.POSTING, posting.state)
    made_by = f"Made by {posting.mapping_version}. " if posting.mapping_version else ""
    return Entry(
        at=posting.created_at,
        icon="file-pen-line",
        tone=words.tone if words.tone != "ok" else "mute",
        title=f"{posting.get_kind_display()} to be posted",
        text=posting.error or f"{made_by}{words.sentence}",
        state=words,
        minor=posting.amount_minor if posting.currency else None,
        currency=posting.currency,
        detail=reverse("postings-page", args=[pair.slug, posting.pk]),
        facts=(Fact("Key", posting.natural_key),),
        rank=2,
    )


def _calls(pair: Pair, delivery: Delivery) -> Iterator[Entry]:
    """The call as it went out, with its answer; nothing for one that was never sent."""
    if delivery.first_sent_at is None:
        return
    words = state_words(states.DELIVERY, delivery.state)
    size = counted(len(delivery.posting_ids), "document")
    answer = f"Xero answered {delivery.status_code}" if delivery.status_code else words.sentence
    attempts = f", {counted(delivery.attempts, 'attempt')} under one key" if delivery.attempts > 1 else ""
    yield Entry(
        at=delivery.first_sent_at,
        icon="send",
        tone=_tone_of_call(delivery, words.tone),
        title=f"{delivery.method} {delivery.path}",
        text=delivery.error or f"{size} in one call. {answer}{attempts}.",
        state=words if words.tone == "work" else None,
        detail=reverse("deliveries-page", args=[pair.slug, delivery.pk]),
        facts=(Fact("Idempotency-Key", delivery.idempotency_key),),
        rank=3,
    )


def _tone_of_call(delivery: Delivery, otherwise: Tone) -> Tone:
    if delivery.status_code is None:
        return otherwise
    return "ok" if delivery.status_code < 300 else "bad"


def _arrival(pair: Pair, posting: Posting) -> Entry:
    assert posting.posted_at is not None  # noqa: S101 - only those that arrived are asked for
    return Entry(
        at=posting.posted_at,
        icon="book-open-check",
        tone="ok",
        title=f"{posting.get_kind_display()} stands in Xero",
        text=" · ".join(part for part in (posting.remote_number, posting.remote_status) if part),
        minor=posting.amount_minor if posting.currency else None,
        currency=posting.currency,
        detail=reverse("postings-page", args=[pair.slug, posting.pk]),
        rank=4,
    )


def _notice(pair: Pair, notice: Notice) -> Entry:
    words = state_words(states.NOTICE, notice.state)
    to = notice.recipient or notice.get_channel_display()
    return Entry(
        at=notice.sent_at or notice.created_at,
        icon="bell" if notice.channel == Notice.Channel.SHOP else "mail",
        tone=words.tone,
        title=f"{notice.get_type_display()}: {notice.get_channel_display().lower()} told",
        text=notice.error or f"To {to}",
        state=words if words.tone != "ok" else None,
        detail=reverse("notices-page", args=[pair.slug, notice.pk]),
        rank=5,
    )


_RULING_TITLES: Final[dict[str, str]] = {
    Ruling.Outcome.GO: "Rules applied",
    Ruling.Outcome.HOLD: "Held by a rule",
    Ruling.Outcome.APPROVE: "Waits for approval",
    Ruling.Outcome.SKIP: "Not booked, by a rule",
    Ruling.Outcome.OFF: "Kept, not booked yet",
    Ruling.Outcome.SHADOW: "Shadow run",
}
_RULING_TONES: Final[dict[str, Tone]] = {
    Ruling.Outcome.HOLD: "bad", Ruling.Outcome.APPROVE: "bad", Ruling.Outcome.OFF: "wait",
}  # fmt: skip


def _ruling(ruling: Ruling) -> Entry:
    """What flow and rules said, and who settled it."""
    tone = "mute" if ruling.settlement else _RULING_TONES.get(ruling.outcome, "mute")
    settled = f" {ruling.get_settlement_display()}: {ruling.settled_reason}".rstrip(": ")
    text = ruling.words() + (settled if ruling.settlement else "")
    return Entry(
        at=ruling.ruled_at,
        icon="route",
        tone=tone,
        title=_RULING_TITLES[ruling.outcome] + _ruled(ruling),
        text=text or "By the pair's rules.",
        facts=tuple(Fact("Label", str(tag)) for tag in ruling.tags),
        rank=1,
    )


def _instruction(row: Instruction) -> Iterator[Entry]:
    """What Opayo was asked, by whom and why; and what became of it."""
    words = state_words(states.INSTRUCTION, row.state)
    if (
        row.state == Instruction.State.DONE
        and row.kind == Instruction.Kind.REFUND
        and not hasattr(row, "refund")
    ):
        words = states.BEING_BOOKED
    who = row.asked_by.email if row.asked_by else row.get_via_display()
    yield Entry(
        at=row.asked_at,
        icon="undo-2",
        tone=words.tone if words.tone != "bad" else "mute",
        title=f"{row.get_kind_display()} asked for",
        text=" · ".join(part for part in (who, row.reason, "" if row.ended_at else row.error) if part),
        state=words if words.tone == "work" else None,
        minor=row.amount_minor,
        currency=row.currency,
        facts=(Fact("VendorTxCode", row.vendor_tx_code),),
        rank=1,
    )
    if row.ended_at is not None:
        yield Entry(
            at=row.ended_at,
            icon="undo-2",
            tone=words.tone,
            title=f"{row.get_kind_display()} {'refused' if row.state == Instruction.State.REFUSED else 'done at Opayo'}",
            text=row.error or row.status_detail,
            rank=2,
        )


def _ruled(ruling: Ruling) -> str:
    record = ruling.refund or ruling.payment
    return f": {record}" if record else ""


def _act(act: AuditEntry) -> Entry:
    return Entry(
        at=act.at,
        icon="circle-user-round",
        tone="mute",
        title=act.action.replace(".", " ").replace("_", " ").capitalize(),
        text=" · ".join(
            part for part in (act.actor.email if act.actor else "Tillbridge", act.reason) if part
        ),
        rank=6,
    )
