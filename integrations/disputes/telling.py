"""The one way in for what is told of disputes: from a file, from a partner, or by a person."""

from __future__ import annotations

import json
from hashlib import sha256

from django.db import transaction

from integrations.disputes.core.notices import DisputeNotice, Told, Via, notice_to_json, told_to_json
from integrations.events.services import store_event
from integrations.inbound.wakeup import wake
from integrations.models import Event, Pair, User


def tell(pair: Pair, notice: DisputeNotice, *, via: Via, by: User | None = None) -> Event:
    """Keep the notice as an event; the pipeline is woken once it is committed.

    The same notice told twice is one event, with one exception: what a person tells again after something else was told
    of the case (tied to A, to B, to A again) counts again. What it means is worked out by the pipeline, so a notice that
    cannot be true shows as an event that needs a person.
    """
    event_id, _ = store_event(
        pair_id=pair.pk,
        connection_id=None,
        source=Event.Source.ACQUIRER,
        kind="dispute",
        dedupe_key=_dedupe_key(pair, notice, via),
        body=told_to_json(Told(notice, via, by.pk if by else None)),
        headers={},
        authenticity=Event.Authenticity.FETCHED,
    )
    transaction.on_commit(lambda: wake(pair.pk))
    return Event.objects.get(pk=event_id)


def _dedupe_key(pair: Pair, notice: DisputeNotice, via: Via) -> str:
    document = json.dumps(notice_to_json(notice), sort_keys=True)
    case = f"dispute:{sha256(notice.case_id.encode()).hexdigest()[:16]}:"
    key = case + sha256(document.encode()).hexdigest()[:40]
    if via != "person":
        return key
    told = Event.objects.filter(pair=pair, source=Event.Source.ACQUIRER, dedupe_key__startswith=case)
    last = told.order_by("-pk").values_list("dedupe_key", flat=True).first()
    if last is not None and last.partition("~")[0] == key:
        return last
    return f"{key}~{told.count() + 1}"
