"""The list of payments, and one payment with its story."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from dashboard.selectors.attention import stray_payment
from dashboard.selectors.documents import xero_objects
from dashboard.selectors.lists import payments_of
from dashboard.selectors.money_back import money_back
from dashboard.selectors.timeline import story_of_payment, timeline
from dashboard.tables.payments import PAYMENTS, PaymentFilter, card_words
from dashboard.views.lists import ListPage
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair, Payment

_LIST = ListPage(
    PAYMENTS, PaymentFilter, "Payments", "Every attempt to pay, with the bank's answer and its place in the books.", "payments-export"
)  # fmt: skip


@require_GET
@pair_required()
def payments(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The list of payments."""
    return _LIST.respond(request, pair, payments_of(pair))


@require_GET
@pair_required()
def payments_export(request: MemberRequest, pair: Pair, file_format: str) -> HttpResponseBase:
    """The list of payments as a file."""
    return _LIST.hand_out(request, pair, payments_of(pair), file_format)


@require_GET
@pair_required()
def payments_page(request: MemberRequest, pair: Pair, payment_id: int) -> HttpResponse:
    """One payment: amount, card, checks, its documents in Xero, and everything that happened."""
    payment = get_object_or_404(Payment.objects.select_related("order", "pair"), pair=pair, pk=payment_id)
    if request.htmx:
        response = render(request, "components/raw/payment.html", {"pair": pair, "payment": payment})
    else:
        response = render(request, "dashboard/payment.html", _payment(pair, payment))
    patch_vary_headers(response, ["HX-Request"])
    return response


def _payment(pair: Pair, payment: Payment) -> dict[str, Any]:
    story = story_of_payment(payment)
    return {
        "pair": pair,
        "payment": payment,
        "card": card_words(payment),
        "stray": stray_payment(payment) if payment.is_unmatched else None,
        "documents": xero_objects(story.documents, settings.XERO_APP_URL),
        "entries": timeline(story),
        "money_back": money_back([payment]),
    }
