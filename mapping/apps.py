from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MappingConfig(AppConfig):
    """Mappings of records onto Xero documents: their versions, and the core that evaluates them."""

    name = "mapping"
    verbose_name = "Mapping"

    def ready(self) -> None:
        post_migrate.connect(_ship_mappings, sender=self)


def _ship_mappings(**_: Any) -> None:
    """The mappings the product ships with are in use wherever a pair has none of its own."""
    from mapping.services.versions import ensure_default_mappings

    ensure_default_mappings(None)
