"""Events become records, records become postings: one batch, one transaction.

One worker at a time processes a pair's events (a transaction-level advisory lock, which a killed
worker lets go at once). A batch that breaks is done again event by event, so that one event that
cannot be processed stops itself and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from integrations.clock import business_now
from integrations.events.services import seal_events
from integrations.models import Event, Pair
from sync.services.batch import Batch
from sync.services.customers.pushing import push
from sync.services.disputing.tying import say_untied, tie_disputes
from sync.services.intake import Done, Outcome, UnreadableError, Wait, sources
from sync.services.notify import notices_of_payments
from sync.services.order_states import settle_orders
from sync.services.projection import project
from sync.services.strays import tie_payments_to_orders

BATCH_EVENTS = 400
MOST_CRASHES = 5
LOCK_SPACE = 0x7111

log = structlog.get_logger(__name__)


@dataclass
class Processed:
    """What a batch did, and what must be woken now that it is committed."""

    events: int = 0
    postings: bool = False
    notices: bool = False
    look_up: set[str] = field(default_factory=set)
    poll: bool = False


def process_batch(pair_id: int, *, limit: int = BATCH_EVENTS) -> Processed | None:
    """Process the oldest received events of the pair; None while another worker does."""
    try:
        return _process(pair_id, limit)
    except Exception:
        # Whatever broke, the transaction is rolled back and nothing is lost; find the culprit.
        log.exception("batch_broke", pair=pair_id, limit=limit)
        if limit == 1:
            _count_crash(pair_id)
            return Processed(events=1)
        return _one_by_one(pair_id)


def _one_by_one(pair_id: int) -> Processed:
    total = Processed()
    for _ in range(BATCH_EVENTS):
        done = process_batch(pair_id, limit=1)
        if done is None or not done.events:
            break
        total.events += done.events
        total.postings |= done.postings
        total.notices |= done.notices
        total.look_up |= done.look_up
        total.poll |= done.poll
    return total


def _count_crash(pair_id: int) -> None:
    """Set the event that broke us aside for a while, and for good after a few tries."""
    event = _due(pair_id, 1).first()
    if event is None:
        return
    Event.objects.filter(pk=event.pk).update(
        attempts=F("attempts") + 1, not_before=timezone.now() + timedelta(seconds=30)
    )
    Event.objects.filter(pk=event.pk, attempts__gte=MOST_CRASHES).update(
        state=Event.State.DEAD,
        error="Tillbridge itself could not process this message (the log has the details). "
        "Nothing of it was booked. Try it again after an update, or discard it.",
    )


@transaction.atomic
def _process(pair_id: int, limit: int) -> Processed | None:
    if not _lock(pair_id):
        return None
    seal_events(pair_id)
    events = list(_due(pair_id, limit))
    if not events:
        return Processed()
    batch = Batch(Pair.objects.get(pk=pair_id), business_now())
    play(batch, events)
    notices = notices_of_payments(batch)
    _write_events(batch, events)
    _release_waiting(batch)
    return Processed(
        events=len(events),
        postings=bool(batch.changed_orders) or batch.postings,
        notices=notices + batch.messages > 0,
        look_up=batch.look_up,
        poll=batch.poll,
    )


def play(batch: Batch, events: list[Event]) -> None:
    """Events into records, records into postings, in the transaction under way; how each event ended is on it."""
    _apply(batch, events)
    tie_payments_to_orders(batch)
    tie_disputes(batch)
    batch.gather_payments()
    settle_orders(batch)
    batch.write()
    say_untied(batch)
    batch.postings |= push(batch.people) > 0
    project(batch)


def _lock(pair_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_SPACE, pair_id])
        row = cursor.fetchone()
    return bool(row and row[0])


def _due(pair_id: int, limit: int) -> QuerySet[Event]:
    now = timezone.now()
    return Event.objects.filter(
        Q(not_before__isnull=True) | Q(not_before__lte=now), pair_id=pair_id, state=Event.State.RECEIVED
    ).order_by("pk")[:limit]


def _apply(batch: Batch, events: list[Event]) -> None:
    """Read all, fetch what they need together, then change the records one event after the other."""
    readable = []
    for event in events:
        try:
            message = sources.read(event)
        except UnreadableError as error:
            _kill(event, str(error))
            continue
        sources.load(batch, event, message)
        readable.append((event, message))
    batch.fetch()
    for event, message in readable:
        try:
            outcome = sources.apply(batch, event, message)
        except UnreadableError as error:
            _kill(event, str(error))
        else:
            _note(event, outcome)


def _kill(event: Event, why: str) -> None:
    event.state, event.error, event.processed_at = Event.State.DEAD, why, timezone.now()


def _note(event: Event, outcome: Outcome) -> None:
    if isinstance(outcome, Done):
        event.state, event.error, event.processed_at = outcome.state, outcome.note, timezone.now()
    elif isinstance(outcome, Wait):
        event.attempts += 1
        event.error = outcome.why
        event.not_before = timezone.now() + timedelta(seconds=outcome.seconds)


def _release_waiting(batch: Batch) -> None:
    """What this batch made known may be what others wait for: they are looked at again at once."""
    if batch.announced or batch.told_orders:
        waiting = Event.objects.filter(
            pair=batch.pair, state=Event.State.RECEIVED, not_before__gt=timezone.now()
        )
        waiting.update(not_before=None)


def _write_events(batch: Batch, events: list[Event]) -> None:
    """Only the state: what was received is never written again."""
    for event in events:
        order = batch.orders.get(batch.order_of_event.get(event.pk, ""))
        event.order_id = order.pk if order else event.order_id
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE integrations_event AS e
               SET state = n.state, error = n.error, attempts = n.attempts, authenticity = n.authenticity,
                   not_before = n.not_before, processed_at = n.processed_at, order_id = n.order_id
              FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::int[], %s::text[], %s::timestamptz[],
                          %s::timestamptz[], %s::bigint[])
                AS n(id, state, error, attempts, authenticity, not_before, processed_at, order_id)
             WHERE e.id = n.id
            """,
            [
                [event.pk for event in events],
                [event.state for event in events],
                [event.error for event in events],
                [event.attempts for event in events],
                [event.authenticity for event in events],
                [event.not_before for event in events],
                [event.processed_at for event in events],
                [event.order_id for event in events],
            ],
        )
