"""Pages for customers: pay an order by its link, and see what became of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from integrations.cards.core.consent import Consent
from integrations.cards.selectors import policy_of
from integrations.checkout.links import order_id_of, read_done
from integrations.checkout.selectors import Bill, bill_of, result_of
from integrations.checkout.services import Page, PageRequest, register_payment
from integrations.clock import business_now
from integrations.core.failures import Failure
from integrations.models import Payment

_PAGE_LIVES = timedelta(minutes=10)
"""Opayo cancels a page nobody finished after 15 minutes; a customer who asks again before gets the same one."""

View = TypeVar("View", bound=Callable[..., HttpResponse])


def _may_lead_to_opayo(view: View) -> View:
    """Browsers count the address that a form's answer redirects to as part of the form's action."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> HttpResponse:
        addresses = (urlsplit(url) for url in (settings.OPAYO_LIVE_URL, settings.OPAYO_TEST_URL))
        origins = [f"{address.scheme}://{address.netloc}" for address in addresses]
        return cast(View, csp_update({"form-action": [SELF, *origins]})(view))(*args, **kwargs)

    return cast(View, wrapped)


@_may_lead_to_opayo
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """The bill of an order; POST leads to Opayo's payment page for what is due."""
    order_id = order_id_of(token)
    bill = bill_of(order_id) if order_id is not None else None
    if bill is None:
        raise Http404("This payment link is not one of ours.")
    if request.method != "POST" or bill.problem:
        return render(request, "checkout/pay.html", {"bill": bill, "failure": ""})
    try:
        page = _page_for(bill, _consent(request, bill))
    except Failure as failure:
        return render(request, "checkout/pay.html", {"bill": bill, "failure": failure.message}, status=503)
    return HttpResponseRedirect(page.next_url, status=303)


def _consent(request: HttpRequest, bill: Bill) -> Consent | None:
    """What the customer agreed to on this page, in the words that stood there."""
    if not bill.offer or request.POST.get("keep_card") != "yes":
        return None
    return Consent(
        text=bill.offer,
        at=business_now(),
        channel="pay_link",
        ip=request.META.get("REMOTE_ADDR", ""),
        mit_type=policy_of(bill.order.pair).mit_type,
    )


def _page_for(bill: Bill, consent: Consent | None) -> Page:
    order = bill.order
    customer = order.document.get("customer")
    return register_payment(
        PageRequest(
            pair=order.pair,
            request_key=f"{_request_key(bill)}{':keep' if consent else ''}",
            order_number=order.number,
            amount=bill.due,
            customer=customer if isinstance(customer, dict) else {},
            order=order,
            keep_card=consent,
        )
    )


def _request_key(bill: Bill) -> str:
    """The same for a customer who presses twice: for the amount due, in one stretch of time."""
    stretch = int(timezone.now().timestamp() // _PAGE_LIVES.total_seconds())
    ended = bill.order.payments.exclude(state=Payment.State.REGISTERED).count()
    return f"link:{bill.order.pk}:{bill.due.minor}:{ended}:{stretch}"


@never_cache
@require_GET
def done(request: HttpRequest, token: str) -> HttpResponse:
    """Where a customer comes back to when the shop has no page of its own."""
    about = read_done(token)
    if about is None:
        raise Http404("This link is not one of ours.")
    return render(request, "checkout/done.html", {"result": result_of(about)})
