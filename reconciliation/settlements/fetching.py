"""Opayo's settlement batches, fetched by its Reporting API and kept as events."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from integrations.core.failures import TransientFailure
from integrations.events.services import store_event
from integrations.models import Connection, Event, Payment
from integrations.opayo.client import OpayoClient
from integrations.opayo.core.batches import Batch
from integrations.opayo.core.reporting import OpayoTransaction
from integrations.opayo.core.reporting_xml import MAX_ROWS
from integrations.opayo.core.sweeping import windows
from integrations.opayo.sweep import merge_cursors, steadily
from reconciliation.locks import pair_in_hand
from reconciliation.settlements.core.batches import (
    NOT_SETTLED_BY_OPAYO,
    FetchedBatch,
    batch_key,
    batch_to_json,
    lacking,
)
from reconciliation.settlements.records import known_items
from reconciliation.settlements.taking_in import take_in_batch

BATCH: Final = "batch"
FETCHED_TO: Final = "batches_to"
BROKE_OFF: Final = "batches_broke_off"
NEXT_AT: Final = "next_batches_at"
INTERVAL_SECONDS: Final = 3600
"""Batches come once a night, and again where Opayo's transmission to the acquirer failed at first."""
_UNSETTLED_FOR: Final = timedelta(days=45)
"""What no batch has told of by then will not be settled any more."""
_OVERLAP: Final = timedelta(days=4)
"""A file that was not transmitted goes with a later day's; a completed batch may be listed late."""


def fetch_batches(connection: Connection, *, now: datetime) -> int:
    """Store the batches that are new since the last look, each with its transactions; returns how many.

    `now` is on Opayo's clock. Raises the failures of OpayoClient: what was fetched until then is kept, and the next look,
    which is due at once, begins where the last whole one did.
    """
    since = _since(connection, now)
    client = OpayoClient(connection)
    stored = 0
    try:
        for start, end in windows(since - _OVERLAP, now):
            for batch in steadily(partial(client.batch_list, start, end)):
                stored += _fetch(client, batch)
    except TransientFailure:
        merge_cursors(connection, {BROKE_OFF: True})
        raise
    merge_cursors(connection, {FETCHED_TO: now.isoformat(), BROKE_OFF: False})
    return stored


def _since(connection: Connection, now: datetime) -> datetime:
    """The end of the last whole look, or the oldest sale of late that no batch has told of, whichever is earlier."""
    told = connection.cursors.get(FETCHED_TO)
    marks = [now, datetime.fromisoformat(told) if told else connection.created_at]
    unsettled = Payment.objects.filter(
        pair=connection.pair_id,
        state=Payment.State.CAPTURED,
        settlement_lines=None,
        taken_at__gte=now - _UNSETTLED_FOR,
    ).exclude(card_type__in=NOT_SETTLED_BY_OPAYO)
    oldest = unsettled.order_by("taken_at").values_list("taken_at", flat=True).first()
    return min([*marks, oldest] if oldest else marks)


def batches_are_due(connection: Connection) -> bool:
    """Whether an hour has passed since the last look, or it broke off. Remembers that it is looked now."""
    now = time.time()
    if now < int(connection.cursors.get(NEXT_AT, 0)) and not connection.cursors.get(BROKE_OFF):
        return False
    merge_cursors(connection, {NEXT_AT: int(now) + INTERVAL_SECONDS})
    return True


def _fetch(client: OpayoClient, batch: Batch) -> bool:
    """Store one batch and what it lets expect, in one transaction; False when it is known."""
    connection = client.connection
    key = batch_key(batch)
    known = Event.objects.filter(pair=connection.pair_id, source=Event.Source.OPAYO, dedupe_key=key)
    if known.exists():
        return False
    body = batch_to_json(FetchedBatch(batch, tuple(_transactions(client, batch))))
    with pair_in_hand(connection.pair_id):
        event_id, is_new = store_event(
            pair_id=connection.pair_id,
            connection_id=connection.pk,
            source=Event.Source.OPAYO,
            kind=BATCH,
            dedupe_key=key,
            body=body,
            headers={},
            authenticity=Event.Authenticity.FETCHED,
            state=Event.State.PROCESSED,
        )
        if is_new:
            take_in_batch(connection.pair, Event.objects.get(pk=event_id))
    return is_new


def _transactions(client: OpayoClient, batch: Batch) -> list[OpayoTransaction]:
    """All pages of a batch; what its rows lack and our records do not know is asked for one by one."""
    rows: list[OpayoTransaction] = []
    number, total = 1, 1
    while (number - 1) * MAX_ROWS < total:
        page = steadily(partial(client.batch_detail, batch, number))
        rows += page.rows
        number, total = number + 1, page.total
    unknown = lacking(rows, known_items(client.connection.pair, (row.vps_tx_id for row in rows)))
    details = {key: steadily(partial(client.transaction_detail, vps_tx_id=key)) for key in unknown}
    return [details.get(row.vps_tx_id) or row for row in rows]
