"""The dispatcher: the one at a time per Xero organisation that turns ready postings into calls.

It holds a lease, so a second one elsewhere steps back and a killed one is replaced when the lease
runs out. Calls run in threads, up to Xero's five at once; all rows are written by the main thread.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from threading import Barrier

import structlog
from django.db import close_old_connections, connections
from django.db.models import Q
from django.utils import timezone

from integrations.core.failures import ConfigurationFailure, PermanentFailure, TransientFailure
from integrations.models import Connection
from integrations.xero.client import XeroClient
from sync.core.batching import Calls, Queue, is_due
from sync.models import Delivery, Posting, Problem
from sync.selectors.outbox import calls_left, queues
from sync.services.delivering.call import find_out, send
from sync.services.delivering.fates import Answered, Refused
from sync.services.delivering.prepare import prepare
from sync.services.delivering.settle import halt, postings_of, set_aside, settle
from sync.services.leases import give_back_lease, holder_name, renew_lease, take_lease
from sync.services.problems import release_problem

IN_FLIGHT = 5
RUN_SECONDS = 40.0
"""A run starts nothing new after this long, so that it ends well within the task's time."""
NAP_SECONDS = 0.1
SAME_KEY_SECONDS = 270.0
"""Xero forgets an Idempotency-Key after six minutes; well before that we look up instead."""
SAME_KEY_ATTEMPTS = 4

_ENDED_BY_CONNECTING = (
    "xero_disconnected",
    "xero_scope_missing",
    "xero_app_refused",
    "xero_not_connected",
    "encryption_key_missing",
)

log = structlog.get_logger(__name__)


@dataclass
class _Run:
    connection: Connection
    client: XeroClient
    lease: str
    holder: str
    began: float
    flying: dict[Future[Answered], Delivery] = field(default_factory=dict)
    paused_until: float = 0.0
    halted: bool = False
    renewed: float = 0.0

    @property
    def is_over(self) -> bool:
        return self.halted or time.monotonic() - self.began > RUN_SECONDS

    @property
    def may_send(self) -> bool:
        return not self.is_over and len(self.flying) < IN_FLIGHT and time.monotonic() >= self.paused_until


def dispatch(connection_id: int, *, notices_due: Callable[[int], None]) -> bool:
    """Send what is ready for this Xero organisation; True when another run should follow at once.

    `notices_due` is told the pair when confirmations have become due.
    """
    connection = Connection.objects.select_related("pair", "grant").get(pk=connection_id)
    if not _is_open(connection):
        return False
    lease, holder = f"dispatch:{connection_id}", holder_name()
    if not take_lease(lease, holder):
        return False
    run = _Run(connection, XeroClient(connection), lease, holder, time.monotonic())
    try:
        return _drain(run, notices_due)
    finally:
        give_back_lease(lease, holder)


def _is_open(connection: Connection) -> bool:
    """A broken connection waits for a person; once it works again its problem is over."""
    if connection.status != Connection.Status.LIVE:
        return False
    solved = Problem.objects.filter(pair=connection.pair, code__in=_ENDED_BY_CONNECTING, resolved_at=None)
    for problem in solved:
        release_problem(problem)
    return True


def _drain(run: _Run, notices_due: Callable[[int], None]) -> bool:
    _recover(run)
    while True:
        if not _keep_lease(run):
            return False
        started = _start_calls(run)
        if _finish_calls(run):
            notices_due(run.connection.pair_id)
        if run.flying or started:
            continue
        if run.is_over:
            return not run.halted
        if not _more_soon(run):
            return False
        time.sleep(NAP_SECONDS)


def _keep_lease(run: _Run) -> bool:
    """Renew every few seconds. Whoever has lost the lease sends nothing more."""
    if time.monotonic() - run.renewed < 4:
        return True
    run.renewed = time.monotonic()
    if renew_lease(run.lease, run.holder):
        return True
    log.warning("lease_lost", lease=run.lease)
    _finish_calls(run, timeout=None)
    return False


def _recover(run: _Run) -> None:
    """Calls a killed dispatcher left on their way: nobody knows what became of them."""
    left = Delivery.objects.filter(connection=run.connection, state=Delivery.State.SENDING)
    left.update(state=Delivery.State.UNKNOWN, not_before=timezone.now())


def _start_calls(run: _Run) -> bool:
    """Start calls while there is room: first those whose outcome is open, then new ones by urgency."""
    started = False
    for delivery in _open_deliveries(run):
        if run.may_send:
            _resume(run, delivery)
            started = True
    if not run.may_send:
        return started
    calls = calls_left(run.connection)
    for queue in queues(run.connection.pair_id):
        started |= _send_due(run, queue, calls)
    return started


def _send_due(run: _Run, queue: Queue, calls: Calls) -> bool:
    """Batches of one kind, as long as they are due and there is room."""
    started = False
    while run.may_send and is_due(queue, calls):
        prepared = prepare(run.connection, queue.kind)
        if prepared is None:
            break
        delivery, postings = prepared
        _submit(run, delivery, send, postings)
        started = True
        queue = queue.without(len(postings))
    return started


def _open_deliveries(run: _Run) -> list[Delivery]:
    if not run.may_send:
        return []
    flying = [delivery.pk for delivery in run.flying.values()]
    due = Q(not_before=None) | Q(not_before__lte=timezone.now())
    states = [Delivery.State.PREPARED, Delivery.State.UNKNOWN]
    return list(
        Delivery.objects.filter(due, connection=run.connection, state__in=states)
        .exclude(pk__in=flying)
        .order_by("pk")[:IN_FLIGHT]
    )


def _resume(run: _Run, delivery: Delivery) -> None:
    """The same body under the same key while Xero remembers it; afterwards look the documents up."""
    age = (timezone.now() - (delivery.first_sent_at or timezone.now())).total_seconds()
    forgotten = age > SAME_KEY_SECONDS or delivery.attempts >= SAME_KEY_ATTEMPTS
    if delivery.state == Delivery.State.UNKNOWN and forgotten:
        _submit(run, delivery, find_out)
        return
    delivery.attempts += 1
    if delivery.state == Delivery.State.PREPARED:
        # Certainly not executed so far: Xero's memory of the key begins with this sending.
        delivery.attempts, delivery.first_sent_at = 1, timezone.now()
    delivery.state = Delivery.State.SENDING
    delivery.last_sent_at = timezone.now()
    delivery.save(update_fields=["attempts", "state", "first_sent_at", "last_sent_at"])
    _submit(run, delivery, send)


def _submit(
    run: _Run, delivery: Delivery, job: Callable[..., Answered], members: Sequence[Posting] | None = None
) -> None:
    postings = postings_of(delivery) if members is None else members

    def call() -> Answered:
        close_old_connections()
        return job(run.client, delivery, postings)

    run.flying[_threads(os.getpid()).submit(call)] = delivery


@cache
def _threads(process: int) -> ThreadPoolExecutor:
    """Kept for the life of the worker process, and with them their database connections."""
    return ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="xero")


def close_threads() -> None:
    """End the threads and their database connections; the next run starts new ones."""
    pool = _threads(os.getpid())
    together = Barrier(IN_FLIGHT)

    def close() -> None:
        together.wait()
        connections.close_all()

    for _ in range(IN_FLIGHT):
        pool.submit(close)
    pool.shutdown()
    _threads.cache_clear()


def _finish_calls(run: _Run, timeout: float | None = NAP_SECONDS) -> bool:
    """Settle the calls that have ended; True when some documents have been posted."""
    if not run.flying:
        return False
    # Over or halted: only wait for what is out. Otherwise come back soon to start more.
    done, _ = wait(run.flying, timeout=timeout, return_when=FIRST_COMPLETED if timeout else "ALL_COMPLETED")
    posted = False
    for future in done:
        delivery = run.flying.pop(future)
        posted |= _conclude(run, delivery, future)
    return posted


def _conclude(run: _Run, delivery: Delivery, future: Future[Answered]) -> bool:
    try:
        settle(delivery, future.result())
    except TransientFailure as failure:
        wait_seconds = set_aside(delivery, failure)
        if failure.retry_after:
            run.paused_until = max(
                run.paused_until, time.monotonic() + min(wait_seconds, failure.retry_after)
            )
    except ConfigurationFailure as failure:
        halt(delivery, failure)
        run.halted = True
    except PermanentFailure as failure:
        settle(delivery, Answered(400, [Refused(failure)] * len(delivery.posting_ids)))
    else:
        return True
    return False


def _more_soon(run: _Run) -> bool:
    """Whether to stay: something ready only waits for company, or a call is due again in a moment."""
    if run.paused_until - time.monotonic() > 5:
        return False
    if any(queue.count for queue in queues(run.connection.pair_id)):
        return True
    soon = timezone.now() + timedelta(seconds=3)
    states = [Delivery.State.PREPARED, Delivery.State.UNKNOWN]
    return Delivery.objects.filter(connection=run.connection, state__in=states, not_before__lte=soon).exists()
