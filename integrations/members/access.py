"""Who may see which page of which pair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect

from integrations.members.roles import role_allows
from integrations.models import Membership, Pair, Role, User

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

LAST_PAIR = "last_pair"
_P = ParamSpec("_P")


@dataclass(frozen=True)
class Access:
    """A person's standing in the pair that the request is about."""

    pair: Pair
    role: Role

    def may(self, needed: str) -> bool:
        """Whether the person may do what takes the role `needed`."""
        return role_allows(self.role, needed)

    @property
    def may_operate(self) -> bool:
        return self.may(Role.OPERATOR)

    @property
    def may_administer(self) -> bool:
        return self.may(Role.ADMINISTRATOR)


class MemberRequest(HttpRequest):
    """A request that passed `pair_required`."""

    user: User
    access: Access
    htmx: HtmxDetails


PairView = Callable[Concatenate[MemberRequest, Pair, _P], HttpResponseBase]


def pair_required(role: Role = Role.VIEWER) -> Callable[[PairView[_P]], Callable[..., HttpResponseBase]]:
    """Let in members of the pair named by `pair_slug` in the address who have at least `role`.

    The view is called with (request, pair, …). Strangers are sent to log in; a pair one is no member of does
    not exist (404), whether there is one or not; too low a role is refused (403) with the role that it takes.
    """

    def decorate(view: PairView[_P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, pair_slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_login(request)
            access = _access(request.user, pair_slug)
            member = cast(MemberRequest, request)
            member.access = access
            if not access.may(role):
                raise PermissionDenied(f"This takes the role of {role.label.lower()}.")
            _remember(request, access.pair)
            return view(member, access.pair, *args, **kwargs)

        guarded.needed_role = role  # type: ignore[attr-defined]  # read by the tests of every address
        return guarded

    return decorate


def _access(user: User, slug: str) -> Access:
    membership = Membership.objects.select_related("pair").filter(user=user, pair__slug=slug).first()
    if membership is None:
        raise Http404("No such pair.")
    return Access(membership.pair, Role(membership.role))


def _remember(request: HttpRequest, pair: Pair) -> None:
    if request.session.get(LAST_PAIR) != pair.slug:
        request.session[LAST_PAIR] = pair.slug


def _to_login(request: HttpRequest) -> HttpResponse:
    """The whole page goes to the login, also when only a part of it was asked for; afterwards back to the page."""
    login = resolve_url("account_login")
    if request.headers.get("HX-Request"):
        page = urlsplit(request.headers.get("HX-Current-URL", "/")).path
        return HttpResponseClientRedirect(redirect_to_login(page, login).url)
    return redirect_to_login(request.get_full_path(), login)
