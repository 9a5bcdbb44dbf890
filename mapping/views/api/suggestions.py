"""What could be linked, and what a person said to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import Http404, HttpResponse

from integrations.members.access import MemberRequest
from integrations.models import Pair, Role
from mapping.core.blueprint import Blueprint
from mapping.core.document import MappingDocument
from mapping.selectors import effective_blueprint
from mapping.services.preview import NoSampleError
from mapping.services.suggestions import Said, Suggestion, remember, suggest
from mapping.suggestions.core.model import ModelError
from mapping.views.api.endpoint import ApiError, Asked, Json, answer, api, asked, version_of
from mapping.views.api.samples import LARGEST_SAMPLE_BODY, document_asked, subject_asked

_MOST_ANSWERS: Final = 500
_LONGEST: Final = {"target": 120, "source": 255}


@api("POST")
def suggestions(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """Links for the targets of the mapping that no row fills, from the sample and the pair's stored records."""
    wanted = asked(request, LARGEST_SAMPLE_BODY)
    blueprint = effective_blueprint(version_of(pair, number))
    document = document_asked(wanted, blueprint)
    sample = _sample(request, pair, wanted, document, blueprint)
    try:
        found = suggest(pair, document, sample)
    except ModelError as error:
        raise ApiError(422, str(error)) from None
    return answer({"suggestions": [_json(each) for each in found]})


@api("POST", role=Role.ADMINISTRATOR)
def feedback(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """Remember which links were accepted and which rejected."""
    wanted = asked(request)
    document = document_asked(wanted, effective_blueprint(version_of(pair, number)))
    said = [*_said(wanted, "accepted", is_accepted=True), *_said(wanted, "rejected", is_accepted=False)]
    if len(said) > _MOST_ANSWERS:
        raise ApiError(413, f"That is too many: {_MOST_ANSWERS} answers at once are the most.")
    return answer({"remembered": remember(pair, document, said, by=request.user)})


def _sample(
    request: MemberRequest, pair: Pair, wanted: Asked, document: MappingDocument, blueprint: Blueprint
) -> Mapping[str, Any] | None:
    if not wanted.object("sample"):
        return None
    try:
        return subject_asked(request, pair, wanted, document, blueprint).source
    except NoSampleError as error:
        raise Http404(str(error)) from None


def _said(wanted: Asked, name: str, *, is_accepted: bool) -> list[Said]:
    items = wanted.list(name) if name in wanted.data else []
    return [Said(_text(item, "target"), _text(item, "source"), is_accepted) for item in items]


def _text(item: Any, name: str) -> str:
    value = item.get(name) if isinstance(item, dict) else None
    if isinstance(value, str) and 0 < len(value) <= _LONGEST[name]:
        return value
    raise ApiError(400, f"Each answer needs “{name}” as text of at most {_LONGEST[name]} characters.")


def _json(each: Suggestion) -> Json:
    return {
        "target": each.target,
        "source": each.source,
        "sources": list(each.sources),
        "confidence": each.confidence,
        "reasons": list(each.reasons),
        "transforms": list(each.transforms),
        "band": each.band,
        "by_click_only": each.by_click_only,
        "collection": each.collection,
    }
