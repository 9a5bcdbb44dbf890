"""Names for the inbound addresses. Requests to them never get this far: `InboundFastPath` answers them first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from integrations.inbound.fast_path import respond


@csrf_exempt
def answer(request: HttpRequest, key: str) -> HttpResponse:
    """The same answer, should the fast path be missing from MIDDLEWARE."""
    return respond(request)


urlpatterns = [
    path("in/shop/<str:key>/orders", answer, name="inbound-shop"),
    path("in/opayo/<str:key>/notify", answer, name="inbound-opayo"),
    path("in/xero/<str:key>", answer, name="inbound-xero"),
]
