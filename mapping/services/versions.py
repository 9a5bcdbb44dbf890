"""Writing mapping versions: drafts, publishing, and the defaults of a new pair."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from mapping.core.compiler import check_document
from mapping.core.defaults import KINDS, default_document
from mapping.core.document import MappingDocument, to_json
from mapping.core.problems import MappingInvalidError, errors
from mapping.core.reading import from_json
from mapping.models import MappingVersion, PublishedMappingError

if TYPE_CHECKING:
    from integrations.models import Pair, User


@transaction.atomic
def ensure_default_mappings(pair: Pair | None) -> list[MappingVersion]:
    """Publish the shipped mapping of every kind that the pair has no version of yet; returns those it made.

    For `pair` None these are the shipped versions that pairs without an own one fall back to.
    """
    existing = set(MappingVersion.objects.filter(pair=pair).values_list("kind", flat=True))
    made: list[MappingVersion] = []
    for kind in KINDS:
        if kind not in existing:
            draft = create_draft(pair, default_document(kind), comment="Shipped with Tillbridge")
            made.append(publish(draft))
    return made


@transaction.atomic
def create_draft(
    pair: Pair | None, document: MappingDocument, *, by: User | None = None, comment: str = ""
) -> MappingVersion:
    """A new draft with the next number of its pair and kind."""
    versions = MappingVersion.objects.filter(pair=pair, kind=document.kind)
    last = versions.aggregate(last=Max("number"))["last"] or 0
    return MappingVersion.objects.create(
        pair=pair,
        kind=document.kind,
        name=document.name,
        number=last + 1,
        document=to_json(document),
        comment=comment,
        created_by=by,
    )


def save_draft(version: MappingVersion, document: MappingDocument) -> MappingVersion:
    """Replace the document of a draft. Raises PublishedMappingError for any other state."""
    if version.is_frozen:
        raise PublishedMappingError(version)
    version.document, version.name = to_json(document), document.name
    version.save(update_fields=["document", "name"])
    return version


@transaction.atomic
def publish(
    version: MappingVersion, *, by: User | None = None, now: datetime | None = None
) -> MappingVersion:
    """Put a draft into use; the version published before is archived in the same transaction.

    Raises MappingInvalidError with every error of the document, PublishedMappingError if it is no draft.
    """
    current = MappingVersion.objects.select_for_update().get(pk=version.pk)
    if current.is_frozen:
        raise PublishedMappingError(current)
    problems = check_document(from_json(current.document))
    if errors(problems):
        raise MappingInvalidError(errors(problems))
    in_use = MappingVersion.objects.filter(pair=current.pair, kind=current.kind)
    in_use.filter(state=MappingVersion.State.PUBLISHED).update(state=MappingVersion.State.ARCHIVED)
    current.state, current.published_by, current.published_at = (
        MappingVersion.State.PUBLISHED,
        by,
        now or timezone.now(),
    )
    current.save(update_fields=["state", "published_by", "published_at"])
    return current
