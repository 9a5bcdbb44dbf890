"""Every call we made to an outside system, and what its limits leave us."""

from __future__ import annotations

from django.db import models

from integrations.models.connections import Connection
from integrations.models.pairs import Pair


class ApiCall(models.Model):
    """One HTTP call to an outside system; kept for `Pair.keep_calls_days`. Secrets never get here."""

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="api_calls")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="api_calls")
    system = models.CharField(max_length=8)
    purpose = models.CharField(max_length=16, help_text="contacts, invoices, payments, polling, …")
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=255)
    delivery_id = models.BigIntegerField(null=True, blank=True)
    started_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    status_code = models.PositiveSmallIntegerField(null=True, help_text="Empty: no answer.")
    outcome = models.CharField(max_length=16, help_text="ok, refused, limited, failed, unknown")
    rows = models.PositiveIntegerField(default=0, help_text="Documents carried.")
    error = models.TextField(blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["pair", "-started_at"], name="api_call_newest"),
            models.Index(fields=["delivery_id"], name="api_call_delivery"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status_code}"


class CallBudget(models.Model):
    """What Xero still allows for one organisation, read back from its own headers."""

    connection = models.OneToOneField(
        Connection, on_delete=models.CASCADE, related_name="call_budget", primary_key=True
    )
    day_limit = models.PositiveIntegerField(default=5000)
    minute_limit = models.PositiveIntegerField(default=60)
    day_remaining = models.IntegerField(null=True)
    minute_remaining = models.IntegerField(null=True)
    seen_at = models.DateTimeField(null=True)
    parked_until = models.DateTimeField(null=True, help_text="No call before this time.")
    parked_because = models.CharField(max_length=200, blank=True, default="")
    minute_window = models.JSONField(default=list, help_text="[epoch second, calls] of the last minute.")
    flights = models.JSONField(
        default=list, help_text="[call, epoch second it counts until] of calls now out."
    )

    def __str__(self) -> str:
        return f"Budget of connection {self.connection_id}"
