"""Samples people pasted to build a mapping with."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Sample(models.Model):
    """A pasted JSON record of one person in one pair, card numbers and security codes masked, with its schema."""

    pair = models.ForeignKey("integrations.Pair", on_delete=models.CASCADE, related_name="mapping_samples")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    title = models.CharField(max_length=120)
    text = models.TextField(help_text="JSON text as pasted, so that every decimal stays as it was written.")
    schema = models.JSONField(help_text="What was inferred of its fields.")

    class Meta:
        indexes = [models.Index(fields=["pair", "by", "-at"], name="mapping_sample_newest")]

    def __str__(self) -> str:
        return self.title
