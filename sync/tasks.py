"""What django-q2 runs. Tasks carry ids only; each does a batch, and queues the next one if work is left."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from django.utils import timezone

from integrations.cards.deleting import notice_deleted
from integrations.clock import business_now
from integrations.core.failures import Failure
from integrations.instructions.carrying_out import carry_out
from integrations.instructions.selectors import due_instructions, next_instruction_due_in
from integrations.models import Connection, Pair
from integrations.opayo.sweep import fetch_transaction
from integrations.opayo.sweep import sweep as sweep_opayo
from integrations.pairs.selectors import live_connections
from integrations.xero.polling import is_due as poll_is_due
from integrations.xero.polling import poll as poll_xero
from sync.selectors.work import next_event_due_in
from sync.services import housekeeping, sweeper
from sync.services.delivering.dispatcher import dispatch
from sync.services.leases import begin, give_back_lease, holder_name, take_lease, wake
from sync.services.noticing import send_notices
from sync.services.pipeline import Processed, process_batch
from sync.services.refund_notices import tell_shops
from sync.services.replanning import reprocess
from sync.services.rollback.running import going
from sync.services.rollback.worker import work_on

RUN_SECONDS = 30.0
STAY_SECONDS = 2.5
"""Stay for events that only wait a moment for another message; longer waits are the sweeper's."""

log = structlog.get_logger(__name__)


def process_events(pair_id: int) -> None:
    """Events of the pair into records and postings, until none is due."""
    begin("process_events", pair_id)
    until = time.monotonic() + RUN_SECONDS
    while time.monotonic() < until:
        done = process_batch(pair_id)
        if done is None:
            return
        _follow_up(pair_id, done)
        if done.events:
            continue
        due_in = next_event_due_in(pair_id)
        if due_in is None or due_in > STAY_SECONDS:
            return
        time.sleep(min(max(due_in, 0.02), 0.25))
    wake("process_events", pair_id)


def _follow_up(pair_id: int, done: Processed) -> None:
    if done.postings:
        for connection_id in _live_xero(pair_id):
            wake("deliver", connection_id)
    if done.notices:
        wake("notify", pair_id)
    if done.poll:
        for connection_id in _live_xero(pair_id):
            wake("poll", connection_id)
    if done.look_up:
        _look_up(pair_id, done.look_up)


def _live_xero(pair_id: int) -> list[int]:
    live = Connection.objects.filter(
        pair_id=pair_id, system=Connection.System.XERO, status=Connection.Status.LIVE
    )
    return list(live.values_list("pk", flat=True))


def _look_up(pair_id: int, codes: set[str]) -> None:
    """Ask Opayo about payments that nothing else has told of."""
    connection = Connection.objects.filter(pair_id=pair_id, system=Connection.System.OPAYO).first()
    if connection is None:
        return
    try:
        for code in sorted(codes):
            fetch_transaction(connection, code)
    except Failure as failure:
        # The message that asked waits on, and asks again.
        log.warning("look_up_failed", pair=pair_id, error=failure.message)


def instruct(pair_id: int) -> None:
    """What Opayo is to do with payments of the pair, until nothing is due; looks up what became of lost answers."""
    begin("instruct", pair_id)
    until = time.monotonic() + RUN_SECONDS
    while time.monotonic() < until:
        for instruction_id in list(
            due_instructions(pair_id, timezone.now()).values_list("pk", flat=True)[:50]
        ):
            carry_out(instruction_id)
        if tell_shops(pair_id):
            wake("notify", pair_id)
        due_in = next_instruction_due_in(pair_id, timezone.now())
        if due_in is None or due_in > STAY_SECONDS:
            return
        time.sleep(max(due_in, 0.02))
    wake("instruct", pair_id)


def deliver(connection_id: int) -> None:
    """Ready postings to Xero, until none is left."""
    begin("deliver", connection_id)
    if dispatch(connection_id, notices_due=lambda pair_id: wake("notify", pair_id)):
        wake("deliver", connection_id)
    for rollback_id in going().filter(pair__connections=connection_id).values_list("pk", flat=True):
        wake("roll_back", rollback_id)


def roll_back(rollback_id: int) -> None:
    """The next part of a roll-back: its plan, its next phase, its proof."""
    begin("roll_back", rollback_id)
    work_on(rollback_id)


def replan(pair_id: int) -> None:
    """What waits by flows, rules or mappings is ruled on and made anew, after a version came into use."""
    begin("replan", pair_id)
    done = reprocess(Pair.objects.get(pk=pair_id))
    log.info(
        "replanned", pair=pair_id, orders=done.orders, released=done.released, stopped=done.still_stopped
    )
    for connection_id in _live_xero(pair_id):
        wake("deliver", connection_id)
    if done.messages:
        wake("notify", pair_id)


def notify(pair_id: int) -> None:
    """Confirmations to shop and customers, until none is due."""
    begin("notify", pair_id)
    until = time.monotonic() + RUN_SECONDS
    while send_notices(pair_id):
        if time.monotonic() > until:
            wake("notify", pair_id)
            return


def poll(connection_id: int) -> None:
    """What changed in Xero since the last look."""
    begin("poll", connection_id)
    connection = Connection.objects.select_related("pair", "grant").get(pk=connection_id)
    _alone(f"poll:{connection_id}", lambda: poll_xero(connection), connection.pair_id)


def sweep(connection_id: int) -> None:
    """Opayo's own list of transactions: finds payments whose notification never came."""
    begin("sweep", connection_id)
    connection = Connection.objects.select_related("pair").get(pk=connection_id)
    _alone(
        f"sweep:{connection_id}",
        lambda: sweep_opayo(connection, now=business_now()),
        connection.pair_id,
    )
    _alone(f"cards:{connection_id}", lambda: notice_deleted(connection), connection.pair_id)


def _alone(lease: str, job: Callable[[], int], pair_id: int) -> None:
    """Do a fetching job unless another worker does; what it fetched is processed at once."""
    holder = holder_name()
    if not take_lease(lease, holder):
        return
    fetched = 0
    try:
        fetched = job()
    except Failure as failure:
        # Its client has shown it on the connection; the next round tries again.
        log.warning("fetch_failed", job=lease, error=failure.message)
    finally:
        give_back_lease(lease, holder)
    if fetched:
        wake("process_events", pair_id)


def fetch() -> None:
    """Every minute: look into Xero and Opayo where it is time to."""
    for connection in live_connections(Connection.System.XERO):
        if poll_is_due(connection):
            wake("poll", connection.pk)
    for connection in live_connections(Connection.System.OPAYO):
        if sweeper.sweep_is_due(connection):
            wake("sweep", connection.pk)


def tick() -> None:
    """Every minute: pick up whatever a killed worker left, and start what has fallen due."""
    for pair in Pair.objects.filter(is_active=True):
        sweeper.tick(pair)


def tidy() -> None:
    """Every night: forget what retention allows to be forgotten."""
    housekeeping.tidy()
