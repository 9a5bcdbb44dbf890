from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """The edge: outside systems, what they sent, and our records of it."""

    name = "integrations"
    verbose_name = "Integrations"
