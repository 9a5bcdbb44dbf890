"""How the equalities of the proof stand, and what people have accepted as it stands in Xero."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from integrations.models import Pair


class ProofLight(models.Model):
    """An equality as it was worked out last; `since` is when its light became what it is."""

    class Light(models.TextChoices):
        GREEN = "green", "Holds"
        AMBER = "amber", "Holds, something is under way"
        RED = "red", "Does not hold"
        UNKNOWN = "unknown", "Not known yet"

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="proof_lights")
    equality = models.CharField(max_length=8, help_text="opayo, records, xero, bank")
    account_code = models.CharField(max_length=10, blank=True, default="")
    currency = models.CharField(max_length=3)
    light = models.CharField(max_length=8, choices=Light)
    since = models.DateTimeField()
    worked_out_at = models.DateTimeField()
    proved = models.JSONField(help_text="The equality with its figures, as reconciliation.proof writes it.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pair", "equality", "account_code", "currency"], name="proof_light_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.equality} {self.account_code} {self.currency}: {self.light}"


class AcceptedChange(models.Model):
    """A document as a person accepted it in Xero: what it moves there counts as ours from then on. Only ever added."""

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="accepted_changes")
    account_code = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    collection = models.CharField(max_length=24, blank=True, default="")
    remote_id = models.CharField(max_length=60, help_text="Xero's id; of an opening balance, what it was.")
    minor = models.BigIntegerField(help_text="What Xero has more on the account than we posted.")
    dated = models.DateField(null=True)
    words = models.CharField(max_length=255)
    seen = models.JSONField(help_text="How it stood in Xero when it was accepted.")
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["pair", "account_code"], name="accepted_change_account")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.words
