"""Deciding who is who: suggestions, merging, splitting, undoing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard.core.customer_words import merge_words
from dashboard.core.numbers import row_id
from dashboard.forms.customers import ReasonForm, SplitForm
from dashboard.selectors.customers import comparison_of, foresee, found_for_merging, open_suggestions
from dashboard.views.customers import customer_of
from integrations.customers.core.moving import MoveRefusedError
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Customer, CustomerMerge, CustomerSuggestion, KnownContact, Pair, Role
from sync.services.customers.merging import merge_customers, split_customer, undo_act
from sync.services.customers.suggesting import confirm, reasons_json, reject

_SHOWN = 20


@require_GET
@pair_required()
def suggestions(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Customers that may be one, likeliest first, with what speaks for it and against it."""
    rows = open_suggestions(pair)
    context = {"pair": pair, "suggestions": rows[:_SHOWN], "count": rows.count()}
    return render(request, "dashboard/customers/suggestions.html", context)


def _suggestion(pair: Pair, suggestion_id: int) -> CustomerSuggestion:
    rows = CustomerSuggestion.objects.select_related("pair", "first__pair", "second__pair", "contact__pair")
    return get_object_or_404(rows, pair=pair, pk=suggestion_id)


@require_http_methods(["GET", "POST"])
@pair_required(Role.OPERATOR)
def confirm_suggestion(request: MemberRequest, pair: Pair, suggestion_id: int) -> HttpResponse:
    """What merging the two would mean; and doing it."""
    suggestion = _suggestion(pair, suggestion_id)
    keep, other = _kept(request, suggestion)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            kept = keep if isinstance(keep, Customer) else None
            survivor = confirm(suggestion, request.user, form.cleaned_data["reason"], keep=kept)
        except MoveRefusedError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{other} is one with {survivor} now.")
            return redirect("customers-page", pair.slug, survivor.pk)
    context = _preview(pair, keep, other, form)
    context |= {"reasons": suggestion.reasons, "score": suggestion.score, "suggestion": suggestion}
    return render(request, "dashboard/customers/merge.html", context, status=422 if form.errors else 200)


def _kept(request: MemberRequest, suggestion: CustomerSuggestion) -> tuple[Customer | KnownContact, Customer]:
    """Which of the two stays: a contact that Xero has, else the one the address names, else the one Xero knows."""
    if suggestion.contact is not None:
        return suggestion.contact, suggestion.first
    first, second = suggestion.first, suggestion.second or suggestion.first
    named = (request.POST or request.GET).get("keep", "")
    turned = str(second.pk) == named or (
        not named and bool(second.xero_contact_id) > bool(first.xero_contact_id)
    )
    return (second, first) if turned else (first, second)


def _preview(pair: Pair, keep: Customer | KnownContact, other: Customer, form: ReasonForm) -> dict[str, Any]:
    return {
        "pair": pair, "keep": keep, "other": other, "form": form, "words": merge_words(foresee(keep, other)),
        "may_turn": isinstance(keep, Customer),
    }  # fmt: skip


@require_POST
@pair_required(Role.OPERATOR)
def reject_suggestion(request: MemberRequest, pair: Pair, suggestion_id: int) -> HttpResponse:
    """Two customers: never proposed again."""
    suggestion = _suggestion(pair, suggestion_id)
    if reject(suggestion, request.user, request.POST.get("reason", "").strip()[:500]):
        messages.success(request, f"{suggestion} are two, and are not proposed again.")
    else:
        messages.error(request, "Somebody has decided this already.")
    return redirect("customers-suggestions", pair.slug)


@require_http_methods(["GET", "POST"])
@pair_required(Role.OPERATOR)
def merge(request: MemberRequest, pair: Pair, customer_id: int) -> HttpResponse:
    """Choose the customer that is the same as this one, look at what it means, and merge it into this one."""
    keep = customer_of(pair, customer_id)
    chosen = (request.POST or request.GET).get("other", "")
    other_id = row_id(chosen)
    if other_id is None:
        words = request.GET.get("q", "").strip()
        found = found_for_merging(keep, words) if words else []
        context = {"pair": pair, "customer": keep, "q": words, "found": found}
        return render(request, "dashboard/customers/choose.html", context)
    other = customer_of(pair, other_id)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            merge_customers(keep, other, request.user, form.cleaned_data["reason"])
        except MoveRefusedError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{other} is one with {keep} now.")
            return redirect("customers-page", pair.slug, keep.pk)
    compared = comparison_of(keep, other)
    context = _preview(pair, keep, other, form) | {"reasons": reasons_json(compared), "score": compared.score}
    return render(request, "dashboard/customers/merge.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@pair_required(Role.OPERATOR)
def split(request: MemberRequest, pair: Pair, customer_id: int) -> HttpResponse:
    """Give some of what the customer has to a new customer, or to one merged into it."""
    customer = customer_of(pair, customer_id)
    form = SplitForm(request.POST or None, customer)
    if form.is_valid():
        try:
            act = split_customer(
                customer, form.things, request.user, form.cleaned_data["reason"], form.cleaned_data["to"]
            )
        except MoveRefusedError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"What was chosen is with {act.other} now.")
            return redirect("customers-page", pair.slug, act.other_id)
    context = {"pair": pair, "customer": customer, "form": form}
    return render(request, "dashboard/customers/split.html", context, status=422 if form.errors else 200)


@require_POST
@pair_required(Role.OPERATOR)
def undo(request: MemberRequest, pair: Pair, act_id: int) -> HttpResponse:
    """Undo a merge or split."""
    rows = CustomerMerge.objects.select_related("pair", "survivor", "other")
    act = get_object_or_404(rows, pair=pair, pk=act_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say why: it is kept in the audit log.")
        return redirect("customers-page", pair.slug, act.survivor_id)
    try:
        undo_act(act, request.user, form.cleaned_data["reason"])
    except MoveRefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Undone: everything is where it was, except what Xero has by now.")
    return redirect("customers-page", pair.slug, act.survivor_id)
