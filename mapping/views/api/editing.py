"""The draft itself: its state, its changes, undo and redo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse

from integrations.clock import business_now
from integrations.members.access import MemberRequest
from integrations.models import Pair, Role, User
from mapping.core.blueprint import Blueprint, blueprint_to_json
from mapping.core.checking import blueprint_problems, context_of, mapping_problems
from mapping.core.document import MappingDocument, to_json
from mapping.core.schemas import SOURCES, TARGETS, Schema
from mapping.models import MappingVersion
from mapping.selectors import effective_blueprint, published_blueprint, published_version
from mapping.services import editing
from mapping.services.editing import Edited, history
from mapping.services.grounds import ground_of
from mapping.services.samples import pasted_samples, schema_to_json
from mapping.services.stored_samples import stored_samples
from mapping.views.api.endpoint import Asked, Json, answer, api, asked, version_of
from mapping.views.api.shapes import finding_json, pasted_sample_json, stored_sample_json, transforms_json


@api("GET")
def state(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """Everything the editor shows of one mapping; without `mapping` of the blueprint as a whole."""
    version = version_of(pair, number)
    name = request.GET.get("mapping", "")
    blueprint = effective_blueprint(version)
    document = blueprint.mappings.get(name)
    if name and document is None:
        raise Http404(f"Version {number} has no mapping “{name}”.")
    undo, redo = history(version) if version.is_editable else (None, None)
    return answer(
        {
            "version": _version_json(request, pair, version),
            "mapping": name,
            "blueprint": blueprint_to_json(blueprint),
            **_schemas(pair, request.user, blueprint, document),
            "transforms": transforms_json(),
            "problems": _problems(pair, blueprint, {name} if name else set()),
            "samples": _samples(request, pair, document),
            "undo": undo,
            "redo": redo,
            "published": _published(pair, name),
        }
    )


@api("POST", role=Role.ADMINISTRATOR)
def changes(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """Change the draft."""
    wanted = asked(request)
    made = wanted.list("changes")
    edited = editing.change(
        version_of(pair, number), wanted.number("revision"), wanted.text("label"), made, by=request.user
    )
    return answer(_edited_json(edited, wanted))


@api("POST", role=Role.ADMINISTRATOR)
def undo(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """Take the last step back."""
    wanted = asked(request)
    edited = editing.undo(version_of(pair, number), wanted.number("revision"), by=request.user)
    return answer({**_edited_json(edited, wanted), "changes": list(edited.changes)})


@api("POST", role=Role.ADMINISTRATOR)
def redo(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """Do again what was undone last."""
    wanted = asked(request)
    edited = editing.redo(version_of(pair, number), wanted.number("revision"), by=request.user)
    return answer({**_edited_json(edited, wanted), "changes": list(edited.changes)})


def _edited_json(edited: Edited, wanted: Asked) -> Json:
    """Problems are those of the mapping the request names, else of the mappings it changed, else all."""
    name = wanted.text("mapping", "")
    about = {name} if name else _touched(edited.changes)
    return {
        "revision": edited.version.revision,
        "problems": _problems(edited.version.pair, edited.blueprint, about),
        "undo": edited.undo,
        "redo": edited.redo,
    }


def _touched(made: Sequence[Any]) -> set[str]:
    names = {str(change.get("mapping") or "") for change in made}
    return set() if "" in names else names


def _problems(pair: Pair | None, blueprint: Blueprint, about: set[str]) -> list[Json]:
    """The findings of the mappings `about`, all when there is none, judged with the pair's accounts and tax types."""
    ground = ground_of(pair, business_now()) if pair is not None else None
    if not about:
        return [finding_json(finding) for finding in blueprint_problems(blueprint, ground)]
    names = sorted(about & blueprint.mappings.keys())
    return [finding_json(each) for name in names for each in mapping_problems(blueprint, name, ground)]


def _version_json(request: MemberRequest, pair: Pair, version: MappingVersion) -> Json:
    published = published_version(pair.pk)
    return {
        "number": version.number,
        "state": version.state,
        "name": version.name,
        "revision": version.revision,
        "editable": version.is_editable and request.access.may_administer,
        "created_by": version.created_by.email if version.created_by else "",
        "published_number": published.number if published else None,
    }


def _schemas(pair: Pair, person: User, blueprint: Blueprint, document: MappingDocument | None) -> Json:
    target = TARGETS.get(document.target) if document else None
    return {
        "source": _source(pair, person, document),
        "context": schema_to_json(context_of(blueprint)),
        "target": schema_to_json(target or Schema("", "Xero", ())),
    }


def _source(pair: Pair, person: User, document: MappingDocument | None) -> Json:
    """The schema the mapping names; for a mapping of any source that of the person's newest pasted sample."""
    known = SOURCES.get(document.source) if document else None
    if known is not None:
        return schema_to_json(known)
    samples = pasted_samples(pair, person)
    return dict(samples[0].schema) if samples else schema_to_json(Schema("", "Any JSON: paste a sample", ()))


def _samples(request: MemberRequest, pair: Pair, document: MappingDocument | None) -> list[Json]:
    pasted = [pasted_sample_json(sample) for sample in pasted_samples(pair, request.user)]
    return [*(stored_sample_json(sample) for sample in stored_samples(pair, document)), *pasted]


def _published(pair: Pair, name: str) -> Json | None:
    document = published_blueprint(pair.pk).mappings.get(name)
    return to_json(document) if document else None
