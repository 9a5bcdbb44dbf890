"""The mapping of a pair at a glance: what is in use, what is being changed, and the flows with today's counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair, Role
from mapping.core.blueprint import Blueprint
from mapping.core.flows.wording import mapping_title
from mapping.core.schemas import SOURCES, TARGETS
from mapping.models import MappingVersion
from mapping.presenting.flows import shown_flow
from mapping.selectors import published_blueprint, published_version
from mapping.services.versions import draft_from_published
from mapping.views.common import made_words, tallies_today

_ORDER = ("contact", "invoice", "payment", "credit_note", "refund", "settlement_transfer", "settlement_fee")


@dataclass(frozen=True, slots=True)
class ShownMapping:
    """One mapping: its name, its two ends in words, and how many links it has."""

    name: str
    title: str
    source: str
    target: str
    rows: int
    is_shipped: bool


@require_GET
@pair_required()
def mapping(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The overview."""
    published = published_version(pair.pk)
    drafts = list(_open_versions(pair))
    blueprint = published_blueprint(pair.pk)
    tallies = tallies_today(pair)
    context = {
        "pair": pair,
        "published": published,
        "made": made_words(published) if published else "",
        "drafts": drafts,
        "open_draft": next((version for version in drafts if version.is_editable), None),
        "studio_version": next(iter(drafts), published),
        "flows": [shown_flow(flow, tallies) for flow in blueprint.flows],
        "rule_count": len(blueprint.rules),
        "table_count": len(blueprint.tables),
        "mappings": shown_mappings(blueprint, published),
    }
    return render(request, "mapping/overview.html", context)


@require_POST
@pair_required(Role.ADMINISTRATOR)
def start(request: MemberRequest, pair: Pair) -> HttpResponse:
    """A draft of what is in use."""
    draft = draft_from_published(pair, by=request.user)
    messages.success(
        request,
        f"Version {draft.number} is a draft of what is in use. Nothing changes in the books until it is published.",
    )
    return redirect("mapping-version", pair.slug, draft.number)


def shown_mappings(blueprint: Blueprint, published: MappingVersion | None) -> list[ShownMapping]:
    """Every mapping in use; `is_shipped` where the pair has none of its own under that name."""
    own: dict[str, Any] = published.blueprint.get("mappings", {}) if published else {}
    return [
        ShownMapping(
            name,
            mapping_title(name),
            SOURCES[document.source].title if document.source in SOURCES else "Any record",
            TARGETS[document.target].title if document.target in TARGETS else document.target,
            len(document.rows),
            name not in own,
        )
        for name, document in sorted(blueprint.mappings.items(), key=_usual_order)
    ]


def _usual_order(item: tuple[str, Any]) -> tuple[int, str]:
    """The shipped ones in the order in which money comes in, then the pair's own by name."""
    name = item[0]
    return (_ORDER.index(name), name) if name in _ORDER else (len(_ORDER), name)


def _open_versions(pair: Pair) -> list[MappingVersion]:
    """Drafts and reviews, the one touched last first; without their large blueprints."""
    states = [MappingVersion.State.DRAFT, MappingVersion.State.REVIEW]
    rows = MappingVersion.objects.filter(pair=pair, state__in=states).select_related("created_by")
    versions = list(rows.defer("blueprint"))
    return sorted(versions, key=lambda version: version.changed_at or version.created_at, reverse=True)
