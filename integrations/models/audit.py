"""Who did what, when and why."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from integrations.models.masked import MaskedTextField
from integrations.models.pairs import Pair


class AuditEntry(models.Model):
    """One act of a person (or of the system, when `actor` is empty); never changed, never deleted."""

    pair = models.ForeignKey(Pair, null=True, on_delete=models.PROTECT, related_name="audit_entries")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    action = models.CharField(max_length=60, help_text="Dotted, such as posting.retried.")
    subject = models.CharField(max_length=120, blank=True, default="")
    reason = MaskedTextField(blank=True, default="")
    data = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["pair", "-at"], name="audit_newest")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Kept once."""
        if not self._state.adding:
            raise PermissionError("Audit entries are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """The audit log is append-only."""
        raise PermissionError("Audit entries are never deleted.")
