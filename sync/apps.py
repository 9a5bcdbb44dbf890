from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

if TYPE_CHECKING:
    from integrations.models import Connection
    from mapping.models import MappingVersion


class SyncConfig(AppConfig):
    """The pipeline: event → record → posting → delivery."""

    name = "sync"
    verbose_name = "Sync"

    def ready(self) -> None:
        """The edge wakes the pipeline through a hook, for it may not import what stands above it."""
        from integrations.inbound import wakeup
        from integrations.instructions import wakeup as instructing
        from integrations.pairs.signals import connection_restored
        from mapping.signals import version_published
        from sync.services.leases import wake

        wakeup.on_event_stored.append(lambda pair_id: wake("process_events", pair_id))
        instructing.on_asked.append(lambda pair_id: wake("instruct", pair_id))
        connection_restored.connect(_go_on, dispatch_uid="sync.go_on")
        version_published.connect(_replan, dispatch_uid="sync.replan")
        post_migrate.connect(_make_schedules, sender=self)


def _go_on(connection: Connection, **_: Any) -> None:
    """A connection works again: what waited for it flows."""
    from sync.services.leases import wake
    from sync.services.messages import adopt_messages
    from sync.services.wakes import wake_pair

    if connection.system == "chat":
        adopt_messages(connection)
        wake("notify", connection.pair_id)
    wake_pair(connection.pair)


def _replan(version: MappingVersion, **_: Any) -> None:
    """A version came into use: what waited by the one before is looked at again. Without a pair it is all pairs'."""
    from integrations.models import Pair
    from sync.services.leases import wake

    pairs = (
        [version.pair_id]
        if version.pair_id
        else Pair.objects.filter(is_active=True).values_list("pk", flat=True)
    )
    for pair_id in pairs:
        wake("replan", pair_id)


def _make_schedules(**_: Any) -> None:
    from sync.services.schedules import sync_schedules

    sync_schedules()
