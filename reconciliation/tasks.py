"""What django-q2 runs for settlements. A task carries an id only; what is to be done stands in rows."""

from __future__ import annotations

import structlog

from integrations.clock import business_now
from integrations.core.failures import Failure
from integrations.models import Connection, Pair
from integrations.pairs.selectors import live_connections
from reconciliation import reconciling, wakes
from reconciliation.books import reading_back
from reconciliation.models import BankAccount
from reconciliation.proof import proving, reading
from reconciliation.settlements import fetching
from reconciliation.statements import folder
from sync.services.leases import begin, give_back_lease, holder_name, take_lease, wake

log = structlog.get_logger(__name__)


def reconcile(pair_id: int) -> None:
    """Ties, matches, alerts and postings of a pair, as far as they follow by themselves."""
    begin(wakes.RECONCILE, pair_id)
    done = reconciling.reconcile(Pair.objects.get(pk=pair_id))
    log.info("reconciled", pair=pair_id, found=done.found.auto, booked=done.booked.made)


def fetch_batches(connection_id: int) -> None:
    """Opayo's settlement batches that are new."""
    begin(wakes.FETCH, connection_id)
    connection = Connection.objects.select_related("pair").get(pk=connection_id)
    lease, holder = f"batches:{connection_id}", holder_name()
    if not take_lease(lease, holder):
        return
    fetched = 0
    try:
        fetched = fetching.fetch_batches(connection, now=business_now())
    except Failure as failure:
        # Its client has shown it on the connection; the next round tries again.
        log.warning("fetch_failed", job=lease, error=failure.message)
    finally:
        give_back_lease(lease, holder)
    if fetched:
        # The pipeline gives the new events their place in the chain.
        wake("process_events", connection.pair_id)
        wake(wakes.RECONCILE, connection.pair_id)


def read_back(connection_id: int) -> None:
    """What people have reconciled in Xero."""
    begin(wakes.READ_BACK, connection_id)
    connection = Connection.objects.select_related("pair", "grant").get(pk=connection_id)
    try:
        reading_back.read_back(connection)
    except Failure as failure:
        log.warning("read_back_failed", connection=connection_id, error=failure.message)


def prove(pair_id: int) -> None:
    """How the proof stands now, for the first page."""
    begin(wakes.PROVE, pair_id)
    proving.refresh_lights(Pair.objects.get(pk=pair_id))


def read_xero(connection_id: int) -> None:
    """Xero's own balances of the clearing accounts, and what differs; then the proof."""
    begin(wakes.READ_XERO, connection_id)
    connection = Connection.objects.select_related("pair", "grant").get(pk=connection_id)
    lease, holder = f"proof:{connection_id}", holder_name()
    if not take_lease(lease, holder):
        return
    try:
        if not reading.read_xero(connection):
            reading.read_soon(connection)
    except Failure as failure:
        reading.read_soon(connection)
        log.warning("xero_not_read", connection=connection_id, error=failure.message)
    finally:
        give_back_lease(lease, holder)
    wake(wakes.PROVE, connection.pair_id)


def take_statements(account_id: int) -> None:
    """Statements that were put into a bank account's watched folder."""
    begin(wakes.TAKE_STATEMENTS, account_id)
    account = BankAccount.objects.select_related("pair").get(pk=account_id)
    lease, holder = f"statements:{account_id}", holder_name()
    if not take_lease(lease, holder):
        return
    try:
        for taken in folder.take_from_folder(account):
            log.info("statement_taken", account=account_id, file=taken.name, problem=taken.problem)
    except OSError as error:
        log.warning("watched_folder_failed", account=account_id, error=str(error))
    finally:
        give_back_lease(lease, holder)


def watch() -> None:
    """Every minute: look into the watched folders."""
    for account in BankAccount.objects.exclude(watched_folder="").filter(pair__is_active=True):
        wake(wakes.TAKE_STATEMENTS, account.pk)


def fetch() -> None:
    """Every minute: look for batches where it is time to."""
    for connection in live_connections(Connection.System.OPAYO):
        if fetching.batches_are_due(connection):
            wake(wakes.FETCH, connection.pk)


def tick() -> None:
    """Now and then: what time has made due, such as late money."""
    for pair in Pair.objects.filter(is_active=True, settlements__isnull=False).distinct():
        wake(wakes.RECONCILE, pair.pk)
    for pair in Pair.objects.filter(is_active=True):
        wake(wakes.PROVE, pair.pk)
    for connection in live_connections(Connection.System.XERO):
        if reading.reading_is_due(connection):
            wake(wakes.READ_XERO, connection.pk)
        if reading_back.read_back_is_due(connection):
            wake(wakes.READ_BACK, connection.pk)
