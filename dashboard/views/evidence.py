"""The pages behind a timeline: events, postings, calls, notices as they are stored.

Asked by htmx, each answers with the evidence alone, to be opened inside a timeline.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from dashboard.core.evidence import member_of
from dashboard.core.xero_links import xero_page
from dashboard.selectors.lists import events_of, postings_of
from dashboard.selectors.rollbacks import can_be_rolled_back
from dashboard.tables.events import EVENTS, EventFilter
from dashboard.tables.postings import POSTINGS, PostingFilter
from dashboard.views.lists import ListPage
from integrations.members.access import MemberRequest, pair_required
from integrations.models import ApiCall, Event, Pair
from sync.models import Delivery, Notice, Posting

_EVENTS = ListPage(
    EVENTS, EventFilter, "Events", "Everything received, stored as it came before anything is made of it.", "events-export"
)  # fmt: skip
_POSTINGS = ListPage(
    POSTINGS, PostingFilter, "Postings", "Each object meant for Xero, written down before it is sent.", "postings-export"
)  # fmt: skip


def _evidence(request: MemberRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    folder = "components/raw" if request.htmx else "dashboard/evidence"
    response = render(request, f"{folder}/{name}.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_GET
@pair_required()
def events(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The list of events."""
    return _EVENTS.respond(request, pair, events_of(pair))


@require_GET
@pair_required()
def events_export(request: MemberRequest, pair: Pair, file_format: str) -> HttpResponseBase:
    """The list of events as a file."""
    return _EVENTS.hand_out(request, pair, events_of(pair), file_format)


@require_GET
@pair_required()
def events_page(request: MemberRequest, pair: Pair, event_id: int) -> HttpResponse:
    """One event: how it came, what it said, its place in the hash chain."""
    event = get_object_or_404(Event.objects.select_related("order", "connection"), pair=pair, pk=event_id)
    return _evidence(request, "event", {"pair": pair, "event": event})


@require_GET
@pair_required()
def postings(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The list of postings."""
    return _POSTINGS.respond(request, pair, postings_of(pair))


@require_GET
@pair_required()
def postings_export(request: MemberRequest, pair: Pair, file_format: str) -> HttpResponseBase:
    """The list of postings as a file."""
    return _POSTINGS.hand_out(request, pair, postings_of(pair), file_format)


@require_GET
@pair_required()
def postings_page(request: MemberRequest, pair: Pair, posting_id: int) -> HttpResponse:
    """One posting: its document, the mapping that made it, the call that carried it, Xero's answer."""
    related = ("order", "payment", "customer", "delivery", "mapping_version", "problem", "waits_for", "event")
    rows = Posting.objects.select_related(*related).defer("mapping_version__blueprint")
    posting = get_object_or_404(rows, pair=pair, pk=posting_id)
    deliveries = list(Delivery.objects.filter(pair=pair, posting_ids__contains=[posting.pk]).order_by("-pk"))
    context = {
        "pair": pair,
        "posting": posting,
        "deliveries": deliveries,
        "sent": _sent(deliveries, posting),
        "can_roll_back": can_be_rolled_back([posting]),
        "xero_href": xero_page(settings.XERO_APP_URL, posting.kind, posting.remote_id),
    }
    return _evidence(request, "posting", context)


def _sent(deliveries: list[Delivery], posting: Posting) -> dict[str, Any] | None:
    """The posting's own part of the newest call that carried it, and of its answer."""
    if not deliveries:
        return None
    newest = deliveries[0]
    place = newest.posting_ids.index(posting.pk)
    result = newest.results[place] if place < len(newest.results) else None
    return {"delivery": newest, "request": member_of(newest.body, place), "result": result}


@require_GET
@pair_required()
def deliveries_page(request: MemberRequest, pair: Pair, delivery_id: int) -> HttpResponse:
    """One call as it was written down and sent, each attempt, and what Xero answered."""
    delivery = get_object_or_404(Delivery, pair=pair, pk=delivery_id)
    members = Posting.objects.filter(pair=pair, pk__in=delivery.posting_ids).defer("document").order_by("pk")
    context = {
        "pair": pair,
        "delivery": delivery,
        "calls": ApiCall.objects.filter(pair=pair, delivery_id=delivery.pk).order_by("started_at"),
        "members": members,
        "can_roll_back": can_be_rolled_back(members),
    }
    return _evidence(request, "delivery", context)


@require_GET
@pair_required()
def notices_page(request: MemberRequest, pair: Pair, notice_id: int) -> HttpResponse:
    """One confirmation to the shop or a customer."""
    notice = get_object_or_404(Notice.objects.select_related("order", "payment"), pair=pair, pk=notice_id)
    return _evidence(request, "notice", {"pair": pair, "notice": notice})
