"""What a person has still to reconcile in Xero, with the way there."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from dashboard.selectors.ready_in_xero import ready_in_xero
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair


@require_GET
@pair_required()
def ready(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Bank lines whose object stands in Xero, ready to be clicked together there."""
    accounts = ready_in_xero(pair, settings.XERO_APP_URL)
    return render(
        request, "dashboard/review/ready.html", {"pair": pair, "tab": "ready", "accounts": accounts}
    )
