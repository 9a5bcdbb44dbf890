"""Once a minute: whatever a killed worker left, whatever time has made due."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integrations.clock import business_now
from integrations.instructions.selectors import due_instructions
from integrations.instructions.settled import hasten_settled
from integrations.models import Connection, Event, Order, Pair
from integrations.opayo.sweep import BROKE_OFF, merge_cursors
from sync.models import Delivery, Notice, Posting, Wake
from sync.services.batch import Batch
from sync.services.customers.suggesting import suggest
from sync.services.dispute_alerts import alert_deadlines
from sync.services.disputing.waiting import tie_waiting
from sync.services.leases import wake
from sync.services.projection import project
from sync.services.refund_notices import tell_shops
from sync.services.rollback.running import going
from sync.services.strays import refresh_candidates

_LOST_WAKE = timedelta(seconds=20)
_SCHEDULE_SLACK_SECONDS = 20
"""Schedules run about every half minute, so a sweep is due a little before its time."""


def tick(pair: Pair) -> None:
    """Bring one pair up to date."""
    now = timezone.now()
    Wake.objects.filter(at__lt=now - _LOST_WAKE).delete()
    release_ready(pair)
    close_unpaid(pair)
    refresh_candidates(pair)
    tie_waiting(pair)
    suggest(pair)
    hasten_settled(pair.pk)
    tell_shops(pair.pk)
    alert_deadlines(pair)
    _wake_what_is_due(pair)


def release_ready(pair: Pair) -> int:
    """Postings whose forerunner is in Xero are ready, should a race have left one waiting."""
    free = Q(waits_for__state=Posting.State.POSTED) | Q(waits_for=None)
    stuck = Posting.objects.filter(free, pair=pair, state=Posting.State.WAITING)
    return stuck.update(state=Posting.State.READY, ready_at=timezone.now())


@transaction.atomic
def close_unpaid(pair: Pair) -> int:
    """Orders whose grace after a failed payment is over: their invoices are deleted or voided (row 3)."""
    now = business_now()
    due = Order.objects.filter(pair=pair, close_unpaid_at__lte=now).select_for_update().order_by("pk")
    orders = {order.number: order for order in due[:200]}
    if not orders:
        return 0
    for order in orders.values():
        order.state = Order.State.CANCELLED
        order.close_unpaid_at = None
    batch = Batch(pair, now, orders=orders, changed_orders=set(orders))
    batch.gather_payments()
    batch.write()
    project(batch)
    return len(orders)


def sweep_is_due(connection: Connection) -> bool:
    """Whether Opayo's list has not been looked at for the pair's interval, or the last look broke off.

    Remembers that it is looked at now.
    """
    now = time.time()
    if now < int(connection.cursors.get("next_sweep_at", 0)) and not connection.cursors.get(BROKE_OFF):
        return False
    after = connection.pair.sweep_minutes * 60 - _SCHEDULE_SLACK_SECONDS
    merge_cursors(connection, {"next_sweep_at": int(now) + after})
    return True


def _wake_what_is_due(pair: Pair) -> None:
    now = timezone.now()
    due = Q(not_before=None) | Q(not_before__lte=now)
    if Event.objects.filter(due, pair=pair, state=Event.State.RECEIVED).exists():
        wake("process_events", pair.pk)
    if _notices_due(pair):
        wake("notify", pair.pk)
    if due_instructions(pair.pk, now).exists():
        wake("instruct", pair.pk)
    for rollback_id in going(pair.pk).values_list("pk", flat=True):
        wake("roll_back", rollback_id)
    for connection in Connection.objects.filter(pair=pair, status=Connection.Status.LIVE):
        if connection.system == Connection.System.XERO and _has_calls(connection):
            wake("deliver", connection.pk)


def _notices_due(pair: Pair) -> bool:
    now = timezone.now()
    due = Q(state=Notice.State.READY) | Q(
        state__in=[Notice.State.RETRYING, Notice.State.SENDING], not_before__lte=now
    )
    return Notice.objects.filter(due, pair=pair).exists()


def _has_calls(connection: Connection) -> bool:
    ready = [Posting.State.READY, Posting.State.RETRYING]
    open_states = [Delivery.State.PREPARED, Delivery.State.SENDING, Delivery.State.UNKNOWN]
    return (
        Posting.objects.filter(pair=connection.pair_id, state__in=ready).exists()
        or Delivery.objects.filter(connection=connection, state__in=open_states).exists()
    )
