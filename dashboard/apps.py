from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Every page that looks across the apps."""

    name = "dashboard"
    verbose_name = "Dashboard"
