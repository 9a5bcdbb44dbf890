"""Files of acquirers about disputes: how each acquirer writes them, and those a person has chosen."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from integrations.models.pairs import Pair


class DisputeColumns(models.Model):
    """How an acquirer's files are read: remembered once a person has said it (docs/disputes.md)."""

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="dispute_columns")
    acquirer = models.CharField(max_length=80)
    heads = models.JSONField(default=dict, help_text="What is read → head of its column.")
    fixed = models.JSONField(default=dict, blank=True, help_text="What is read → its value for all rows.")
    words = models.JSONField(default=dict, help_text="The acquirer's word for a stage → our state.")
    month_first = models.BooleanField(default=False)
    comma = models.BooleanField(default=False, help_text="The decimal sign is a comma.")
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pair", "acquirer"], name="dispute_columns_once")]

    def __str__(self) -> str:
        return self.acquirer


class DisputeFile(models.Model):
    """A file between being chosen and being imported; its content is dropped then, for its rows are events by now.

    State: `waiting` → `imported` or `left`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Looked at, not imported"
        IMPORTED = "imported", "Imported"
        LEFT = "left", "Left"

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="dispute_files")
    name = models.CharField(max_length=200)
    acquirer = models.CharField(max_length=80, blank=True, default="")
    sha256 = models.CharField(max_length=64, help_text="Of the file as it was chosen.")
    content = models.BinaryField(help_text="Card numbers masked; empty once it is imported or left.")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    told_count = models.PositiveIntegerField(default=0, help_text="Rows that told something new.")
    bad_count = models.PositiveIntegerField(default=0, help_text="Rows that were not taken.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["pair", "-created_at"], name="dispute_file_newest")]

    def __str__(self) -> str:
        return self.name
