"""What acquirers tell of disputes, whether by file, by a partner or by a person who typed it in."""

from __future__ import annotations

from typing import Final

from integrations.core.money import Money
from integrations.disputes.core.notices import (
    DisputeNotice,
    NoticeError,
    Told,
    notice_to_json,
    told_from_json,
)
from integrations.disputes.core.reasons import family_of
from integrations.disputes.core.states import label
from integrations.disputes.core.stories import Story
from integrations.models import Dispute, DisputeChange, Event, Payment
from sync.services.batch import Batch
from sync.services.disputing.cases import story as story_of_changes
from sync.services.disputing.tying import tie, touch, untie
from sync.services.intake.outcomes import Done, Outcome, UnreadableError, Wait

_MOST_ATTEMPTS: Final = 300
"""With waits of at most five minutes: about a day."""
_TEXTS: Final = (
    "acquirer", "scheme", "reason_code", "respond_by", "retrieval_reference", "bank_auth_code", "last_four", "sold_on",
    "note", "fee_currency",
)  # fmt: skip


def read(event: Event) -> Told:
    """Parse the body; raises UnreadableError."""
    if event.kind != "dispute":
        raise UnreadableError(f"Nothing here reads {event.kind} messages of an acquirer.")
    try:
        return told_from_json(bytes(event.body))
    except NoticeError as error:
        raise UnreadableError(str(error)) from error


def load(batch: Batch, event: Event, message: Told) -> None:
    """The dispute of this case number, and the sale that a person has chosen."""
    batch.cases.wanted.add(message.notice.case_id)
    if message.notice.payment:
        batch.wanted["payments"].add(message.notice.payment)


def apply(batch: Batch, event: Event, message: Told) -> Outcome:
    """Move the dispute on as told, or say why that cannot be."""
    notice = message.notice
    dispute = batch.cases.disputes.get(notice.case_id)
    if dispute is None:
        if not notice.amount_minor:
            return _wait_for_amount(event, notice)
        dispute = Dispute(pair=batch.pair, case_id=notice.case_id, currency=notice.currency)
    _check_currency(dispute, notice)
    change = _change(dispute, event, message)
    before = dispute.state
    story = _story(batch, dispute, change)
    _learn(batch, dispute, notice, story)
    if notice.unties:
        untie(batch, dispute, event)
    elif notice.payment:
        _choose(batch, event, dispute, batch.payments.get(notice.payment), notice)
    batch.cases.keep(dispute, change, event)
    touch(batch, dispute, event)
    said_before = before == story.state and notice.state and notice.state != story.state
    return Done(note=f"It was {label(before).lower()} already." if said_before else "")


def _wait_for_amount(event: Event, notice: DisputeNotice) -> Outcome:
    """What tells of a case first may be under way behind what tells of it later."""
    if event.attempts >= _MOST_ATTEMPTS:
        raise UnreadableError(
            f"Nobody has told what amount is disputed in case {notice.case_id}, so nothing was booked. "
            "Enter the dispute with its amount."
        )
    return Wait(min(2.0 ** min(event.attempts, 9), 300.0), f"waiting for the amount of case {notice.case_id}")


def _check_currency(dispute: Dispute, notice: DisputeNotice) -> None:
    if notice.currency and notice.currency != dispute.currency:
        raise UnreadableError(
            f"Case {dispute.case_id} is in {dispute.currency}, but this notice is in {notice.currency}. A dispute keeps its "
            "currency: check the number of the case."
        )
    fee = notice.fee_currency or (notice.fee_minor and notice.currency)
    known = dispute.fee_currency or (dispute.fee_minor and dispute.currency)
    if fee and known and fee != known:
        raise UnreadableError(
            f"The fee of case {dispute.case_id} was charged in {known}; one in {fee} cannot be added to it."
        )


def _change(dispute: Dispute, event: Event, message: Told) -> DisputeChange:
    notice = message.notice
    return DisputeChange(
        dispute=dispute,
        event=event,
        state=notice.state or ("" if dispute.state else "received"),
        happened_on=notice.happened_on,
        amount_minor=notice.amount_minor,
        fee_minor=notice.fee_minor,
        returns_fee=notice.returns_fee,
        told=notice_to_json(notice),
        note=notice.note,
        by_id=message.by,
        created_at=event.received_at,
    )


def _story(batch: Batch, dispute: Dispute, change: DisputeChange) -> Story:
    """The story with what is told now. Raises UnreadableError when it cannot be true."""
    told = [*batch.cases.told[dispute.case_id], change]
    story = story_of_changes(told)
    if story.impossible is not None:
        told_word, stands = label(story.impossible.state), label(story.state)
        raise UnreadableError(
            f"“{told_word}” cannot follow “{stands}”, where case {dispute.case_id} stands since {story.since:%-d %B %Y}. "
            "Nothing was booked. Ask the acquirer, and discard this if it was a mistake."
        )
    return story


def _learn(batch: Batch, dispute: Dispute, notice: DisputeNotice, story: Story) -> None:
    """What a later day told counts more; what is not told stays."""
    days = [change.happened_on for change in batch.cases.told[dispute.case_id]]
    is_newest = not days or notice.happened_on >= max(days)
    for name in _TEXTS:
        value = getattr(notice, name)
        if value and (is_newest or not getattr(dispute, name)):
            setattr(dispute, name, value)
    dispute.family = Dispute.Family(
        family_of(dispute.scheme, dispute.reason_code, notice.family or dispute.family)
    )
    dispute.loss = notice.loss or dispute.loss
    dispute.state, dispute.amount_minor = story.state, story.amount_minor
    dispute.raised_on, dispute.updated_at = story.raised_on, batch.now
    charged = sum(move.amount_minor for move in story.moves if move.is_fee and move.kind == "taken")
    dispute.fee_minor, dispute.fee_returned = (
        story.fee_minor or charged,
        bool(charged) and not story.fee_minor,
    )


def _choose(
    batch: Batch, event: Event, dispute: Dispute, payment: Payment | None, notice: DisputeNotice
) -> None:
    """A person says which sale it is about. Raises UnreadableError when that cannot be."""
    if payment is None:
        raise UnreadableError(f"There is no payment {notice.payment} here to tie case {dispute.case_id} to.")
    taken = Money(payment.amount_minor or 0, payment.currency or dispute.currency)
    asked = Money(dispute.amount_minor, dispute.currency)
    if taken.currency != asked.currency or asked > taken:
        raise UnreadableError(
            f"Case {dispute.case_id} over {asked} cannot be about payment {notice.payment} of {taken}: a dispute is in the "
            "currency of its sale, and over no more than was paid."
        )
    tie(batch, dispute, payment, event)
    dispute.is_tied_by_person = True
