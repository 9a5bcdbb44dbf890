"""What would be booked if Opayo did something: played through the real pipeline, and taken back.

Everything happens in one transaction that is rolled back, so what people are shown is what they would get: the same
mappings, flows, rules and accounts, and the same questions.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from integrations.clock import business_now
from integrations.events.services import store_event
from integrations.models import Event, Payment
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
    try:
        with transaction.atomic():
            try:
                return _played(payment, done)
            finally:
                transaction.set_rollback(True)
    except IntegrityError:
        # The pipeline books the same order just now, and was first.
        return Foreseen(problem=_BUSY)


def _played(payment: Payment, done: Instructed) -> Foreseen:
    before = _states(payment)
    event = _event(payment, done)
    play(Batch(payment.pair, business_now()), [event])
    if event.state != Event.State.PROCESSED:
        return Foreseen(problem=event.error)
    # Found by the payment's order as it is now: a new payment has none of its own yet.
    rows = Posting.objects.filter(order=payment.order_id).select_related("problem", "mapping_version")
    after = list(rows.order_by("pk")) if payment.order_id else []
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


def _states(payment: Payment) -> dict[int, str]:
    if payment.order_id is None:
        return {}
    return dict(Posting.objects.filter(order=payment.order_id).values_list("pk", "state"))


def _event(payment: Payment, done: Instructed) -> Event:
    event_id, _ = store_event(
        pair_id=payment.pair_id,
        connection_id=None,
        source=Event.Source.OPAYO,
        kind="instruction",
        dedupe_key=f"foreseen:{uuid.uuid4().hex}",
        body=instructed_to_json(done),
        headers={},
        authenticity=Event.Authenticity.FETCHED,
    )
    return Event.objects.get(pk=event_id)
