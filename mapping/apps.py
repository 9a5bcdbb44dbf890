from django.apps import AppConfig


class MappingConfig(AppConfig):
    """Mappings of records onto Xero documents: their versions, and the core that evaluates them."""

    name = "mapping"
    verbose_name = "Mapping"
