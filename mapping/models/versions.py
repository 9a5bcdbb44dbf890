"""Versions of a pair's blueprint: draft → review → published → archived, immutable once published."""

from __future__ import annotations

from collections.abc import Collection
from copy import deepcopy
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import Q


class PublishedMappingError(Exception):
    """Somebody tried to change or delete a version that documents were made with."""

    def __init__(self, version: MappingVersion) -> None:
        super().__init__(
            f"{version} is {version.get_state_display().lower()} and cannot be changed: copy it into a new draft instead."
        )


class MappingVersion(models.Model):
    """One version of everything that decides what becomes of a pair's records; without a pair, as shipped.

    `blueprint` holds mappings, rules, flows and look-up tables (mapping/core/blueprint.py), which are drafted and
    published together. A draft changes by DraftChange rows and counts them in `revision`; a version in review waits, as it
    is, for a person to publish it or to send it back. Publishing freezes it: what a posting was made with can always be
    read again. Only the state still moves, from published to archived, when the next version takes its place. A trigger
    in the database refuses everything else, also for SQL that does not pass through this class.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        REVIEW = "review", "In review"
        PUBLISHED = "published", "Published"
        ARCHIVED = "archived", "Archived"

    pair = models.ForeignKey(
        "integrations.Pair",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="mapping_versions",
        help_text="Empty: shipped with the product.",
    )
    name = models.CharField(max_length=120, blank=True, default="")
    number = models.PositiveIntegerField(help_text="Counts up within the pair.")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    blueprint = models.JSONField(default=dict)
    base = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="Drafted from."
    )
    comment = models.TextField(blank=True, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    revision = models.PositiveIntegerField(
        default=0, help_text="Counts up with each change, undo and redo of the draft."
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_label = models.CharField(
        max_length=200, blank=True, default="", help_text="What was done last, in words."
    )

    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    publish_reason = models.TextField(blank=True, default="")

    FROZEN: Final = (
        "pair_id", "name", "number", "blueprint", "comment", "revision", "published_at", "publish_reason",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pair", "number"], nulls_distinct=False, name="mapping_version_number_once"
            ),
            models.UniqueConstraint(
                fields=["pair"],
                condition=Q(state="published"),
                nulls_distinct=False,
                name="mapping_published_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "review"], published_at__isnull=True)
                | Q(state__in=["published", "archived"], published_at__isnull=False),
                name="mapping_published_has_time",
            ),
        ]
        ordering = ["pair_id", "number"]

    def __str__(self) -> str:
        return f"{self.name or 'Mapping'}, version {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save. Raises PublishedMappingError when the content of a published or archived version would change."""
        if getattr(self, "_loaded_state", None) in (self.State.PUBLISHED, self.State.ARCHIVED):
            changed = any(self.__dict__.get(name) != value for name, value in self._loaded.items())
            if changed or not self.is_frozen:
                raise PublishedMappingError(self)
        super().save(*args, **kwargs)
        self.remember()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete a draft. Raises PublishedMappingError for what was ever published."""
        if self.is_frozen:
            raise PublishedMappingError(self)
        return super().delete(*args, **kwargs)

    @property
    def is_frozen(self) -> bool:
        """Whether it was published, so that its content can no longer change."""
        return self.state in (self.State.PUBLISHED, self.State.ARCHIVED)

    @property
    def is_editable(self) -> bool:
        """Whether its blueprint can be changed now."""
        return self.state == self.State.DRAFT

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **kwargs: Any
    ) -> MappingVersion:
        """Remember what was loaded, so that `save` can tell a change of state from a change of content."""
        loaded = super().from_db(db, field_names, values, **kwargs)
        loaded.remember()
        return loaded

    def remember(self) -> None:
        """Take the values at hand as those of the database."""
        deferred = self.get_deferred_fields()
        self._loaded_state = None if "state" in deferred else self.state
        is_frozen = self._loaded_state in (self.State.PUBLISHED, self.State.ARCHIVED)
        names = [name for name in self.FROZEN if is_frozen and name not in deferred]
        self._loaded = {name: deepcopy(self.__dict__[name]) for name in names}
