"""The board of disputes, one dispute with its story, and its evidence pack."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseStopPolling

from dashboard.core.deadlines import time_left
from dashboard.core.timeline import is_settled
from dashboard.evidence_pack.gathering import gather
from dashboard.evidence_pack.paper import written
from dashboard.selectors.dispute_story import story_of_dispute
from dashboard.selectors.disputes import board, disputes_of, is_being_read, possible_sales
from dashboard.selectors.documents import xero_objects
from dashboard.services import record
from dashboard.tables.disputes import DISPUTES, DisputeFilter, reason_words
from dashboard.views.lists import ListPage
from integrations.disputes.core.reasons import usual_loss
from integrations.disputes.core.states import CLOSED, WORDS, choices_after
from integrations.disputes.importing import today_of
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Dispute, Pair
from sync.models import Posting

_LIST = ListPage(
    DISPUTES, DisputeFilter, "Disputes", "Money that cardholders' banks want back, told by your acquirer.",
    "disputes-export", "dashboard/disputes/list.html",
)  # fmt: skip


@require_GET
@pair_required()
def disputes(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The board by state, and the list under it."""
    return _LIST.respond(request, pair, disputes_of(pair), extra={"board": board(pair)})


@require_GET
@pair_required()
def disputes_export(request: MemberRequest, pair: Pair, file_format: str) -> HttpResponseBase:
    """The list as a file."""
    return _LIST.hand_out(request, pair, disputes_of(pair), file_format)


@require_GET
@pair_required()
def disputes_page(request: MemberRequest, pair: Pair, dispute_id: int) -> HttpResponse:
    """One dispute: what is at stake, its sale, what happened, what to do next."""
    return render(request, "dashboard/disputes/page.html", _page(pair, dispute_id))


@require_GET
@pair_required()
def disputes_live(request: MemberRequest, pair: Pair, dispute_id: int) -> HttpResponse:
    """The moving part of a dispute's page; says stop once nothing moves by itself."""
    context = _page(pair, dispute_id)
    response = render(request, "dashboard/disputes/page.html#live", context)
    return HttpResponseStopPolling(response.content) if context["is_settled"] else response


@require_GET
@pair_required()
def disputes_pack(request: MemberRequest, pair: Pair, dispute_id: int) -> HttpResponse:
    """The evidence pack as a PDF; who took it out is on the audit log."""
    dispute = dispute_of(pair, dispute_id)
    paper = written(gather(dispute))
    record(pair, request.user, "dispute.pack_downloaded", dispute.case_id, {"bytes": len(paper)})
    response = HttpResponse(paper, content_type="application/pdf")
    name = re.sub(r"[^A-Za-z0-9_-]", "-", dispute.case_id)
    response["Content-Disposition"] = f'attachment; filename="evidence-{name}.pdf"'
    return response


def dispute_of(pair: Pair, dispute_id: int) -> Dispute:
    """A dispute of the pair, with its sale. Raises Http404."""
    rows = Dispute.objects.select_related("pair", "payment", "order__customer")
    return get_object_or_404(rows, pair=pair, pk=dispute_id)


def _page(pair: Pair, dispute_id: int) -> dict[str, Any]:
    dispute = dispute_of(pair, dispute_id)
    entries = story_of_dispute(dispute)
    postings = Posting.objects.filter(pair=pair, dispute=dispute).exclude(state=Posting.State.CANCELLED)
    return {
        "pair": pair,
        "dispute": dispute,
        "words": WORDS[dispute.state],
        "reason": reason_words(dispute),
        "left": time_left(dispute.state, dispute.respond_by, today_of(pair)),
        "may_move": bool(choices_after(dispute.state)),
        "is_closed": dispute.state in CLOSED,
        "usual_loss": Dispute.Loss(usual_loss(dispute.family)).label,
        "sales": possible_sales(dispute),
        "documents": xero_objects(postings.order_by("pk"), settings.XERO_APP_URL),
        "entries": entries,
        "is_settled": is_settled(entries) and not is_being_read(pair),
    }
