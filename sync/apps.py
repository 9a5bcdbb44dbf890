from django.apps import AppConfig


class SyncConfig(AppConfig):
    """The pipeline: event → record → posting → delivery."""

    name = "sync"
    verbose_name = "Sync"

    def ready(self) -> None:
        """The edge wakes the pipeline through a hook, for it may not import what stands above it."""
        from integrations.inbound import wakeup
        from sync.services.leases import wake

        wakeup.on_event_stored.append(lambda pair_id: wake("process_events", pair_id))
