"""How a draft came about, and what people said about a version."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from mapping.models.versions import MappingVersion


class DraftChange(models.Model):
    """One step of editing a draft, kept so that it can be undone and done again at any time.

    Undone steps are always the last ones; a new step takes their place.
    """

    version = models.ForeignKey(MappingVersion, on_delete=models.CASCADE, related_name="changes")
    sequence = models.PositiveIntegerField(help_text="Counts up within the version.")
    changes = models.JSONField()
    inverse = models.JSONField(help_text="The changes that take it back exactly.")
    label = models.CharField(max_length=200, help_text="What was done, in words.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)
    undone = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "sequence"], name="draft_change_once")]
        ordering = ["version_id", "sequence"]

    def __str__(self) -> str:
        return self.label


class VersionComment(models.Model):
    """What somebody said about a version, or about one row of one of its mappings."""

    version = models.ForeignKey(MappingVersion, on_delete=models.CASCADE, related_name="comments")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)
    text = models.TextField()
    mapping = models.CharField(max_length=64, blank=True, default="")
    row = models.CharField(max_length=500, blank=True, default="", help_text="Id of a row of that mapping.")

    class Meta:
        ordering = ["version_id", "pk"]

    def __str__(self) -> str:
        return self.text[:80]
