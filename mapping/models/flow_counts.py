"""How many records passed, stopped or failed at each step of a flow, by day."""

from __future__ import annotations

from django.db import models

from integrations.models import Pair


class FlowCount(models.Model):
    """The records of one day (in the pair's zone) at one step of a flow."""

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="flow_counts")
    flow = models.CharField(max_length=64, help_text="By its id.")
    step = models.CharField(max_length=64, help_text="By its id.")
    day = models.DateField()
    passed = models.PositiveIntegerField(default=0)
    stopped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pair", "flow", "step", "day"], name="flow_count_once")
        ]

    def __str__(self) -> str:
        return f"{self.flow}, {self.step} on {self.day}"
