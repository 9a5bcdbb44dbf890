"""Charging saved cards: choose due invoices, look at what will happen, do it, and watch it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseStopPolling

from dashboard.core.numbers import row_id
from dashboard.forms.cards import ChargeForm, ReasonForm
from dashboard.selectors.cards import batch_view, batches_of, due_invoices, today
from integrations.cards.selectors import policy_of
from integrations.members.access import MemberRequest, pair_required
from integrations.models import ChargeBatch, Pair, Role, User
from sync.services import charging
from sync.services.actions import ActionRefusedError

_DUE = "dashboard/cards/due.html"
_BATCH = "dashboard/cards/batch.html"


@require_http_methods(["GET", "POST"])
@pair_required(Role.OPERATOR)
def due(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Due invoices with a card: choose, see what will be charged, and do it. Only the last step changes anything."""
    form, context = _form(request, pair)
    step = request.POST.get("step", "")
    if not step or step == "change" or not form.is_valid():
        if step == "change":
            form.errors.clear()
        return render(request, _DUE, context, status=422 if form.is_bound and form.errors else 200)
    if step == "do" and (batch := _charged(request, pair, form)) is not None:
        return redirect("cards-charges-page", pair.slug, batch.pk)
    planned = charging.plan(pair, form.choices)
    return render(request, "dashboard/cards/review.html", {**context, "planned": planned})


def _charged(request: MemberRequest, pair: Pair, form: ChargeForm) -> ChargeBatch | None:
    """The batch; None, with the reason as a message, when nobody may be charged."""
    key = f"person:{request.user.pk}:{form.cleaned_data['key']}"
    reason = form.cleaned_data["reason"]
    try:
        return charging.charge(pair, form.choices, by=request.user, reason=reason, request_key=key)
    except ActionRefusedError as refusal:
        messages.error(request, str(refusal))
        return None


def _form(request: MemberRequest, pair: Pair) -> tuple[ChargeForm, dict[str, Any]]:
    order_id = row_id(request.GET.get("order", ""))
    is_all = order_id is not None or request.GET.get("which") == "all"
    rows = due_invoices(pair, order_id=order_id, until=None if is_all else today())
    form = ChargeForm(request.POST or None, rows, is_single=order_id is not None)
    context = {
        "pair": pair,
        "tab": "due",
        "form": form,
        "rows": rows,
        "chosen": form.chosen or ([row.order.pk for row in rows] if order_id is not None else []),
        "is_single": order_id is not None,
        "is_all": is_all,
        "policy": policy_of(pair),
    }
    return form, context


@require_GET
@pair_required()
def charges(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The latest batches."""
    batches = [batch_view(batch) for batch in batches_of(pair)[:50]]
    return render(
        request, "dashboard/cards/charges.html", {"pair": pair, "tab": "charges", "batches": batches}
    )


@require_GET
@pair_required()
def charges_page(request: MemberRequest, pair: Pair, batch_id: int) -> HttpResponse:
    """One batch: what is charged, and how far it is. It goes on whether anybody looks or not."""
    return render(request, _BATCH, _context(request, pair, batch_id))


@require_GET
@pair_required()
def charges_live(request: MemberRequest, pair: Pair, batch_id: int) -> HttpResponse:
    """The moving part of the batch's page; says stop once nothing moves by itself any more."""
    context = _context(request, pair, batch_id)
    response = render(request, f"{_BATCH}#live", context)
    return HttpResponseStopPolling(response.content) if context["view"].is_settled else response


def _context(request: MemberRequest, pair: Pair, batch_id: int) -> dict[str, Any]:
    batch = get_object_or_404(batches_of(pair), pk=batch_id)
    is_held = batch.state == ChargeBatch.State.HELD and request.access.may_operate
    return {
        "pair": pair,
        "batch": batch,
        "view": batch_view(batch),
        "form": ReasonForm(),
        "may_withdraw": is_held,
        "may_agree": is_held and batch.asked_by_id != request.user.pk,
    }


@require_POST
@pair_required(Role.OPERATOR)
def charges_agree(request: MemberRequest, pair: Pair, batch_id: int) -> HttpResponse:
    """A second person agrees to a held batch."""
    return _decide(request, pair, batch_id, charging.agree, "Agreed: Opayo is being asked.")


@require_POST
@pair_required(Role.OPERATOR)
def charges_withdraw(request: MemberRequest, pair: Pair, batch_id: int) -> HttpResponse:
    """Nobody is charged of a held batch."""
    return _decide(request, pair, batch_id, charging.withdraw, "Withdrawn: nobody is charged.")


def _decide(
    request: MemberRequest, pair: Pair, batch_id: int, act: Callable[..., ChargeBatch], done: str
) -> HttpResponse:
    batch = get_object_or_404(batches_of(pair).select_related("pair"), pk=batch_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        context = {**_context(request, pair, batch_id), "form": form}
        return render(request, _BATCH, context, status=422)
    by: User = request.user
    try:
        act(batch, by=by, reason=form.cleaned_data["reason"])
    except ActionRefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("cards-charges-page", pair.slug, batch_id)
