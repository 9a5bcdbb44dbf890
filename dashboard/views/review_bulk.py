"""Confirming what is sure, all at once: shown first, with the money and the least sure of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.core.wording import counted
from dashboard.forms.review import BulkForm
from dashboard.selectors.review import Offer, Total, offers_by_match
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair, Role
from reconciliation.matching.confirming import confirm_together, sure_suggestions, without_rivals
from reconciliation.matching.deciding import DecisionRefusedError
from reconciliation.matching.taking_back import take_back
from reconciliation.models import Match
from reconciliation.wakes import wake_reconcile

_LEAST_SURE = 5
_LAST = "confirmed_together"


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be confirmed: which, how much money, and the least sure of it."""

    ids: list[int]
    totals: list[Total]
    least: list[Offer]
    left_out: int
    """Suggestions at least as probable that are ambiguous, differ in money, or share a line with a likelier one."""


@require_http_methods(["GET", "POST"])
@pair_required(Role.OPERATOR)
def reconcile_bulk(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The preview, and confirming what it showed."""
    form = BulkForm(request.POST or request.GET or None)
    preview = preview_of(pair, form)
    if request.method == "POST" and form.is_valid():
        shown = [int(each) for each in request.POST.get("shown", "").split(",") if each.isdecimal()]
        try:
            done = confirm_together(pair, request.user, shown, probability=form.probability)
        except DecisionRefusedError as refused:
            messages.error(request, refused.message)
        else:
            request.session[_LAST] = {"pair": pair.pk, "matches": done}
            wake_reconcile(pair.pk)
            messages.success(request, f"Confirmed: {counted(len(done), 'suggestion')}. They are booked next.")
            return redirect("reconcile", pair.slug)
    part = "bulk_preview" if request.htmx else "bulk"
    context = {
        "pair": pair,
        "tab": "review",
        "form": form,
        "preview": preview,
        "least": form.probability * 100,
    }
    return render(request, f"dashboard/review/{part}.html", context)


def preview_of(pair: Pair, form: BulkForm) -> Preview:
    """What would be confirmed from the probability that the form names."""
    chosen = without_rivals(sure_suggestions(pair, form.probability))
    money: dict[str, list[int]] = defaultdict(list)
    for match in chosen:
        banked = sum(link.bank_line.amount_minor for link in match.links.all() if link.bank_line)
        money[match.currency].append(banked)
    every = Match.objects.filter(pair=pair, state=Match.State.SUGGESTED, probability__gte=form.probability)
    return Preview(
        [match.pk for match in chosen],
        [Total(currency, len(each), sum(each)) for currency, each in sorted(money.items())],
        offers_by_match([match.pk for match in chosen[-_LEAST_SURE:]])[::-1],
        every.count() - len(chosen),
    )


def last_together(request: MemberRequest, pair: Pair) -> int:
    """How many suggestions the person confirmed together last, which can still be taken back all at once."""
    last = request.session.get(_LAST) or {}
    return len(last["matches"]) if last.get("pair") == pair.pk else 0


@require_POST
@pair_required(Role.OPERATOR)
def reconcile_bulk_undo(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Take back what the person confirmed together last."""
    last = request.session.pop(_LAST, None) or {}
    try:
        matches = last["matches"] if last.get("pair") == pair.pk else []
        take_back(pair, matches, request.user)
        wake_reconcile(pair.pk)
        messages.success(request, f"Taken back: {counted(len(matches), 'confirmation')}.")
    except DecisionRefusedError as refused:
        messages.error(request, refused.message)
    return redirect("reconcile", pair.slug)
