"""Configuration failures: one problem, fixed once by a person, and everything it held flows on."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from integrations.models import Pair


class Problem(models.Model):
    """Something a person must put right, such as an unknown AccountCode or a locked period."""

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="problems")
    code = models.CharField(max_length=40, help_text="Such as account_unknown, period_locked.")
    subject = models.CharField(max_length=120, blank=True, default="", help_text="Such as 200.")
    message = models.TextField(help_text="What is wrong, in the accountant's words.")
    fix = models.TextField(help_text="What to do about it.")
    opened_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pair", "code", "subject"],
                name="problem_open_once",
                condition=Q(resolved_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.message
