"""What every page's frame needs; worked out only when a frame is rendered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from dashboard.selectors.navigation import Attention, attention_counts, memberships_of
from integrations.members.access import LAST_PAIR, Access
from integrations.models import Membership, Pair, Role

THEMES = ("light", "dark")
# Pages whose names begin with another word than their place in the navigation.
_PLACES = {"xero": "connections", "deliveries": "activity", "notices": "orders"}


@dataclass(frozen=True)
class Shell:
    """The frame around a page. `access` is None outside a pair and for strangers."""

    access: Access | None
    memberships: list[Membership]
    attention: Attention | None
    section: str

    @property
    def pair(self) -> Pair | None:
        return self.access.pair if self.access else None


def shell(request: HttpRequest) -> dict[str, Any]:
    """`theme` from the cookie, and the lazily read `shell`: two queries at most, none for a fragment."""
    theme = request.COOKIES.get("theme", "")
    return {
        "theme": theme if theme in THEMES else "",
        "access": getattr(request, "access", None),
        "shell": SimpleLazyObject(lambda: _shell(request)),
    }


def _shell(request: HttpRequest) -> Shell:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return Shell(None, [], None, "")
    memberships = memberships_of(user)
    access = getattr(request, "access", None) or _last_access(request, memberships)
    attention = attention_counts(access.pair) if access else None
    return Shell(access, memberships, attention, _section(request))


def _last_access(request: HttpRequest, memberships: list[Membership]) -> Access | None:
    """Pages outside a pair (account, security) keep the frame of the pair seen last."""
    slug = request.session.get(LAST_PAIR)
    for membership in memberships:
        if membership.pair.slug == slug:
            return Access(membership.pair, Role(membership.role))
    return None


def _section(request: HttpRequest) -> str:
    """The page's place in the navigation: the first word of its URL name."""
    match = request.resolver_match
    word = (match.url_name or "").partition("-")[0] if match else ""
    return _PLACES.get(word, word)
