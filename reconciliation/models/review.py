"""People at the review of matches: where each of them is, and what was to be forgotten."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from integrations.models import Pair
from reconciliation.models.banks import BankLine


class ReviewPlace(models.Model):
    """Where somebody was in the review when the last decision was made."""

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="review_places")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    query = models.CharField(max_length=500, blank=True, default="", help_text="The filters of the page.")
    line = models.ForeignKey(BankLine, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pair", "user"], name="review_place_once")]

    def __str__(self) -> str:
        return f"{self.user} {self.at}"


class ForgottenName(models.Model):
    """That an acquirer and a payer at the bank are, or are not, the same: decisions until `at` no longer teach it.

    Names are name cores (reconciliation/core/matching/texts.py).
    """

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="forgotten_names")
    expected = models.CharField(max_length=255)
    observed = models.TextField(blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.expected} {self.observed}"
