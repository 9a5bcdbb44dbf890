"""Reading mappings: the published version of a pair, compiled once per process."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Final

from django.db.models import F, Q

from mapping.core.compiler import compile_mapping
from mapping.core.evaluate import CompiledMapping
from mapping.core.reading import from_json
from mapping.models import MappingVersion

Published = tuple[int, CompiledMapping]
"""The id of a version and the version ready to evaluate."""

KEPT: Final = 256
_compiled: OrderedDict[int, CompiledMapping] = OrderedDict()
_lock = Lock()


class NoPublishedMappingError(LookupError):
    """A configuration failure: nothing says how records of this kind become documents."""

    def __init__(self, pair_id: int | None, kind: str) -> None:
        super().__init__(f"No mapping of the kind “{kind}” is published: publish one on the mapping page.")
        self.pair_id = pair_id
        self.kind = kind


def published_mapping(pair_id: int | None, kind: str) -> Published:
    """The version in use for `kind`: the pair's own, else the one shipped with the product.

    One indexed query; compiled once per process. For a batch ask `published_mappings` once. Raises
    NoPublishedMappingError.
    """
    found = published_mappings(pair_id, kinds=[kind])
    if kind not in found:
        raise NoPublishedMappingError(pair_id, kind)
    return found[kind]


def published_mappings(pair_id: int | None, *, kinds: list[str] | None = None) -> dict[str, Published]:
    """Every version in use for a pair, by kind, in one query."""
    versions = MappingVersion.objects.filter(
        Q(pair_id=pair_id) | Q(pair__isnull=True), state=MappingVersion.State.PUBLISHED
    )
    if kinds is not None:
        versions = versions.filter(kind__in=kinds)
    # Shipped versions come first, so that the pair's own take their place.
    rows = versions.order_by(F("pair_id").asc(nulls_first=True)).values_list("kind", "id")
    return {kind: (version_id, compiled_version(version_id)) for kind, version_id in rows}


def compiled_version(version_id: int) -> CompiledMapping:
    """One version, published, archived or draft, ready to evaluate.

    Kept in this process under its id, because a version never changes once it is published; drafts are compiled
    anew each time. Raises MappingVersion.DoesNotExist, MappingInvalidError.
    """
    with _lock:
        if version_id in _compiled:
            _compiled.move_to_end(version_id)
            return _compiled[version_id]
    version = MappingVersion.objects.only("document", "state").get(pk=version_id)
    compiled = compile_mapping(from_json(version.document))
    if version.is_frozen:
        _keep(version_id, compiled)
    return compiled


def _keep(version_id: int, compiled: CompiledMapping) -> None:
    with _lock:
        _compiled[version_id] = compiled
        while len(_compiled) > KEPT:
            _compiled.popitem(last=False)


def forget_version(version_id: int) -> None:
    """Drop what this process keeps of a version."""
    with _lock:
        _compiled.pop(version_id, None)
