"""All pairs of a person, the first steps, and a new pair."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required, user_passes_test
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from dashboard.forms.settings import NewPairForm
from dashboard.selectors.navigation import memberships_of
from dashboard.services import record
from integrations.models import User
from integrations.pairs.services import create_pair


@require_GET
@login_required
def pairs(request: HttpRequest) -> HttpResponse:
    """The pairs to choose from; the first steps where there are none."""
    return render(request, "dashboard/pairs.html", {"memberships": memberships_of(_user(request))})


@require_http_methods(["GET", "POST"])
@login_required
@user_passes_test(lambda user: user.is_superuser or _refuse())
def pairs_new(request: HttpRequest) -> HttpResponse:
    """A new pair; for the people who run this installation."""
    form = NewPairForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = _user(request)
        try:
            pair = create_pair(administrator=user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            record(pair, user, "pair.made", str(pair))
            return redirect("connections", pair.slug)
    return render(request, "dashboard/pairs_new.html", {"form": form}, status=422 if form.errors else 200)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - login_required let nobody else in
    return request.user


def _refuse() -> bool:
    raise PermissionDenied("New pairs are made by the people who run this installation.")
