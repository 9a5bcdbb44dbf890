"""The event inbox: what was received, as it was received, before anything is made of it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from integrations.models.connections import Connection
from integrations.models.pairs import Pair


class Event(models.Model):
    """Something received, stored raw before anything else, and never changed.

    `sequence` and `chain_hash` are given when the event is sealed into the pair's hash chain, in
    batches just before processing (docs/adr/0003-hash-chain.md). State: `received` → `processed`,
    `ignored`, or `dead` (a person decides); `received` again with `not_before` while it waits.
    """

    class Source(models.TextChoices):
        SHOP = "shop", "Shop"
        OPAYO = "opayo", "Opayo"
        XERO = "xero", "Xero"
        ACQUIRER = "acquirer", "Acquirer"
        BANK = "bank", "Bank"
        PERSON = "person", "Person"

    class Authenticity(models.TextChoices):
        VERIFIED = "verified", "Signature verified"
        PENDING = "pending", "Signature not yet verifiable"
        FETCHED = "fetched", "Fetched by us"

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        PROCESSED = "processed", "Processed"
        IGNORED = "ignored", "Nothing to do"
        DEAD = "dead", "Needs a person"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="events")
    connection = models.ForeignKey(Connection, null=True, on_delete=models.PROTECT, related_name="events")
    source = models.CharField(max_length=8, choices=Source)
    kind = models.CharField(max_length=40, help_text="Such as order.created, notification, webhook.")
    dedupe_key = models.CharField(max_length=200, help_text="The sender's id, or the body's SHA-256.")
    authenticity = models.CharField(max_length=8, choices=Authenticity)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(help_text="As received, card numbers and CVVs masked.")
    body_sha256 = models.CharField(max_length=64)
    is_masked = models.BooleanField(default=False)
    received_at = models.DateTimeField()

    sequence = models.BigIntegerField(null=True)
    chain_hash = models.CharField(max_length=64, blank=True, default="")

    state = models.CharField(max_length=9, choices=State, default=State.RECEIVED)
    not_before = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True, default="", help_text="In words an accountant understands.")
    order = models.ForeignKey(
        "integrations.Order", null=True, blank=True, on_delete=models.SET_NULL, related_name="events"
    )
    processed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "source", "dedupe_key"], name="event_once"),
            models.UniqueConstraint(
                fields=["pair", "sequence"], name="event_sequence_once", condition=Q(sequence__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["pair", "id"], name="event_inbox", condition=Q(state="received")),
            models.Index(fields=["pair", "id"], name="event_unsealed", condition=Q(sequence__isnull=True)),
            models.Index(fields=["pair", "id"], name="event_dead", condition=Q(state="dead")),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.pk}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Events are the evidence of everything else."""
        raise PermissionError("Events are never deleted one by one; see the retention setting.")
