"""After a publication: what flows or rules passed over, held or showed in shadow is ruled on anew, by the version in use.

Works in portions, each its own transaction under the pair's lock, so that messages coming in are processed in between,
and so that a worker killed in the middle leaves nothing half done: the next run goes on with what is left.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from integrations.clock import business_now
from integrations.models import Order, Pair
from sync.models import Posting, Problem, Ruling
from sync.selectors.mendable import MAPPING_INCOMPLETE, stopped_by_mapping
from sync.services.batch import Batch
from sync.services.pipeline import LOCK_SPACE
from sync.services.problems import GOING_FIELDS, set_going
from sync.services.projection import project
from sync.services.remaking import remake
from sync.services.rulings import keep_back_again

PORTION = 200
_OPEN = Q(settlement="") & Q(outcome__in=["hold", "approve", "off", "shadow"])


@dataclass
class Reprocessed:
    """What a new version changed: orders ruled on anew, postings it let go, and those it still stops."""

    orders: int = 0
    released: int = 0
    still_stopped: int = 0
    messages: int = 0


def reprocess(pair: Pair) -> Reprocessed:
    """Bring everything that waits in line with what is published now.

    Nothing that is in Xero, or that a person edited or discarded, is touched.
    """
    counts = Reprocessed()
    for portion in (_rule_anew, _make_anew):
        after: int | None = 0
        while after is not None:
            after = portion(pair, after, counts)
    _close_problems(pair)
    return counts


@transaction.atomic
def _rule_anew(pair: Pair, after: int, counts: Reprocessed) -> int | None:
    """The next portion of orders that wait by flow or rules; returns the last one's id, None when there are no more."""
    lock_pair(pair)
    waiting = Ruling.objects.filter(_OPEN, pair=pair, order__gt=after).order_by("order").distinct("order")
    ids = list(waiting.values_list("order_id", flat=True)[:PORTION])
    if not ids:
        return None
    rows = Order.objects.filter(pk__in=ids).select_for_update(of=("self",), no_key=True)
    orders = {order.number: order for order in rows.select_related("customer").order_by("pk")}
    batch = Batch(pair, business_now(), orders=orders, changed_orders=set(orders))
    batch.gather_payments()
    project(batch)
    counts.orders += len(orders)
    counts.messages += batch.messages
    return ids[-1]


@transaction.atomic
def _make_anew(pair: Pair, after: int, counts: Reprocessed) -> int | None:
    """The next portion of postings that a mapping could not make, or that were refused as an older version made them."""
    lock_pair(pair)
    rows = list(
        stopped_by_mapping(pair)
        .filter(pk__gt=after)
        .select_for_update(of=("self",), no_key=True)
        .select_related("customer", "order", "payment", "refund__payment", "waits_for")
        .order_by("pk")[:PORTION]
    )
    if not rows:
        return None
    before = {posting.pk: posting.document for posting in rows}
    stopped = {posting.pk for posting in remake(pair, rows)}
    # What Xero has refused is sent again only if the version in use makes something else of it.
    going = [
        posting
        for posting in rows
        if posting.pk not in stopped
        and (posting.state == Posting.State.HELD or posting.document != before[posting.pk])
    ]
    for posting in going:
        set_going(posting)
    held = keep_back_again(going)
    Posting.objects.bulk_update(going, GOING_FIELDS, batch_size=PORTION)
    counts.released += len(going) - held
    counts.still_stopped += len(rows) - len(going)
    return rows[-1].pk


def _close_problems(pair: Pair) -> None:
    """A mapping's problem that holds nothing any more is put right."""
    open_ones = Problem.objects.filter(pair=pair, code=MAPPING_INCOMPLETE, resolved_at=None)
    holding = Posting.objects.filter(problem__in=open_ones, state=Posting.State.HELD)
    open_ones.exclude(pk__in=holding.values("problem")).update(resolved_at=timezone.now())


def lock_pair(pair: Pair) -> None:
    """The pipeline's lock, waited for: a batch takes a moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, pair.pk])
