"""Reading versions: the blueprint a pair has in use, parsed and compiled once per process."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from django.db.models import F, Q

from mapping.core.blueprint import Blueprint, blueprint_from_json, completed
from mapping.core.compiler import compile_mapping
from mapping.core.evaluate import CompiledMapping
from mapping.models import MappingVersion

Published = tuple[int, CompiledMapping]
"""The id of the version a mapping is from, and the mapping ready to evaluate."""

KEPT: Final = 256


class NoPublishedMappingError(LookupError):
    """A configuration failure: nothing says how records of this kind become documents."""

    def __init__(self, pair_id: int | None, kind: str) -> None:
        super().__init__(f"No mapping of the kind “{kind}” is published: publish one on the mapping page.")
        self.pair_id = pair_id
        self.kind = kind


@dataclass(frozen=True, slots=True)
class InUse:
    """Everything a pair goes by: the blueprint, and each of its mappings with the version it is from."""

    blueprint: Blueprint
    mappings: dict[str, Published]


@dataclass
class _Ready:
    """One version as this process keeps it; its mappings are compiled when they are first asked for."""

    blueprint: Blueprint
    compiled: dict[str, CompiledMapping] = field(default_factory=dict)

    def mapping(self, name: str) -> CompiledMapping:
        if name not in self.compiled:
            self.compiled[name] = compile_mapping(self.blueprint.mappings[name])
        return self.compiled[name]


_ready: OrderedDict[int, _Ready] = OrderedDict()
_in_use: OrderedDict[tuple[int, ...], InUse] = OrderedDict()
_lock = Lock()


def published_mapping(pair_id: int | None, kind: str) -> Published:
    """The mapping in use under the name `kind`: the pair's own, else the one shipped with the product.

    One indexed query; compiled once per process. For a batch ask `published_mappings` once. Raises
    NoPublishedMappingError.
    """
    found = in_use(pair_id).mappings
    if kind not in found:
        raise NoPublishedMappingError(pair_id, kind)
    return found[kind]


def published_mappings(pair_id: int | None) -> dict[str, Published]:
    """Every mapping in use for a pair, by name, in one query."""
    return dict(in_use(pair_id).mappings)


def published_blueprint(pair_id: int | None) -> Blueprint:
    """Everything in use for a pair, completed by what is shipped; empty when nothing was ever published.

    One indexed query; read once per process and version.
    """
    return in_use(pair_id).blueprint


def in_use(pair_id: int | None) -> InUse:
    """What a pair goes by now, its mappings compiled. One indexed query; compiled once per process and version.

    Raises MappingInvalidError when a mapping cannot be compiled.
    """
    version_ids = _version_ids(pair_id)
    with _lock:
        if version_ids in _in_use:
            _in_use.move_to_end(version_ids)
            return _in_use[version_ids]
    made = _united(version_ids)
    with _lock:
        _in_use[version_ids] = made
        while len(_in_use) > KEPT:
            _in_use.popitem(last=False)
    return made


def _united(version_ids: tuple[int, ...]) -> InUse:
    blueprint, mappings = Blueprint(), {}
    for version_id in version_ids:
        ready = _kept(version_id)
        blueprint = completed(ready.blueprint, blueprint)
        mappings.update({name: (version_id, ready.mapping(name)) for name in ready.blueprint.mappings})
    return InUse(blueprint, mappings)


def _version_ids(pair_id: int | None) -> tuple[int, ...]:
    """The ids of the shipped version and of the pair's own, which takes its place as far as it goes."""
    whose = Q(pair__isnull=True) if pair_id is None else Q(pair__isnull=True) | Q(pair_id=pair_id)
    versions = MappingVersion.objects.filter(whose, state=MappingVersion.State.PUBLISHED)
    return tuple(versions.order_by(F("pair_id").asc(nulls_first=True)).values_list("id", flat=True))


def published_version(pair_id: int | None) -> MappingVersion | None:
    """The pair's own version in use, if it has one."""
    versions = MappingVersion.objects.filter(state=MappingVersion.State.PUBLISHED)
    own = versions.filter(pair__isnull=True) if pair_id is None else versions.filter(pair_id=pair_id)
    return own.first()


def version_blueprint(version: MappingVersion) -> Blueprint:
    """The blueprint of a version alone, as it stands in the row at hand. Raises MappingInvalidError."""
    if version.is_frozen and version.pk in _ready:
        return _kept(version.pk).blueprint
    return blueprint_from_json(version.blueprint)


def effective_blueprint(version: MappingVersion) -> Blueprint:
    """What would be in use if `version` were: its blueprint completed by what is shipped."""
    own = version_blueprint(version)
    return own if version.pair_id is None else completed(own, published_blueprint(None))


def compiled_version(version_id: int, name: str) -> CompiledMapping:
    """One mapping of a version, published, archived or draft, ready to evaluate.

    Kept in this process, because a version never changes once it is published; drafts are compiled anew each time.
    Raises MappingVersion.DoesNotExist, KeyError for a name it has no mapping of, MappingInvalidError.
    """
    return _kept(version_id).mapping(name)


def _kept(version_id: int) -> _Ready:
    with _lock:
        if version_id in _ready:
            _ready.move_to_end(version_id)
            return _ready[version_id]
    version = MappingVersion.objects.only("blueprint", "state").get(pk=version_id)
    ready = _Ready(blueprint_from_json(version.blueprint))
    if version.is_frozen:
        with _lock:
            _ready[version_id] = ready
            while len(_ready) > KEPT:
                _ready.popitem(last=False)
    return ready


def forget_version(version_id: int) -> None:
    """Drop what this process keeps of a version."""
    with _lock:
        _ready.pop(version_id, None)
        for version_ids in [key for key in _in_use if version_id in key]:
            del _in_use[version_ids]
