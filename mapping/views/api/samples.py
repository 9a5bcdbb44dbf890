"""Trying a mapping: samples stored and pasted, and what becomes of one."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpResponse

from integrations.clock import business_now
from integrations.members.access import MemberRequest
from integrations.models import Pair, Role
from mapping.core.blueprint import Blueprint
from mapping.core.document import MappingDocument
from mapping.core.reading import from_json
from mapping.selectors import effective_blueprint
from mapping.services.preview import NoSampleError, Subject, pasted_subject, preview, subject_of
from mapping.services.samples import keep_sample, pasted_samples, schema_to_json
from mapping.services.stored_samples import stored_samples
from mapping.views.api.endpoint import Asked, answer, api, asked, needs, version_of
from mapping.views.api.shapes import pasted_sample_json, preview_json, stored_sample_json

LARGEST_SAMPLE_BODY: Final = 12 * 1024 * 1024
"""Bytes of a request with a sample of 5 MB in it, every quote of which takes a backslash on the way."""


@api("GET", "POST")
def samples(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """GET: samples to choose, with `search` those whose number holds it. POST: keep a pasted one."""
    if request.method == "POST":
        return _paste(request, pair)
    document = effective_blueprint(version_of(pair, number)).mappings.get(request.GET.get("mapping", ""))
    search = request.GET.get("search", "").strip()[:100]
    found = [stored_sample_json(sample) for sample in stored_samples(pair, document, search)]
    pasted = [pasted_sample_json(sample) for sample in pasted_samples(pair, request.user)]
    shown = [sample for sample in pasted if search.casefold() in sample["title"].casefold()]
    return answer({"samples": [*found, *shown]})


def _paste(request: MemberRequest, pair: Pair) -> HttpResponse:
    needs(request, Role.OPERATOR)
    sample, schema = keep_sample(pair, request.user, asked(request, LARGEST_SAMPLE_BODY).text("text"))
    shown = pasted_sample_json(sample)
    return answer({"id": shown["id"], "schema": schema_to_json(schema), "sample": shown}, 201)


@api("POST")
def evaluate(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """Map a sample by the mapping of this version, or by the unsaved `document` that comes along."""
    wanted = asked(request, LARGEST_SAMPLE_BODY)
    blueprint = effective_blueprint(version_of(pair, number))
    document = document_asked(wanted, blueprint)
    try:
        subject = subject_asked(request, pair, wanted, document, blueprint)
    except NoSampleError as error:
        raise Http404(str(error)) from None
    return answer(preview_json(preview(subject, document)))


def document_asked(wanted: Asked, blueprint: Blueprint) -> MappingDocument:
    """The unsaved `document` of the request, else the version's own of the name `mapping`. Raises Http404."""
    name = wanted.text("mapping")
    if wanted.data.get("document") is not None:
        return from_json(wanted.object("document"))
    if name not in blueprint.mappings:
        raise Http404(f"This version has no mapping “{name}”.")
    return blueprint.mappings[name]


def subject_asked(
    request: MemberRequest, pair: Pair, wanted: Asked, document: MappingDocument, blueprint: Blueprint
) -> Subject:
    """The `sample` of the request as the mapping sees it. Raises NoSampleError."""
    sample, now = wanted.object("sample"), business_now()
    if "text" in sample:
        needs(request, Role.OPERATOR)
        return pasted_subject(Asked(sample).text("text"), pair, blueprint, now)
    return subject_of(Asked(sample).text("id"), document, blueprint, pair=pair, by=request.user, now=now)
