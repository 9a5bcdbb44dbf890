"""The list of customers, one customer, its fields, and whose word counts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard.forms.customers import OwnersForm, ReasonForm, SayForm
from dashboard.selectors import customers as selectors
from dashboard.tables.customers import CUSTOMERS, CustomerFilter
from dashboard.views.lists import ListPage
from integrations.customers.core.ownership import FIELDS
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Customer, CustomerChange, Pair, Role
from sync.services.customers.deciding_fields import say, set_owners, sides_of
from sync.services.customers.people import owners_of

_LIST = ListPage(
    CUSTOMERS,
    CustomerFilter,
    "Customers",
    "One record for each customer, over shop, Opayo and Xero.",
    "customers-export",
    "dashboard/customers/list.html",
)


@require_GET
@pair_required()
def customers(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The list of customers."""
    extra = {"suggestions": selectors.open_suggestions(pair).count()}
    return _LIST.respond(request, pair, selectors.customers_of(pair), extra=extra)


@require_GET
@pair_required()
def customers_export(request: MemberRequest, pair: Pair, file_format: str) -> HttpResponseBase:
    """The list of customers as a file."""
    return _LIST.hand_out(request, pair, selectors.customers_of(pair), file_format)


@require_GET
@pair_required()
def customers_page(request: MemberRequest, pair: Pair, customer_id: int) -> HttpResponse:
    """One customer: who it is in each system, what it bought, paid and owes, and where the sides differ."""
    customer = customer_of(pair, customer_id)
    return render(request, "dashboard/customers/page.html", _page(pair, customer))


def customer_of(pair: Pair, customer_id: int) -> Customer:
    """A customer of the pair, or 404."""
    return get_object_or_404(
        Customer.objects.select_related("pair", "merged_into"), pair=pair, pk=customer_id
    )


def _page(pair: Pair, customer: Customer) -> dict[str, Any]:
    return {
        "pair": pair,
        "customer": customer,
        "fields": selectors.fields_of(customer),
        "identities": customer.identities.order_by("system", "kind", "pk"),
        "owed": selectors.owed_by(customer),
        "orders": customer.orders.defer("document").order_by("-placed_at")[:12],
        "order_count": customer.orders.count(),
        "payments": selectors.payments_of(customer),
        "acts": selectors.acts_on(customer),
        "suggestions": selectors.open_suggestions(pair).filter(first=customer)
        | selectors.open_suggestions(pair).filter(second=customer),
        "undo_form": ReasonForm(),
    }


@require_GET
@pair_required()
def customers_history(request: MemberRequest, pair: Pair, customer_id: int) -> HttpResponse:
    """Everything that was told of the customer's fields, newest first."""
    customer = customer_of(pair, customer_id)
    changes = CustomerChange.objects.filter(customer=customer).select_related("by").order_by("-pk")[:200]
    rows = [(FIELDS.get(change.field, change.field), change) for change in changes]
    return render(
        request, "dashboard/customers/history.html", {"pair": pair, "customer": customer, "rows": rows}
    )


@require_POST
@pair_required(Role.OPERATOR)
def customers_field(request: MemberRequest, pair: Pair, customer_id: int, field: str) -> HttpResponse:
    """A person says which side's value counts."""
    customer = customer_of(pair, customer_id)
    if field not in FIELDS:
        raise Http404("Customers have no such field.")
    form = SayForm(request.POST)
    if form.is_valid():
        shop, xero = sides_of(customer, field)
        value = shop if form.cleaned_data["use"] == "shop" else xero
        try:
            say(customer, field, value, request.user, form.cleaned_data["reason"])
        except ValueError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{FIELDS[field]} is decided. Xero is told if it has something else.")
    else:
        messages.error(request, "Choose a side and say why: it is kept in the audit log.")
    return redirect("customers-page", pair.slug, customer.pk)


@require_http_methods(["GET", "POST"])
@pair_required()
def owners(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Whose word counts for each field; only administrators change it."""
    form = OwnersForm(request.POST or None, owners_of(pair))
    if request.method == "POST":
        if not request.access.may_administer:
            refusal = {"exception": "This takes the role of administrator."}
            return render(request, "403.html", refusal, status=403)
        if form.is_valid():
            changed = set_owners(pair, form.cleaned_data, request.user)
            words = (
                "It applies to what shop and Xero tell from now on." if changed else "Nothing was changed."
            )
            messages.success(request, words)
            return redirect("settings-customers", pair.slug)
    context = {"pair": pair, "tab": "customers", "form": form}
    return render(request, "dashboard/customers/owners.html", context, status=422 if form.errors else 200)
