from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

if TYPE_CHECKING:
    from integrations.models import Connection


class SyncConfig(AppConfig):
    """The pipeline: event → record → posting → delivery."""

    name = "sync"
    verbose_name = "Sync"

    def ready(self) -> None:
        """The edge wakes the pipeline through a hook, for it may not import what stands above it."""
        from integrations.inbound import wakeup
        from integrations.pairs.signals import connection_restored
        from sync.services.leases import wake

        wakeup.on_event_stored.append(lambda pair_id: wake("process_events", pair_id))
        connection_restored.connect(_go_on, dispatch_uid="sync.go_on")
        post_migrate.connect(_make_schedules, sender=self)


def _go_on(connection: Connection, **_: Any) -> None:
    """A connection works again: what waited for it flows."""
    from sync.services.wakes import wake_pair

    wake_pair(connection.pair)


def _make_schedules(**_: Any) -> None:
    from sync.services.schedules import sync_schedules

    sync_schedules()
