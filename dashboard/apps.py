from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Every page that looks across the apps."""

    name = "dashboard"
    verbose_name = "Dashboard"

    def ready(self) -> None:
        from dashboard.icons import draw_once

        draw_once()
