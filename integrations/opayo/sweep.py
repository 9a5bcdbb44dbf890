"""Looking through Opayo's own list of transactions for what nobody told us.

Notifications get lost, shops forget to say, voids are made by hand in MyOpayo: what Opayo's reports say and our
records do not becomes an event like any other, once for each state a transaction is seen in.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar

from django.db import connection as database
from django.db.models import Q

from integrations.core.failures import TransientFailure
from integrations.core.money import Money
from integrations.events.services import store_event
from integrations.inbound.wakeup import wake
from integrations.models import Connection, Event, Payment
from integrations.opayo.client import OpayoClient
from integrations.opayo.core.reporting import (
    OpayoTransaction,
    outcome_of_transaction,
    transaction_to_json,
)
from integrations.opayo.core.reporting_xml import MAX_ROWS
from integrations.opayo.core.sweeping import (
    DEEP_EVERY,
    Booked,
    dedupe_key,
    is_news,
    is_told,
    is_whole,
    start_of,
    windows,
)

_T = TypeVar("_T")
_TRIES: Final = 3
_PATIENCE_SECONDS: Final = 5.0
BROKE_OFF: Final = "sweep_broke_off"
"""The cursor that says whether the last sweep failed half-way."""
_MOST_DETAILS: Final = 25
"""Calls for one transaction each; Opayo limits commands, and the next sweep goes on."""
_UNFINISHED_AFTER: Final = timedelta(hours=1)
_UNFINISHED_UNTIL: Final = timedelta(days=91)
"""A DEFERRED lives 30 days, an AUTHENTICATE 90 (Opayo Shared protocol)."""


def sweep(connection: Connection, *, now: datetime) -> int:
    """Store what is new since the last sweep; returns how many events there are more.

    `now` is on Opayo's clock, which the demo moves. Raises the failures of OpayoClient; what was found until then is
    kept, and the next sweep, which is due at once, begins where the last whole one ended.
    """
    try:
        return _Sweep(connection, now).run()
    except TransientFailure:
        merge_cursors(connection, {BROKE_OFF: True})
        raise


def merge_cursors(connection: Connection, marks: dict[str, Any]) -> None:
    """Set these cursors; merged by the database, because others keep their own in the same column."""
    with database.cursor() as cursor:
        cursor.execute(
            "UPDATE integrations_connection SET cursors = cursors || %s::jsonb WHERE id = %s",
            [json.dumps(marks), connection.pk],
        )
    connection.cursors = {**connection.cursors, **marks}


def fetch_transaction(connection: Connection, vendor_tx_code: str) -> bool:
    """Ask Opayo about one VendorTxCode and store its answer as an event; whether Opayo has decided about it.

    The event holds the SecurityKey too, with which a notification that came too early can be verified.
    """
    told = OpayoClient(connection).transaction_detail(vendor_tx_code=vendor_tx_code)
    if told is None or outcome_of_transaction(told) == "open":
        return False
    # A name of its own: a row of the list, which has no SecurityKey, may have been stored for this state.
    if _store(connection, told, f"{dedupe_key(told)}:detail"):
        wake(connection.pair_id)
    return True


class _Sweep:
    """One sweep of one connection."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._client = OpayoClient(connection)
        self._now = now
        self._details_left = _MOST_DETAILS
        self._stored = 0
        self._left_since: datetime | None = None
        """Since when there are transactions whose details were not asked for; the next sweep begins there."""

    def run(self) -> int:
        swept_to, deep_at = self._cursor("swept_to"), self._cursor("swept_deep_at")
        is_deep = deep_at is None or not timedelta() <= self._now - deep_at < DEEP_EVERY
        begin = start_of(swept_to, self._connection.created_at, self._now, is_deep=is_deep)
        for start, end in windows(begin, self._now):
            for rows in self._pages(start, end):
                self._keep_news(rows)
        if is_deep:
            self._ask_about_unfinished()
        self._remember(is_deep=is_deep)
        if self._stored:
            wake(self._connection.pair_id)
        return self._stored

    def _pages(self, start: datetime, end: datetime) -> Iterator[Sequence[OpayoTransaction]]:
        number, total = 1, 1
        while (number - 1) * MAX_ROWS < total:
            page = steadily(partial(self._client.transaction_list, start, end, number))
            yield page.rows
            number, total = number + 1, page.total

    def _keep_news(self, rows: Sequence[OpayoTransaction]) -> None:
        booked, seen = self._booked(rows), self._seen(rows)
        for row in rows:
            known = booked.get(row.vendor_tx_code)
            if not is_news(row, known, was_seen=dedupe_key(row) in seen):
                continue
            told = row if is_whole(row) and known is not None else self._detail(row)
            # What the details leave out, nothing else will tell.
            is_enough = is_whole(told) or (told is not row and is_told(told))
            if is_enough and outcome_of_transaction(told) != "open":
                self._stored += _store(self._connection, told, dedupe_key(told))

    def _detail(self, row: OpayoTransaction) -> OpayoTransaction:
        """The whole transaction: where the row lacks something, and for strangers, whose surname helps to place them."""
        if self._details_left <= 0:
            if not is_whole(row):
                self._left_since = min(self._left_since or self._now, row.started or self._now)
            return row
        self._details_left -= 1
        return steadily(partial(self._client.transaction_detail, vps_tx_id=row.vps_tx_id)) or row

    def _booked(self, rows: Sequence[OpayoTransaction]) -> dict[str, Booked]:
        codes = [row.vendor_tx_code for row in rows]
        payments = Payment.objects.filter(pair_id=self._connection.pair_id, vendor_tx_code__in=codes)
        return {
            code: Booked(state, None if minor is None or not currency else Money(minor, currency))
            for code, state, minor, currency in payments.values_list(
                "vendor_tx_code", "state", "amount_minor", "currency"
            )
        }

    def _seen(self, rows: Sequence[OpayoTransaction]) -> set[str]:
        """The states seen before. A row that does not tell its state was seen when its transaction was."""
        events = Event.objects.filter(pair_id=self._connection.pair_id, source=Event.Source.OPAYO)
        keys = {dedupe_key(row) for row in rows if row.tx_state_id is not None}
        found = set(events.filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True))
        vague = {row.vps_tx_id: dedupe_key(row) for row in rows if row.tx_state_id is None and row.is_refund}
        if vague:
            begins = Q()
            for vps_tx_id in vague:
                begins |= Q(dedupe_key__startswith=f"{vps_tx_id}:")
            stored = events.filter(begins, kind="transaction").values_list("dedupe_key", flat=True)
            found |= {vague[key.partition(":")[0]] for key in stored}
        return found

    def _ask_about_unfinished(self) -> None:
        """Deferred and authenticated payments are released, aborted or run out weeks after they were listed."""
        unfinished = Payment.objects.filter(
            pair_id=self._connection.pair_id,
            state=Payment.State.WAITING,
            created_at__lt=self._now - _UNFINISHED_AFTER,
            created_at__gt=self._now - _UNFINISHED_UNTIL,
        ).exclude(vps_tx_id="")
        for vps_tx_id in unfinished.order_by("updated_at").values_list("vps_tx_id", flat=True)[
            :_MOST_DETAILS
        ]:
            told = steadily(partial(self._client.transaction_detail, vps_tx_id=vps_tx_id))
            if told is not None and outcome_of_transaction(told) not in ("open", "waiting"):
                self._stored += _store(self._connection, told, dedupe_key(told))

    def _cursor(self, name: str) -> datetime | None:
        text = self._connection.cursors.get(name)
        return datetime.fromisoformat(text) if text else None

    def _remember(self, *, is_deep: bool) -> None:
        marks = {"swept_to": (self._left_since or self._now).isoformat(), BROKE_OFF: False}
        if is_deep:
            marks["swept_deep_at"] = self._now.isoformat()
        merge_cursors(self._connection, marks)


def steadily(ask: Callable[[], _T]) -> _T:
    """Ask again where the line broke, or a moment later if Opayo wants so: a question changes nothing."""
    for _ in range(_TRIES - 1):
        try:
            return ask()
        except TransientFailure as failure:
            if (failure.retry_after or 0) > _PATIENCE_SECONDS:
                raise
            time.sleep(failure.retry_after or 0)
    return ask()


def _store(connection: Connection, told: OpayoTransaction, key: str) -> bool:
    _, is_new = store_event(
        pair_id=connection.pair_id,
        connection_id=connection.pk,
        source=Event.Source.OPAYO,
        kind="transaction",
        dedupe_key=key,
        body=transaction_to_json(told),
        headers={},
        authenticity=Event.Authenticity.FETCHED,
    )
    return is_new
