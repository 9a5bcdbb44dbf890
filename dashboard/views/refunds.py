"""The lists of money that went back, and of what Opayo was asked."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from dashboard.selectors.lists import asked_of, refunds_of
from dashboard.selectors.needs import stuck_instructions
from dashboard.tables.refunds import ASKED, REFUNDS, AskedFilter, RefundFilter
from dashboard.views.lists import ListPage
from integrations.instructions.selectors import open_instructions
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair

_TEMPLATE = "dashboard/refunds.html"
_REFUNDS = ListPage(
    REFUNDS, RefundFilter, "Refunds", "Money that Opayo has given back, whoever asked for it.", "refunds-export", _TEMPLATE
)  # fmt: skip
_ASKED = ListPage(
    ASKED, AskedFilter, "Asked of Opayo", "Refunds, voids, releases and the like, with what became of them.",
    "refunds-asked-export", _TEMPLATE,
)  # fmt: skip


@require_GET
@pair_required()
def refunds(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The list of refunds."""
    return _REFUNDS.respond(request, pair, refunds_of(pair), extra={"tab": "refunds", **_open(pair)})


@require_GET
@pair_required()
def refunds_export(request: MemberRequest, pair: Pair, file_format: str) -> HttpResponseBase:
    """The list of refunds as a file."""
    return _REFUNDS.hand_out(request, pair, refunds_of(pair), file_format)


@require_GET
@pair_required()
def asked(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The list of what Opayo was asked."""
    return _ASKED.respond(request, pair, asked_of(pair), extra={"tab": "asked", **_open(pair)})


@require_GET
@pair_required()
def asked_export(request: MemberRequest, pair: Pair, file_format: str) -> HttpResponseBase:
    """The list of what Opayo was asked as a file."""
    return _ASKED.hand_out(request, pair, asked_of(pair), file_format)


def _open(pair: Pair) -> dict[str, int]:
    return {"open_count": open_instructions(pair.pk).count(), "stuck_count": stuck_instructions(pair).count()}
