"""The event inbox: store first, seal into the chain later, forget only what the retention setting allows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Final, NotRequired, TypedDict, Unpack

import orjson
from django.db import connection, transaction

from integrations.clock import business_now
from integrations.core import chain
from integrations.core.pci import mask
from integrations.events.inbox import insert_event
from integrations.models import AuditEntry, Event

_DEDUPE_KEY_MAX: Final = 200
_VERIFIED_AT_ONCE: Final = 2000
# Read by the trigger that otherwise refuses to delete events (migration event_guard).
_ALLOW_RETIREMENT: Final = "SET LOCAL tillbridge.retire_events = 'on'"

_SEAL: Final = """
    UPDATE integrations_event AS event SET sequence = sealed.sequence, chain_hash = sealed.chain_hash
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS sealed (id, sequence, chain_hash)
    WHERE event.id = sealed.id
"""


class Arrival(TypedDict):
    """What `store_event` takes."""

    pair_id: int
    connection_id: int | None
    source: str
    kind: str
    dedupe_key: str
    """The sender's id of the message, or the SHA-256 of the body."""
    body: bytes
    headers: Mapping[str, str]
    authenticity: str
    identifiers: NotRequired[Collection[bytes]]
    """Digits in the body that are no card numbers, whatever they look like."""
    received_at: NotRequired[datetime | None]
    state: NotRequired[str]
    """Other than `received`: there is nothing for the pipeline to do, and `error` says why."""
    error: NotRequired[str]


def store_event(**arrival: Unpack[Arrival]) -> tuple[int, bool]:
    """Keep what was received; gives the event's id and whether it is new.

    Committed when this returns, unless the caller has opened a transaction. The same `dedupe_key` from
    the same source of the pair is kept once. Card numbers and security codes are masked first.
    """
    body, is_masked = mask(arrival["body"], arrival.get("identifiers", ()))
    now = (arrival.get("received_at") or business_now()).isoformat()
    state = arrival.get("state", Event.State.RECEIVED)
    return insert_event(
        {
            "pair_id": arrival["pair_id"],
            "source": arrival["source"],
            "dedupe_key": _fitting(arrival["dedupe_key"]),
            "connection_id": arrival["connection_id"],
            "kind": arrival["kind"][:40],
            "authenticity": arrival["authenticity"],
            "headers": _masked_headers(arrival["headers"]),
            "body": body.hex(),
            "body_sha256": sha256(body).hexdigest(),
            "is_masked": is_masked,
            "received_at": now,
            "state": state,
            "error": arrival.get("error", ""),
            "processed_at": None if state == Event.State.RECEIVED else now,
        }
    )


def _fitting(dedupe_key: str) -> str:
    if len(dedupe_key) <= _DEDUPE_KEY_MAX:
        return dedupe_key
    return f"sha256:{sha256(dedupe_key.encode()).hexdigest()}"


def _masked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    written = orjson.dumps(dict(headers))
    masked, found = mask(written)
    return dict(orjson.loads(masked)) if found else dict(headers)


def seal_events(pair_id: int, limit: int = 500) -> int:
    """Give up to `limit` unsealed events of a pair, in the order of their ids, their place in its hash chain.

    Call it inside the transaction that holds the pair's lock: two sealers at once would fork the chain, and the
    unique sequence would then fail one of them. Returns how many were sealed.
    """
    events = list(
        Event.objects.filter(pair_id=pair_id, sequence=None)
        .order_by("pk")
        .values_list("pk", "source", "kind", "dedupe_key", "body_sha256", "received_at")[:limit]
    )
    if not events:
        return 0
    sequence, previous_hash = _end_of_chain(pair_id)
    ids, sequences, hashes = [], [], []
    for pk, source, kind, dedupe_key, digest, received_at in events:
        sequence += 1
        link = chain.Link(sequence, source, kind, dedupe_key, digest, received_at)
        previous_hash = chain.link_hash(previous_hash, link)
        ids.append(pk)
        sequences.append(sequence)
        hashes.append(previous_hash)
    with connection.cursor() as cursor:
        cursor.execute(_SEAL, [ids, sequences, hashes])
    return len(ids)


def _end_of_chain(pair_id: int) -> tuple[int, str]:
    sealed = Event.objects.filter(pair_id=pair_id, sequence__isnull=False)
    sealed = sealed.only("sequence", "chain_hash").order_by("-sequence")
    last = sealed.first()
    return _anchor(pair_id) if last is None or last.sequence is None else (last.sequence, last.chain_hash)


def _anchor(pair_id: int) -> tuple[int, str]:
    """Where the kept part of the chain begins: after the last event that retention removed."""
    retired = AuditEntry.objects.filter(pair_id=pair_id, action="events.retired").order_by("-pk").first()
    if retired is None:
        return 0, chain.GENESIS
    return int(retired.data["sequence"]), str(retired.data["chain_hash"])


def verify_chain(pair_id: int) -> chain.Break | None:
    """The first event of the pair that is not what was received, None when the whole chain holds.

    Checks each body against its SHA-256 as well. Reads the whole log, a few thousand events at a time.
    """
    sequence, chain_hash = _anchor(pair_id)
    return chain.verify(_links(pair_id), after=sequence, after_hash=chain_hash)


def _links(pair_id: int) -> Iterator[chain.Link]:
    events = (
        Event.objects.filter(pair_id=pair_id, sequence__isnull=False)
        .order_by("sequence")
        .values_list("sequence", "source", "kind", "dedupe_key", "received_at", "chain_hash", "body")
    )
    for sequence, source, kind, dedupe_key, received_at, chain_hash, body in events.iterator(
        _VERIFIED_AT_ONCE
    ):
        digest = sha256(bytes(body)).hexdigest()
        yield chain.Link(sequence or 0, source, kind, dedupe_key, digest, received_at, chain_hash)


@transaction.atomic
def retire_events(pair_id: int, before: datetime, limit: int = 5000) -> int:
    """Delete the oldest events of a pair, received before a moment and done with; returns how many.

    Only a beginning of the chain is ever removed, up to the first event that is younger or still open; where it
    ended is written to the audit log, and `verify_chain` goes on from there.
    """
    settled = (Event.State.PROCESSED, Event.State.IGNORED)
    sealed = Event.objects.filter(pair_id=pair_id, sequence__isnull=False)
    first_kept = sealed.exclude(received_at__lt=before, state__in=settled).order_by("sequence").first()
    old = sealed.filter(received_at__lt=before)
    if first_kept is not None:
        old = old.filter(sequence__lt=first_kept.sequence)
    last = old.order_by("sequence").values_list("sequence", "chain_hash")[:limit]
    if not last:
        return 0
    sequence, chain_hash = list(last)[-1]
    with connection.cursor() as cursor:
        cursor.execute(_ALLOW_RETIREMENT)
    AuditEntry.objects.create(
        pair_id=pair_id,
        action="events.retired",
        subject=f"events up to {sequence}",
        reason=f"Older than the pair keeps them (before {before:%Y-%m-%d}).",
        data={"sequence": sequence, "chain_hash": chain_hash},
    )
    return old.filter(sequence__lte=sequence).delete()[0]
