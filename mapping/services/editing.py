"""Editing a draft: changes one after the other, each kept so that it can be undone and done again without limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from mapping.core.blueprint import Blueprint, blueprint_from_json, blueprint_to_json
from mapping.core.editing import apply
from mapping.models import DraftChange, MappingVersion

if TYPE_CHECKING:
    from integrations.models import User

_LONGEST_LABEL = 200


class StaleDraftError(Exception):
    """Somebody else changed the draft since: what was done last, by whom and when."""

    def __init__(self, version: MappingVersion) -> None:
        self.revision = version.revision
        self.by = version.changed_by.email if version.changed_by else ""
        self.at: datetime | None = version.changed_at
        self.label = version.changed_label
        who = self.by or "Somebody"
        super().__init__(
            f"{who} has changed this draft meanwhile ({self.label}). Look at it before you go on."
        )


class NotADraftError(Exception):
    """The version can be read, but not be changed."""

    def __init__(self, version: MappingVersion) -> None:
        state = str(version.get_state_display()).lower()
        super().__init__(f"{version} is {state} and cannot be changed: make a draft of it instead.")


class NothingLeftError(Exception):
    """There is nothing to undo, or nothing to do again."""


@dataclass(frozen=True, slots=True)
class Edited:
    """A draft after a step of editing: its revision, the `changes` that led there, and what undo and redo would do."""

    version: MappingVersion
    blueprint: Blueprint
    changes: Sequence[Any]
    undo: str | None
    redo: str | None


@transaction.atomic
def change(
    version: MappingVersion, revision: int, label: str, changes: Sequence[Any], *, by: User | None = None
) -> Edited:
    """Make `changes` to a draft that was at `revision`; what was undone before can no longer be done again.

    Raises StaleDraftError, NotADraftError, and MappingInvalidError when a change cannot be made: then none is.
    """
    current = _locked(version, revision)
    blueprint, inverse = apply(blueprint_from_json(current.blueprint), changes)
    current.changes.filter(undone=True).delete()
    last = current.changes.aggregate(last=Max("sequence"))["last"] or 0
    step = DraftChange.objects.create(
        version=current,
        sequence=last + 1,
        changes=list(changes),
        inverse=inverse,
        label=_short(label) or "Change",
        by=by,
    )
    return _saved(current, blueprint, step.label, changes, by)


@transaction.atomic
def undo(version: MappingVersion, revision: int, *, by: User | None = None) -> Edited:
    """Take the last step back. Raises StaleDraftError, NotADraftError, NothingLeftError."""
    current = _locked(version, revision)
    step = current.changes.filter(undone=False).last()
    if step is None:
        raise NothingLeftError("There is nothing to undo.")
    return _moved(current, step, step.inverse, f"Undo: {step.label}", by)


@transaction.atomic
def redo(version: MappingVersion, revision: int, *, by: User | None = None) -> Edited:
    """Do the step again that was undone last. Raises StaleDraftError, NotADraftError, NothingLeftError."""
    current = _locked(version, revision)
    step = current.changes.filter(undone=True).first()
    if step is None:
        raise NothingLeftError("There is nothing to do again.")
    return _moved(current, step, step.changes, f"Redo: {step.label}", by)


def history(version: MappingVersion) -> tuple[str | None, str | None]:
    """The labels of what undo and redo would do; None where there is nothing."""
    done = version.changes.filter(undone=False).values_list("label", flat=True).last()
    undone = version.changes.filter(undone=True).values_list("label", flat=True).first()
    return done, undone


def _locked(version: MappingVersion, revision: int) -> MappingVersion:
    current = (
        MappingVersion.objects.select_for_update(of=("self",)).select_related("changed_by").get(pk=version.pk)
    )
    if not current.is_editable:
        raise NotADraftError(current)
    if current.revision != revision:
        raise StaleDraftError(current)
    return current


def _moved(
    version: MappingVersion, step: DraftChange, changes: Sequence[Any], label: str, by: User | None
) -> Edited:
    blueprint, _ = apply(blueprint_from_json(version.blueprint), changes)
    step.undone = not step.undone
    step.save(update_fields=["undone"])
    return _saved(version, blueprint, label, changes, by)


def _saved(
    version: MappingVersion, blueprint: Blueprint, label: str, changes: Sequence[Any], by: User | None
) -> Edited:
    version.blueprint = blueprint_to_json(blueprint)
    version.revision += 1
    version.changed_by, version.changed_at, version.changed_label = by, timezone.now(), _short(label)
    version.save(update_fields=["blueprint", "revision", "changed_by", "changed_at", "changed_label"])
    done, undone = history(version)
    return Edited(version, blueprint, changes, done, undone)


def _short(label: str) -> str:
    label = " ".join(label.split())
    return label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 1] + "…"
