"""Deliveries: HTTP calls written down before they are sent."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from integrations.models import Connection, Pair


class Delivery(models.Model):
    """One HTTP call to Xero with up to 50 postings.

    Body, Idempotency-Key and members are stored before the first sending and re-sent unchanged
    until Xero's answer is known. State: `prepared` → `sending` → `answered`; or `sending` →
    `unknown` (no answer: the same again within Xero's six minutes, then look the documents up) →
    `answered` | `abandoned` (looked up; the members went on without it).
    """

    class State(models.TextChoices):
        PREPARED = "prepared", "Written down"
        SENDING = "sending", "On its way"
        UNKNOWN = "unknown", "No answer yet"
        ANSWERED = "answered", "Answered"
        ABANDONED = "abandoned", "Looked up instead"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="deliveries")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="deliveries")
    kind = models.CharField(max_length=24, help_text="The kind of its postings.")
    purpose = models.CharField(max_length=16)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=120)
    body = models.TextField()
    idempotency_key = models.CharField(max_length=128, unique=True)
    posting_ids = ArrayField(models.BigIntegerField(), help_text="Members, in the body's order.")
    state = models.CharField(max_length=10, choices=State, default=State.PREPARED)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    first_sent_at = models.DateTimeField(null=True, blank=True)
    last_sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    results = models.JSONField(default=list, help_text="Per member: outcome, id, messages.")
    error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            GinIndex(fields=["posting_ids"], name="delivery_postings"),
            models.Index(
                fields=["connection", "id"],
                name="delivery_open",
                condition=Q(state__in=["prepared", "sending", "unknown"]),
            ),
            models.Index(fields=["pair", "-id"], name="delivery_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({len(self.posting_ids)})"
