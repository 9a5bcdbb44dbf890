"""The business rules of a version, in the words of finance staff."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair
from mapping.core.schemas import Schema
from mapping.services.rule_trials import RULE_SCHEMAS
from mapping.views.common import may_edit, version_of

ICONS: Final = (
    "grip-vertical", "plus", "x", "check", "link", "copy", "trash-2", "circle-alert", "triangle-alert", "circle-check",
    "circle-x", "list", "list-checks",
)  # fmt: skip


@require_GET
@pair_required()
def rules(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """The rules. Who may not change the version reads them, tried on the last records all the same."""
    version = version_of(pair, number)
    context = {
        "pair": pair,
        "version": version,
        "may_edit": may_edit(request, version),
        "api": reverse("mapping-version", args=[pair.slug, number]) + "api/",
        "schemas": [_schema(schema) for schema in RULE_SCHEMAS],
        "icons": ICONS,
    }
    return render(request, "mapping/rules.html", context)


def _schema(schema: Schema) -> dict[str, Any]:
    fields = [
        {"path": field.path, "label": field.label, "type": field.type, "choices": list(field.choices)}
        for field in schema.fields
    ]
    return {"name": schema.name, "title": schema.title, "fields": fields}
