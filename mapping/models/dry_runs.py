"""Dry runs: what a draft would change in the books, found out on stored records."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q

from mapping.models.versions import MappingVersion


class DryRun(models.Model):
    """One comparison of a version with the published one over the records of a period.

    Both blueprints and the pair's settings are kept as they were when it began, so that editing the draft meanwhile
    changes nothing, and every record can be looked at again later. `summary` is written once, at the end; amounts in it
    are exact decimal text.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to begin"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Stopped"

    pair = models.ForeignKey("integrations.Pair", on_delete=models.CASCADE, related_name="dry_runs")
    version = models.ForeignKey(MappingVersion, on_delete=models.CASCADE, related_name="dry_runs")
    revision = models.PositiveIntegerField(help_text="Of the version, when the run began.")
    compared_with = models.ForeignKey(
        MappingVersion,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The version published then; empty: what the product ships with.",
    )
    blueprints = models.JSONField(help_text="Both blueprints: {before, after}.")
    context = models.JSONField(help_text="The pair's settings as the mappings saw them.")
    period_from = models.DateField(help_text="First day, in the pair's zone.")
    period_to = models.DateField(help_text="Last day, in the pair's zone.")
    kinds = models.JSONField(help_text="Kinds of records compared.")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    total = models.PositiveIntegerField(default=0, help_text="Records to compare.")
    error = models.TextField(blank=True, default="")
    summary = models.JSONField(default=dict, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    touched_at = models.DateTimeField(
        auto_now_add=True, help_text="When a worker last took or finished a part."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="dry_run_period_runs_forwards", condition=Q(period_to__gte=models.F("period_from"))
            ),
        ]
        indexes = [
            models.Index(fields=["version", "-created_at"], name="dry_run_newest"),
            models.Index(
                fields=["touched_at"], name="dry_run_going", condition=Q(state__in=["queued", "running"])
            ),
        ]

    def __str__(self) -> str:
        return f"Dry run of {self.version}, {self.period_from} to {self.period_to}"

    @property
    def is_going(self) -> bool:
        """Whether it is not over."""
        return self.state in {self.State.QUEUED, self.State.RUNNING}

    def bounds(self) -> tuple[datetime, datetime]:
        """The period as moments: from the first day's midnight until before that of the day after the last."""
        zone = ZoneInfo(self.pair.zone)
        after = self.period_to + timedelta(days=1)
        return (
            datetime.combine(self.period_from, time.min, zone),
            datetime.combine(after, time.min, zone),
        )


class DryRunPart(models.Model):
    """A share of a run's records that one worker compares at once, claimed by a guarded UPDATE.

    What a killed worker left is claimed again when its time is up; its differences are then written anew.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        CLAIMED = "claimed", "Being compared"
        DONE = "done", "Done"

    run = models.ForeignKey(DryRun, on_delete=models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=40)
    position = models.PositiveIntegerField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    records = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    claim = models.UUIDField(null=True, help_text="Of the worker that has it.")
    until = models.DateTimeField(null=True, help_text="When somebody else may take it.")
    attempts = models.PositiveSmallIntegerField(default=0)
    summary = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="dry_run_part_once")]

    def __str__(self) -> str:
        return f"Part {self.position} of dry run {self.run_id}"


class DryRunDifference(models.Model):
    """One record that would come out differently, and how.

    `fields` are [path, before, after]; `reasons` {before, after}: why nothing is posted; `moves` the money as in the
    summary. `touches` lists what it moves and changes ("account:200:GBP", "box:1:GBP", "field:LineItems[].TaxType"), for
    finding the records behind a number. `size` puts the largest moves first.
    """

    class Effect(models.TextChoices):
        CHANGED = "changed", "Changes"
        FAILING = "failing", "Newly fails"
        PASSING = "passing", "Newly passes"
        HELD = "held", "Newly held"
        SKIPPED = "skipped", "Newly skipped"
        OTHERWISE = "otherwise", "Still not made, for other reasons"

    run = models.ForeignKey(DryRun, on_delete=models.CASCADE, related_name="differences")
    part = models.ForeignKey(DryRunPart, on_delete=models.CASCADE, related_name="differences")
    kind = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    number = models.CharField(max_length=255, help_text="What people call the record.")
    effect = models.CharField(max_length=10, choices=Effect)
    currency = models.CharField(max_length=3, blank=True, default="")
    fields = models.JSONField(default=list)
    reasons = models.JSONField(default=dict)
    moves = models.JSONField(default=dict)
    touches = models.JSONField(default=list)
    size = models.DecimalField(max_digits=24, decimal_places=4, default=Decimal(0))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "kind", "record_id"], name="dry_run_difference_once")
        ]
        indexes = [models.Index(fields=["part"], name="dry_run_difference_part")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}: {self.get_effect_display()}"

    @property
    def changed_fields(self) -> list[dict[str, Any]]:
        """`fields` by name, for templates."""
        return [{"path": path, "before": before, "after": after} for path, before, after in self.fields]
