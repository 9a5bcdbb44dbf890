"""Acquirers' files that a person looks at before they are taken in."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from integrations.models import Pair


class AcquirerFile(models.Model):
    """A file chosen on a page: kept until it is imported or left, and its content no longer."""

    class Kind(models.TextChoices):
        STATEMENT = "statement", "Statement"
        BILL = "bill", "Bill"

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="acquirer_files")
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=255)
    content = models.BinaryField()
    is_done = models.BooleanField(default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name
