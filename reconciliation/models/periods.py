"""Months: what was checked before they were closed, who signed, and what changed afterwards."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from integrations.models import Pair


class Period(models.Model):
    """One month of a pair's books. Preparer and reviewer are two people."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        PREPARED = "prepared", "Prepared"
        CLOSED = "closed", "Closed"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="periods")
    starts_on = models.DateField()
    ends_on = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    checklist = models.JSONField(
        default=list, blank=True, help_text="Each point, how it stood, who ticked it."
    )
    pack = models.JSONField(default=dict, blank=True, help_text="The figures as signed, with their hash.")
    proof_hash = models.CharField(max_length=64, blank=True, default="")
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    prepared_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pair", "starts_on"], name="period_once")]
        ordering = ["-starts_on"]

    def __str__(self) -> str:
        return f"{self.starts_on:%B %Y}"


class Reading(models.Model):
    """One look at Xero's own reports: the balance of a clearing account as Xero tells it, and what differs.

    Readings are only ever added. Never a source for training: Xero's developer terms forbid it.
    """

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="readings")
    account_code = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    as_at = models.DateField(help_text="The day of the report: one that has everything in it.")
    read_on = models.DateField(help_text="The day of the books on which it was read.")
    read_at = models.DateTimeField()
    xero_minor = models.BigIntegerField()
    ours_minor = models.BigIntegerField()
    findings = models.JSONField(default=list, blank=True, help_text="Documents that differ, and how.")
    is_report = models.BooleanField(
        default=True, help_text="No: Xero's report is in another currency, so its documents were added up."
    )
    read_to = models.DateTimeField(
        null=True,
        help_text="Up to when changes of documents were read; empty where the reading found a difference.",
    )

    class Meta:
        indexes = [models.Index(fields=["pair", "account_code", "-read_at"], name="reading_latest")]

    def __str__(self) -> str:
        return f"{self.account_code} {self.as_at}"
