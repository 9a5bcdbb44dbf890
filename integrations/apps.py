from django.apps import AppConfig
from django.urls import register_converter


class IntegrationsConfig(AppConfig):
    """The edge: outside systems, what they sent, and our records of it."""

    name = "integrations"
    verbose_name = "Integrations"

    def ready(self) -> None:
        from integrations.members.slugs import PairSlugConverter

        # Every app's addresses inside a pair begin with `<pair:pair_slug>/`.
        register_converter(PairSlugConverter, "pair")
