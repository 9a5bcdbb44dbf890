"""The first page of all, and the home page of a pair."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from dashboard.selectors.balance import balance_of, to_take_back
from dashboard.selectors.health import healths_of
from dashboard.selectors.lists import orders_of
from dashboard.selectors.navigation import memberships_of
from dashboard.selectors.needs import needs_of
from dashboard.selectors.proof import home_lights
from dashboard.selectors.throughput import last_hours
from integrations.members.access import LAST_PAIR, MemberRequest, pair_required
from integrations.models import Pair, User

_LATEST = 8


@require_GET
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """To the pair seen last, or the only one; else to the list of pairs."""
    memberships = memberships_of(_user(request))
    slugs = [membership.pair.slug for membership in memberships]
    last = request.session.get(LAST_PAIR)
    if last in slugs or len(slugs) == 1:
        return redirect("home", last if last in slugs else slugs[0])
    return redirect("pairs")


@require_GET
@pair_required()
def home(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Are we in balance, and what needs me?"""
    return render(request, "dashboard/home.html", _home(pair))


@require_GET
@pair_required()
def home_live(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The moving part of the home page, asked for again every few seconds."""
    return render(request, "dashboard/home.html#live", _home(pair))


def _home(pair: Pair) -> dict[str, Any]:
    hours = last_hours(pair)
    return {
        "pair": pair,
        "balance": balance_of(pair),
        "to_take_back": to_take_back(pair),
        "lights": home_lights(pair),
        "needs": needs_of(pair),
        "healths": healths_of(pair),
        "hours": hours,
        "posted_today": sum(bar.count for bar in hours),
        "latest": orders_of(pair).order_by("-placed_at", "-pk")[:_LATEST],
    }


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - login_required let nobody else in
    return request.user
