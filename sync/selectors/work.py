"""What work there is."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Min, Q, Sum
from django.utils import timezone

from integrations.models import Connection, Event, Pair, Payment
from integrations.opayo.sweep import BROKE_OFF
from sync.core.states import OPEN
from sync.models import Delivery, Lease, Notice, Posting, Problem

_OPEN_NOTICES = [Notice.State.READY, Notice.State.RETRYING, Notice.State.SENDING]


def next_event_due_in(pair_id: int) -> float | None:
    """Seconds until the pair's next received event is due; 0 when it is, None when there is none."""
    received = Event.objects.filter(pair_id=pair_id, state=Event.State.RECEIVED)
    if received.filter(not_before=None).exists():
        return 0.0
    earliest = received.aggregate(at=Min("not_before"))["at"]
    return None if earliest is None else max(0.0, (earliest - timezone.now()).total_seconds())


def has_urgent_work(pair_id: int) -> bool:
    """Whether messages are to be processed or documents to be posted right now."""
    moving = [Posting.State.READY, Posting.State.SENDING]
    return (
        Posting.objects.filter(pair_id=pair_id, state__in=moving).exists()
        or Event.objects.filter(pair_id=pair_id, state=Event.State.RECEIVED, not_before=None).exists()
    )


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """How much is still under way; all counts zero means that everything received has been dealt with."""

    events: int
    fetches: int
    """Looks into Xero and Opayo that are under way, or to be made again because they failed."""
    postings: dict[str, int]
    deliveries: int
    notices: int
    dead_postings: int
    dead_events: int
    dead_notices: int
    problems: int
    unmatched_payments: int

    @property
    def is_quiet(self) -> bool:
        """Nothing moves any more by itself."""
        moving = sum(count for state, count in self.postings.items() if state not in {"dead", "held"})
        return not (self.events or self.fetches or moving or self.deliveries or self.notices)

    @property
    def dead_letters(self) -> int:
        """Everything that needs a person's decision."""
        return self.dead_postings + self.dead_events + self.dead_notices


def queue_status(pair: Pair | None = None) -> QueueStatus:
    """The state of the queues of one pair, or of all."""
    scope = {} if pair is None else {"pair": pair}
    postings = dict(
        Posting.objects.filter(state__in=OPEN, **scope)
        .values_list("state")
        .annotate(count=Count("pk"))
        .order_by("state")
    )
    open_deliveries = [Delivery.State.PREPARED, Delivery.State.SENDING, Delivery.State.UNKNOWN]
    return QueueStatus(
        events=Event.objects.filter(state=Event.State.RECEIVED, **scope).count(),
        fetches=_fetches(),
        postings=postings,
        deliveries=Delivery.objects.filter(state__in=open_deliveries, **scope).count(),
        notices=Notice.objects.filter(state__in=_OPEN_NOTICES, **scope).count(),
        dead_postings=postings.get("dead", 0),
        dead_events=Event.objects.filter(state=Event.State.DEAD, **scope).count(),
        dead_notices=Notice.objects.filter(state=Notice.State.DEAD, **scope).count(),
        problems=Problem.objects.filter(resolved_at=None, **scope).count(),
        unmatched_payments=Payment.objects.filter(is_unmatched=True, **scope).count(),
    )


def _fetches() -> int:
    """Of all pairs: a lease does not tell whose it is."""
    now = timezone.now()
    leased = Lease.objects.filter(Q(name__startswith="sweep:") | Q(name__startswith="poll:"), until__gt=now)
    broke_off = Connection.objects.filter(**{f"cursors__{BROKE_OFF}": True}, status=Connection.Status.LIVE)
    return leased.count() + broke_off.count()


def money_in_flight(pair: Pair) -> dict[str, int]:
    """Captured money on its way to Xero, by currency, in minor units."""
    rows = (
        Posting.objects.filter(pair=pair, kind=Posting.Kind.PAYMENT, state__in=OPEN)
        .values_list("currency")
        .annotate(total=Sum("amount_minor"))
    )
    return dict(rows)
