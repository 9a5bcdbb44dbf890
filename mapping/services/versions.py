"""The life of a version: drafted, reviewed, published, and taken back up again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from integrations.models import Membership, Pair, Role
from mapping.core.blueprint import Blueprint, blueprint_from_json, blueprint_to_json, default_blueprint
from mapping.core.checking import blueprint_problems, stopping
from mapping.core.problems import MappingInvalidError, Problem
from mapping.models import DraftChange, MappingVersion, PublishedMappingError, VersionComment
from mapping.selectors import effective_blueprint, published_blueprint, published_version
from mapping.services.audit import record
from mapping.signals import version_published

if TYPE_CHECKING:
    from integrations.models import User

SHIPPED_NAME = "Shipped with Tillbridge"


class VersionRefusedError(Exception):
    """What a person asked of a version cannot be done now; the message says why and what to do."""


def ensure_default_mappings(pair: Pair | None) -> list[MappingVersion]:
    """Publish what the product ships with: for a pair that has no version yet, or, for None, whenever it is new.

    The versions without a pair are those that pairs without an own one fall back to; an upgrade that ships something
    else publishes it here. Returns what it published.
    """
    with transaction.atomic():
        if pair is not None and MappingVersion.objects.filter(pair=pair).exists():
            return []
        content = blueprint_to_json(default_blueprint())
        current = published_version(None) if pair is None else None
        if current is not None and current.blueprint == content:
            return []
        draft = create_draft(pair, default_blueprint(), name=SHIPPED_NAME)
        return [publish(draft)]


@transaction.atomic
def create_draft(
    pair: Pair | None,
    blueprint: Blueprint,
    *,
    name: str = "",
    by: User | None = None,
    comment: str = "",
    base: MappingVersion | None = None,
) -> MappingVersion:
    """A new draft with the next number of its pair."""
    if pair is not None:
        Pair.objects.select_for_update(no_key=True).get(pk=pair.pk)
    last = MappingVersion.objects.filter(pair=pair).aggregate(last=Max("number"))["last"] or 0
    draft = MappingVersion.objects.create(
        pair=pair,
        name=(name or "Mapping")[:120],
        number=last + 1,
        blueprint=blueprint_to_json(blueprint),
        base=base,
        comment=comment,
        created_by=by,
    )
    if by is not None:
        record(draft, by, "drafted", base=base.number if base else None)
    return draft


def draft_from_published(pair: Pair, *, by: User | None = None, name: str = "") -> MappingVersion:
    """A draft of what is in use: the pair's own version completed by what is shipped."""
    current = published_version(pair.pk)
    kept_name = name or (current.name if current else pair.name)
    return create_draft(pair, published_blueprint(pair.pk), by=by, name=kept_name, base=current)


def draft_from_shipped(pair: Pair, *, by: User | None = None, name: str = "") -> MappingVersion:
    """A draft of what the product ships with, without anything the pair made its own."""
    return create_draft(pair, default_blueprint(), by=by, name=name or SHIPPED_NAME)


def revert_to(version: MappingVersion, *, by: User | None = None) -> MappingVersion:
    """A new draft with the content of an older version, which itself stays as it is."""
    comment = f"Back to version {version.number}."
    return create_draft(
        version.pair, effective_blueprint(version), by=by, name=version.name, comment=comment, base=version
    )


def copy_to(version: MappingVersion, pair: Pair, *, by: User) -> MappingVersion:
    """A draft of another pair with the content of this version.

    Raises VersionRefusedError unless the person is an administrator of both pairs.
    """
    wanted = {pair.pk, *([version.pair_id] if version.pair_id else [])}
    administered = Membership.objects.filter(user=by, role=Role.ADMINISTRATOR, pair_id__in=wanted)
    if administered.count() < len(wanted):
        raise VersionRefusedError("Copying takes the role of administrator in both pairs.")
    comment = f"Copied from {version.pair or 'Tillbridge'}, version {version.number}."
    return create_draft(pair, effective_blueprint(version), by=by, name=version.name, comment=comment)


@transaction.atomic
def rename(version: MappingVersion, name: str, *, by: User | None = None) -> MappingVersion:
    """Give a draft another name. Raises PublishedMappingError, VersionRefusedError for an empty or too long name."""
    current = _locked(version)
    if current.is_frozen:
        raise PublishedMappingError(current)
    name = name.strip()
    if not name or len(name) > 120:
        raise VersionRefusedError("A version needs a name of 120 characters at most.")
    before, current.name = current.name, name
    current.save(update_fields=["name"])
    record(current, by, "renamed", before=before, after=name)
    return current


@transaction.atomic
def submit(version: MappingVersion, *, by: User | None = None, now: datetime | None = None) -> MappingVersion:
    """Hand a draft to review: it stays as it is until it is published or sent back.

    Raises MappingInvalidError with everything that would forbid publishing, VersionRefusedError if it is no draft.
    """
    current = _locked(version)
    if current.state != MappingVersion.State.DRAFT:
        raise VersionRefusedError(f"{current} is no draft: it is {_state(current)}.")
    _refuse_broken(current)
    current.state, current.submitted_by = MappingVersion.State.REVIEW, by
    current.submitted_at = now or timezone.now()
    current.save(update_fields=["state", "submitted_by", "submitted_at"])
    record(current, by, "submitted")
    return current


@transaction.atomic
def send_back(version: MappingVersion, comment: str, *, by: User | None = None) -> MappingVersion:
    """Out of review, back to be worked on, with what is to be done. Raises VersionRefusedError."""
    current = _locked(version)
    if current.state != MappingVersion.State.REVIEW:
        raise VersionRefusedError(f"{current} is not in review: it is {_state(current)}.")
    if not comment.strip():
        raise VersionRefusedError("Say what is to be changed before it comes back.")
    add_comment(current, comment, by=by)
    current.state, current.submitted_by, current.submitted_at = MappingVersion.State.DRAFT, None, None
    current.save(update_fields=["state", "submitted_by", "submitted_at"])
    record(current, by, "sent_back", reason=comment.strip())
    return current


@transaction.atomic
def publish(
    version: MappingVersion, *, by: User | None = None, reason: str = "", now: datetime | None = None
) -> MappingVersion:
    """Put a draft into use; the version published before is archived in the same transaction.

    `by` is the approver. Raises MappingInvalidError with every error of the blueprint, PublishedMappingError for what was
    published before, VersionRefusedError when the pair wants a second person and the approver worked on it.
    """
    current = _locked(version)
    if current.is_frozen:
        raise PublishedMappingError(current)
    _refuse_broken(current)
    _refuse_author(current, by)
    in_use = MappingVersion.objects.filter(pair=current.pair, state=MappingVersion.State.PUBLISHED)
    before = in_use.select_for_update().first()
    in_use.update(state=MappingVersion.State.ARCHIVED)
    current.state, current.published_by = MappingVersion.State.PUBLISHED, by
    current.published_at, current.publish_reason = now or timezone.now(), reason.strip()
    current.save(update_fields=["state", "published_by", "published_at", "publish_reason"])
    if current.pair is not None:
        record(current, by, "published", reason=reason.strip(), replaces=before.number if before else None)
    transaction.on_commit(lambda: version_published.send(MappingVersion, version=current))
    return current


@transaction.atomic
def discard(version: MappingVersion, *, by: User | None = None) -> None:
    """Throw a draft away. Raises PublishedMappingError for what was ever published."""
    current = _locked(version)
    if current.is_frozen:
        raise PublishedMappingError(current)
    record(current, by, "discarded", revision=current.revision)
    current.delete()


def add_comment(
    version: MappingVersion, text: str, *, by: User | None, mapping: str = "", row: str = ""
) -> VersionComment:
    """Say something about a version, or about a row of one of its mappings. Raises VersionRefusedError when it is empty."""
    if not text.strip():
        raise VersionRefusedError("The comment is empty.")
    return VersionComment.objects.create(
        version=version, text=text.strip()[:4000], by=by, mapping=mapping[:64], row=row[:500]
    )


def may_approve(version: MappingVersion, by: User) -> bool:
    """Whether the pair's rule of the second person lets `by` publish this version."""
    return not _needs_other(version, by)


def _locked(version: MappingVersion) -> MappingVersion:
    return MappingVersion.objects.select_for_update().get(pk=version.pk)


def _state(version: MappingVersion) -> str:
    return str(version.get_state_display()).lower()


def _refuse_broken(version: MappingVersion) -> None:
    found = stopping(blueprint_problems(_checked_content(version)))
    if found:
        raise MappingInvalidError(
            Problem(
                f"{finding.item.capitalize()} {finding.id}: {finding.problem.message}", finding.problem.row
            )
            for finding in found
        )


def _checked_content(version: MappingVersion) -> Blueprint:
    """The own content of what is shipped; of a pair, what would be in use."""
    return blueprint_from_json(version.blueprint) if version.pair_id is None else effective_blueprint(version)


def _refuse_author(version: MappingVersion, by: User | None) -> None:
    if by is not None and _needs_other(version, by):
        raise VersionRefusedError(
            "This pair wants a second person: ask an administrator who has not worked on this version to publish it."
        )


def _needs_other(version: MappingVersion, by: User) -> bool:
    if version.pair is None or not version.pair.mapping_needs_second_person:
        return False
    authors: set[Any] = {version.created_by_id, version.submitted_by_id}
    authors |= set(DraftChange.objects.filter(version=version).values_list("by_id", flat=True))
    return by.pk in authors
