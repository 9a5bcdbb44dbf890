"""Saved cards: the list, one card with its story, deleting it, and the terms on which cards are kept."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dashboard.forms.cards import ReasonForm, TermsForm
from dashboard.selectors.cards import accesses_of, cards_listed, link_for_new_card, note_shown, view_of
from dashboard.services import record
from dashboard.tables.cards import CARDS, CardFilter
from dashboard.views.lists import ListPage
from integrations.cards.deleting import ask_deletion
from integrations.cards.selectors import policy_of
from integrations.clock import business_now
from integrations.instructions.asking import NotAllowedError
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair, Role, SavedCard

_LIST = ListPage(
    CARDS, CardFilter, "Saved cards", "Cards that customers have let Opayo keep, and what each may be charged for.",
    "cards-export", "dashboard/cards/list.html",
)  # fmt: skip


@require_GET
@pair_required()
def cards(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The list of saved cards."""
    return _LIST.respond(request, pair, cards_listed(pair), extra={"tab": "cards"})


@require_GET
@pair_required()
def cards_export(request: MemberRequest, pair: Pair, file_format: str) -> HttpResponseBase:
    """The list of saved cards as a file."""
    return _LIST.hand_out(request, pair, cards_listed(pair), file_format)


@require_GET
@pair_required()
def cards_page(request: MemberRequest, pair: Pair, card_id: int) -> HttpResponse:
    """One card: its terms, its charges, and who used or saw it. Looking at it is written down."""
    card = get_object_or_404(cards_listed(pair), pk=card_id)
    note_shown(card, request.user)
    return render(request, "dashboard/cards/card.html", _card(pair, card))


def _card(pair: Pair, card: SavedCard) -> dict[str, object]:
    return {
        "pair": pair,
        "card": card,
        "view": view_of(card),
        "charges": card.charges.select_related("order", "batch").order_by("-pk")[:50],
        "accesses": accesses_of(card),
        "offers_to_keep": policy_of(pair).offers_to_keep,
        "new_card_link": link_for_new_card(card, business_now()),
        "form": ReasonForm(),
    }


@require_POST
@pair_required(Role.OPERATOR)
def cards_delete(request: MemberRequest, pair: Pair, card_id: int) -> HttpResponse:
    """Have a card deleted, at Opayo and here."""
    card = get_object_or_404(cards_listed(pair), pk=card_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        context = {**_card(pair, card), "form": form}
        return render(request, "dashboard/cards/card.html", context, status=422)
    try:
        ask_deletion(card, by=request.user, reason=form.cleaned_data["reason"])
    except NotAllowedError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Opayo is asked to delete the card. Nobody can charge it from now on.")
    return redirect("cards-page", pair.slug, card.pk)


@require_http_methods(["GET", "POST"])
@pair_required()
def cards_terms(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Whether cards are kept, and how much may be charged; only administrators change it."""
    policy = policy_of(pair)
    form = TermsForm(request.POST or None, instance=policy)
    if request.method == "POST":
        if not request.access.may_administer:
            return render(
                request, "403.html", {"exception": "This takes the role of administrator."}, status=403
            )
        if form.is_valid():
            form.save()
            changed = {name: str(form.cleaned_data[name]) for name in form.changed_data}
            record(pair, request.user, "card_terms.changed", str(pair), changed)
            messages.success(request, "The terms are kept. They hold for cards that are kept from now on.")
            return redirect("cards-terms", pair.slug)
    context = {"pair": pair, "form": form, "tab": "terms"}
    return render(request, "dashboard/cards/terms.html", context, status=422 if form.errors else 200)
