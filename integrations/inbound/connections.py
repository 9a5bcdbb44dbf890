"""Who sends to an inbound address: found by its key, remembered for a few seconds.

A changed connection or secret is noticed at once in the process that changed it and within seconds in all others.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from integrations.models import Connection, Secret
from integrations.secrets import decrypt

_REMEMBERED_SECONDS: Final = 3.0
_MOST_REMEMBERED: Final = 2000


@dataclass(frozen=True, slots=True)
class Sender:
    """A connection as the inbound edge needs it, with its secrets decrypted."""

    id: int
    pair_id: int
    key: str
    system: str
    config: Mapping[str, Any]
    order_code_pattern: str
    return_url: str
    """Where customers go when their order names no page; empty when there is none."""
    secrets: Mapping[str, str] = field(repr=False)

    def secret(self, name: str) -> str:
        """A secret; empty when it was never set."""
        return self.secrets.get(name, "")


@dataclass(slots=True)
class _Remembered:
    sender: Sender | None
    until: float


_senders: dict[tuple[str, str], _Remembered] = {}


def find_sender(system: str, key: str) -> Sender | None:
    """The connection of `system` behind an inbound key; None when there is none."""
    now = time.monotonic()
    remembered = _senders.get((system, key))
    if remembered is not None and now < remembered.until:
        return remembered.sender
    if len(_senders) >= _MOST_REMEMBERED:
        # Somebody is guessing keys; start afresh rather than grow.
        _senders.clear()
    sender = _load(system, key)
    _senders[system, key] = _Remembered(sender, now + _REMEMBERED_SECONDS)
    return sender


def _load(system: str, key: str) -> Sender | None:
    found = (
        Connection.objects.filter(system=system, key=key)
        .values_list("pk", "pair_id", "config", "pair__order_code_pattern")
        .first()
    )
    if found is None:
        return None
    pk, pair_id, config, pattern = found
    secrets = Secret.objects.filter(connection_id=pk).values_list("name", "ciphertext")
    return Sender(
        id=pk,
        pair_id=pair_id,
        key=key,
        system=system,
        config=config,
        order_code_pattern=pattern,
        return_url=config.get("return_url") or _shop_return_url(pair_id),
        secrets={name: decrypt(ciphertext) for name, ciphertext in secrets},
    )


def _shop_return_url(pair_id: int) -> str:
    """That of the pair's first shop which has one."""
    shops = Connection.objects.filter(pair_id=pair_id, system=Connection.System.SHOP).order_by("pk")
    urls = (str(config.get("return_url") or "") for config in shops.values_list("config", flat=True))
    return next(filter(None, urls), "")


@receiver([post_save, post_delete], sender=Connection)
@receiver([post_save, post_delete], sender=Secret)
def forget_senders(**_: Any) -> None:
    """Connections or secrets were changed here: look them up again."""
    _senders.clear()
