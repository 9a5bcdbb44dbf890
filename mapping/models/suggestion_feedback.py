"""What people said to suggested links, so that a yes is remembered and a no is not asked again."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class SuggestionFeedback(models.Model):
    """One yes or no of a person in a pair. The newest one about the same field and target stands.

    `key` is the words of the field's name and what its values look like (mapping/suggestions/core/memory.py); no value
    of any record is kept here.
    """

    pair = models.ForeignKey(
        "integrations.Pair", on_delete=models.CASCADE, related_name="suggestion_feedback"
    )
    object = models.CharField(max_length=40, help_text="The Xero object, such as xero:Contact.")
    target = models.CharField(max_length=120, help_text="Its field, such as EmailAddress.")
    source = models.CharField(max_length=255, help_text="Path of the source's field.")
    key = models.CharField(max_length=255)
    is_accepted = models.BooleanField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["object", "pair", "id"], name="suggestion_feedback_of_object")]
        ordering = ["pk"]

    def __str__(self) -> str:
        said = "yes" if self.is_accepted else "no"
        return f"{said} to {self.source} → {self.target}"
