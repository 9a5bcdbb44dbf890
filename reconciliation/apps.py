from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    """Settlements, bank statements, and how they are matched to the payments that they are made of."""

    name = "reconciliation"
    verbose_name = "Reconciliation"
