"""What the mapping in use would mend of all that a mapping has stopped, and the button that does it."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from dashboard.core.wording import counted
from dashboard.selectors.navigation import attention_counts
from dashboard.selectors.needs import prices
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Order, Pair, Role
from mapping.selectors import published_version
from sync.selectors.mendable import Mendable, mendable, stopped_by_mapping
from sync.services.actions import write_audit
from sync.services.leases import wake

_SHOWN: Final = 50


@require_GET
@pair_required()
def mend(request: MemberRequest, pair: Pair) -> HttpResponse:
    """How many documents would go now, their money, and what still stops the others."""
    return render(request, "dashboard/attention/mend.html", _page(pair, mendable(pair)))


def _page(pair: Pair, found: Mendable) -> dict[str, Any]:
    orders = Order.objects.filter(pk__in={posting.order_id for posting in found.mended if posting.order_id})
    kinds = Counter(str(posting.get_kind_display()) for posting in found.mended)
    return {
        "pair": pair,
        "tab": "mend",
        "counts": attention_counts(pair),
        "found": found,
        "version": published_version(pair.pk),
        "prices": prices(orders, "total_minor"),
        "kinds": kinds.most_common(),
        "shown": found.mended[:_SHOWN],
        "not_tried": found.total - found.tried,
    }


@require_POST
@pair_required(Role.OPERATOR)
def mend_all(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Make all of them anew by the mapping in use; a worker does it, and what can go, goes."""
    with transaction.atomic():
        count = stopped_by_mapping(pair).count()
        version = published_version(pair.pk)
        data = {"version": version.number if version else None}
        write_audit(pair, request.user, "posting.reprocessed", counted(count, "document"), data=data)
    wake("replan", pair.pk)
    messages.success(
        request,
        f"{counted(count, 'document')} {'is' if count == 1 else 'are'} being made anew. What can go, goes.",
    )
    return redirect("attention-mend", pair.slug)
