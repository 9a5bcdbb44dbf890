"""Idempotency-Key: the first reply to a key is given again for six minutes, errors too."""

from __future__ import annotations

import hashlib
import zlib
from collections import deque

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply, Request
from sandbox.kernel.world import World

WINDOW = 360.0
LONGEST = 128
METHODS = frozenset({"POST", "PUT", "PATCH"})


class KeyReused(Exception):
    """The key was first used with a different request."""


class Replies:
    """Replies by app and key, by the machine clock. Bodies are kept compressed: they are long and many."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._table = world.store.table("xero.idempotency")
        self._order = deque(
            sorted((row["at"], key) for key, row in ((k, self._table[k]) for k in self._table))
        )

    def find(self, client_id: str, tenant: str, key: str, request: Request) -> Reply | None:
        """The reply this key had within its window; raise KeyReused where the request was another."""
        self._forget()
        row = self._table.get(f"{client_id}:{key}")
        if row is None:
            return None
        if row["request"] != fingerprint(tenant, request):
            raise KeyReused(key)
        return Reply(row["status"], zlib.decompress(row["body"]), row["headers"])

    def keep(self, client_id: str, tenant: str, key: str, request: Request, reply: Reply) -> None:
        row: Row = {
            "at": self._world.clock.machine(),
            "request": fingerprint(tenant, request),
            "status": reply.status,
            "body": zlib.compress(reply.body, 1),
            "headers": dict(reply.headers),
        }
        self._table.put(f"{client_id}:{key}", row)
        self._order.append((row["at"], f"{client_id}:{key}"))

    def _forget(self) -> None:
        """Drop what is older than the window: the key is as new then."""
        edge = self._world.clock.machine() - WINDOW
        while self._order and self._order[0][0] <= edge:
            self._table.delete(self._order.popleft()[1])


def fingerprint(tenant: str, request: Request) -> str:
    """What must be the same when a key comes again."""
    digest = hashlib.sha256()
    query = "&".join(f"{name}={value}" for name, value in sorted(request.query.items()))
    for part in (tenant, request.method, request.path.lower(), query):
        digest.update(part.encode() + b"\0")
    digest.update(request.body)
    return digest.hexdigest()
