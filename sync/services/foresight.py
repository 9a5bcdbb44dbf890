"""What would be booked if Opayo did something, or an acquirer: played through the real pipeline, and taken back.

Everything happens in one transaction that is rolled back, so what people are shown is what they would get: the same
mappings, flows, rules and accounts, and the same questions.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q

from integrations.clock import business_now
from integrations.disputes.core.notices import DisputeNotice, Told, told_to_json
from integrations.events.services import store_event
from integrations.models import Dispute, Event, Pair, Payment, User
from integrations.opayo.core.instructed import Instructed, instructed_to_json
from sync.models import Posting
from sync.services.batch import Batch
from sync.services.pipeline import play

_BUSY = "This order is being booked at this moment. Look again in a few seconds."


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The postings that would be made, those that would be dropped unsent, and why nothing would be booked, if so."""

    made: tuple[Posting, ...] = ()
    dropped: tuple[Posting, ...] = ()
    problem: str = ""


def foresee(payment: Payment, done: Instructed) -> Foreseen:
    """What the books would become once Opayo has carried `done` out for the payment. Changes nothing."""
    # Found by the payment's order as it is now: a new payment has none of its own yet.
    about = Q(order=payment.order_id) if payment.order_id else Q(pk=None)
    return _taken_back(payment.pair, Event.Source.OPAYO, "instruction", instructed_to_json(done), about)


def foresee_dispute(dispute: Dispute, notice: DisputeNotice, *, by: User | None) -> Foreseen:
    """What the books would become if this were told of the dispute by a person. Changes nothing."""
    body = told_to_json(Told(notice, "person", by.pk if by else None))
    return _taken_back(dispute.pair, Event.Source.ACQUIRER, "dispute", body, Q(dispute=dispute))


def _taken_back(pair: Pair, source: str, kind: str, body: bytes, about: Q) -> Foreseen:
    try:
        with transaction.atomic():
            try:
                return _played(pair, _event(pair, source, kind, body), about)
            finally:
                transaction.set_rollback(True)
    except IntegrityError:
        # The pipeline books the same order just now, and was first.
        return Foreseen(problem=_BUSY)


def _played(pair: Pair, event: Event, about: Q) -> Foreseen:
    before = dict(Posting.objects.filter(about, pair=pair).values_list("pk", "state"))
    play(Batch(pair, business_now()), [event])
    if event.state != Event.State.PROCESSED:
        return Foreseen(problem=event.error)
    rows = Posting.objects.filter(about, pair=pair).select_related("problem", "mapping_version")
    after = list(rows.order_by("pk"))
    return Foreseen(
        made=tuple(
            row for row in after if before.get(row.pk) != row.state and row.state != Posting.State.CANCELLED
        ),
        dropped=tuple(
            row
            for row in after
            if row.state == Posting.State.CANCELLED and before.get(row.pk, row.state) != row.state
        ),
    )


def _event(pair: Pair, source: str, kind: str, body: bytes) -> Event:
    event_id, _ = store_event(
        pair_id=pair.pk,
        connection_id=None,
        source=source,
        kind=kind,
        dedupe_key=f"foreseen:{uuid.uuid4().hex}",
        body=body,
        headers={},
        authenticity=Event.Authenticity.FETCHED,
    )
    return Event.objects.get(pk=event_id)
