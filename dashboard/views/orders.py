"""The list of orders, and one order with its story."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseStopPolling

from dashboard.core.timeline import is_settled
from dashboard.selectors.documents import xero_objects
from dashboard.selectors.lists import orders_of
from dashboard.selectors.money_back import money_back
from dashboard.selectors.order_lines import lines_of
from dashboard.selectors.rollbacks import can_be_rolled_back, rolled_back
from dashboard.selectors.timeline import story_of_order, timeline
from dashboard.tables.orders import ORDERS, OrderFilter
from dashboard.views.lists import ListPage
from integrations.checkout.links import pay_url
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Order, Pair, Role

_LIST = ListPage(
    ORDERS, OrderFilter, "Orders", "What the shop sold, and how far each order is on its way into the books.", "orders-export"
)  # fmt: skip


@require_GET
@pair_required()
def orders(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The list of orders."""
    return _LIST.respond(request, pair, orders_of(pair))


@require_GET
@pair_required()
def orders_export(request: MemberRequest, pair: Pair, file_format: str) -> HttpResponseBase:
    """The list of orders as a file."""
    return _LIST.hand_out(request, pair, orders_of(pair), file_format)


@require_GET
@pair_required()
def orders_page(request: MemberRequest, pair: Pair, order_id: int) -> HttpResponse:
    """One order: money, lines, customer, its documents in Xero, and everything that happened."""
    return render(request, "dashboard/order.html", _order(pair, order_id))


@require_GET
@pair_required()
def orders_live(request: MemberRequest, pair: Pair, order_id: int) -> HttpResponse:
    """The moving part of the order's page; says stop once nothing moves by itself any more."""
    context = _order(pair, order_id)
    response = render(request, "dashboard/order.html#live", context)
    if context["is_settled"]:
        return HttpResponseStopPolling(response.content)
    return response


def _order(pair: Pair, order_id: int) -> dict[str, Any]:
    order = get_object_or_404(Order.objects.select_related("customer", "pair"), pair=pair, pk=order_id)
    story = story_of_order(order)
    entries = timeline(story)
    return {
        "pair": pair,
        "order": order,
        "lines": lines_of(order),
        "payments": story.payments,
        "documents": xero_objects(story.documents, settings.XERO_APP_URL),
        "entries": entries,
        "money_back": money_back(story.payments),
        "disputes": story.disputes,
        "is_settled": is_settled(entries),
        "rolled_back": rolled_back(order),
        "can_roll_back": can_be_rolled_back(story.documents),
        "refunded_minor": story.refunded_minor,
        "due_minor": max(order.total_minor - order.captured_minor, 0),
    }


@require_POST
@pair_required(Role.OPERATOR)
def orders_pay_link(request: MemberRequest, pair: Pair, order_id: int) -> HttpResponse:
    """Make a link by which the customer can pay what is still due."""
    order = get_object_or_404(Order.objects.select_related("customer", "pair"), pair=pair, pk=order_id)
    return render(request, "dashboard/pay_link.html", {"pair": pair, "order": order, "link": pay_url(order)})
