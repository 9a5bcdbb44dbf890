"""The look-up tables of a version, edited in place."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair
from mapping.views.common import may_edit, version_of

ICONS: Final = ("circle-alert",)


@require_GET
@pair_required()
def tables(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """The tables. Who may not change the version reads them."""
    version = version_of(pair, number)
    href = reverse("mapping-version", args=[pair.slug, number])
    context = {
        "pair": pair,
        "version": version,
        "may_edit": may_edit(request, version),
        "api": f"{href}api/",
        "version_href": href,
        "icons": ICONS,
    }
    return render(request, "mapping/tables.html", context)
