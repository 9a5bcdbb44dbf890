"""The studio: one mapping of a version, as two trees with links between them."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair
from mapping.core.flows.wording import mapping_title
from mapping.selectors import effective_blueprint
from mapping.views.common import may_edit, version_of

# What the pages draw their lines and chips with; the template brings them along once.
ICONS = (
    "type", "mail", "link-2", "key-round", "list-checks", "hash", "toggle-left", "calendar", "clock", "braces", "rows-3",
    "folder", "sparkle", "chevron-right", "funnel", "repeat", "x", "circle-alert", "triangle-alert", "asterisk",
    "user-round", "send", "lock", "circle-dashed", "arrow-right", "chevron-left", "copy", "grip-vertical", "link", "plus",
    "trash-2", "unlink", "check", "circle-check", "circle-x",
)  # fmt: skip


@require_GET
@pair_required()
def studio(request: MemberRequest, pair: Pair, number: int, mapping: str) -> HttpResponse:
    """The editor. Who may not change the version, or comes when it is frozen, reads it and tries samples."""
    version = version_of(pair, number)
    names = list(effective_blueprint(version).mappings)
    if mapping not in names:
        raise Http404(f"Version {number} has no mapping “{mapping}”.")
    context = {
        "pair": pair,
        "version": version,
        "mapping": mapping,
        "title": mapping_title(mapping),
        "mappings": [(name, mapping_title(name)) for name in names],
        "may_edit": may_edit(request, version),
        "api": _api_root(pair, number),
        "icons": ICONS,
    }
    return render(request, "mapping/studio.html", context)


def _api_root(pair: Pair, number: int) -> str:
    return reverse("mapping-version", args=[pair.slug, number]) + "api/"
