from django.apps import AppConfig


class SyncConfig(AppConfig):
    """The pipeline: event → record → posting → delivery."""

    name = "sync"
    verbose_name = "Sync"
