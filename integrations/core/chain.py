"""The hash chain that makes changed, removed or reordered events visible.

Each event's hash covers what was received and the hash before it, so that nothing in the past can be altered
without altering every hash after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

GENESIS: Final = "0" * 64
"""What stands before the first event of a pair."""


@dataclass(frozen=True, slots=True)
class Link:
    """One event as the chain sees it; `received_at` is aware, `body_sha256` in lower-case hex."""

    sequence: int
    source: str
    kind: str
    dedupe_key: str
    body_sha256: str
    received_at: datetime
    chain_hash: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """The first event at which the chain does not hold, and why in plain words."""

    sequence: int
    reason: str


def link_hash(previous_hash: str, link: Link) -> str:
    """SHA-256, in lower-case hex, of the previous hash and of every field, each with its length."""
    fields = (
        previous_hash,
        str(link.sequence),
        link.source,
        link.kind,
        link.dedupe_key,
        link.body_sha256,
        link.received_at.astimezone(UTC).isoformat(timespec="microseconds"),
    )
    # The lengths keep apart what only differs in where one field ends and the next begins.
    encoded = [field.encode() for field in fields]
    return sha256(b"".join([b"%d:%b;" % (len(field), field) for field in encoded])).hexdigest()


def verify(links: Iterable[Link], *, after: int = 0, after_hash: str = GENESIS) -> Break | None:
    """The first break in `links`, which continue from sequence `after`; None when the chain holds."""
    previous, previous_hash = after, after_hash
    for link in links:
        if link.sequence != previous + 1:
            return Break(
                previous + 1, f"Event {previous + 1} is missing: the next one kept is {link.sequence}."
            )
        if link_hash(previous_hash, link) != link.chain_hash:
            return Break(
                link.sequence, f"Event {link.sequence} is not what was received, or not where it was."
            )
        previous, previous_hash = link.sequence, link.chain_hash
    return None
