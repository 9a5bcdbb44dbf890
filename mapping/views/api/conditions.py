"""Conditions, as texts and as trees, judged on the sample."""

from __future__ import annotations

from django.http import Http404, HttpResponse

from integrations.clock import business_now
from integrations.members.access import MemberRequest
from integrations.models import Pair
from mapping.core.blueprint import Blueprint
from mapping.core.compiler import declared_types
from mapping.core.conditions.asking import Answer, Standing, about_text, about_tree, reads_in_mapping
from mapping.core.conditions.tree import TreeError, tree_from_json
from mapping.core.conditions.verdict import Read
from mapping.core.schemas import SOURCES
from mapping.presenting.conditions import answer_as_json
from mapping.selectors import effective_blueprint
from mapping.services.preview import NoSampleError
from mapping.services.rule_trials import rule_standing
from mapping.views.api.endpoint import Asked, answer, api, asked, version_of
from mapping.views.api.samples import LARGEST_SAMPLE_BODY, document_asked, subject_asked


@api("POST")
def conditions(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """A condition as `text` or `tree`, of a mapping (with `each` inside its for-each), or of rules (`record`)."""
    wanted = asked(request, LARGEST_SAMPLE_BODY)
    blueprint = effective_blueprint(version_of(pair, number))
    standing = (
        rule_standing(pair, blueprint, _text_of(wanted), now=business_now())
        if wanted.text("record", "")
        else _in_mapping(request, pair, wanted, blueprint)
    )
    return answer(answer_as_json(_asked(wanted, standing)))


def _text_of(wanted: Asked) -> str:
    return wanted.text("text", "") or str(wanted.data.get("tree") or "")


def _asked(wanted: Asked, standing: Standing) -> Answer:
    if wanted.data.get("tree") is None:
        return about_text(wanted.text("text"), standing)
    try:
        return about_tree(tree_from_json(wanted.data["tree"]), standing)
    except TreeError as error:
        return Answer("", None, error.message, error.at)


def _in_mapping(request: MemberRequest, pair: Pair, wanted: Asked, blueprint: Blueprint) -> Standing:
    document = document_asked(wanted, blueprint)
    schema = SOURCES.get(document.source)
    each = wanted.text("each", "")
    reads: tuple[Read, ...] = ()
    if wanted.object("sample"):
        try:
            subject = subject_asked(request, pair, wanted, document, blueprint)
        except NoSampleError as error:
            raise Http404(str(error)) from None
        reads = reads_in_mapping(document, (subject.source, subject.context), each)
    return Standing(declared_types(schema), reads, is_each=bool(each))
