"""Every JSON address of the studio, by everybody who may knock: strangers, other pairs' members, and the three roles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from integrations.members.roles import role_allows
from integrations.models import Pair, Role
from mapping.models import MappingVersion
from mapping.urls import urlpatterns
from tests.factories import MembershipFactory, PairFactory, UserFactory

_ARGUMENTS: dict[str, Any] = {"table": "codes"}


def _patterns(found: list[Any]) -> Iterator[URLPattern]:
    for pattern in found:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns)
        else:
            yield pattern


PATTERNS = {
    str(pattern.name): pattern
    for pattern in _patterns(list(urlpatterns))
    if str(pattern.name).startswith("mapping-api-")
}


def needed_role(name: str) -> Role:
    """The role that the address asks for."""
    role = getattr(PATTERNS[name].callback, "needed_role")  # noqa: B009 - set by the decorator, unknown to types
    assert isinstance(role, Role)
    return role


def statuses(client: Client, slug: str, number: int) -> dict[str, int]:
    """What each address answers to GET, or where that is not its way, to an empty JSON object."""
    found = {}
    for name, pattern in PATTERNS.items():
        taken = {key: value for key, value in _ARGUMENTS.items() if key in pattern.pattern.converters}
        url = reverse(name, kwargs={"pair_slug": slug, "number": number, **taken})
        with transaction.atomic():
            response = client.get(url)
            if response.status_code == 405:
                response = client.post(url, "{}", content_type="application/json")
            found[name] = response.status_code
            assert response["Content-Type"] == "application/json", name
            transaction.set_rollback(True)
    return found


def a_client(pair: Pair, role: str) -> Client:
    user = UserFactory()
    MembershipFactory(user=user, pair=pair, role=role)
    client = Client()
    client.force_login(user)
    return client


def test_there_are_the_addresses_the_editor_asks() -> None:
    asked = {"state", "changes", "undo", "redo", "evaluate", "samples"}
    assert {f"mapping-api-{name}" for name in asked} <= PATTERNS.keys()


def test_strangers_are_told_to_log_in(pair: Pair, draft: MappingVersion) -> None:
    assert set(statuses(Client(), pair.slug, draft.number).values()) == {403}


def test_members_of_another_pair_find_nothing(pair: Pair, draft: MappingVersion) -> None:
    outsider = a_client(PairFactory(), Role.ADMINISTRATOR)
    assert set(statuses(outsider, pair.slug, draft.number).values()) == {404}


def test_versions_of_one_pair_are_not_found_under_another(draft: MappingVersion) -> None:
    other = PairFactory()
    found = statuses(a_client(other, Role.ADMINISTRATOR), other.slug, draft.number)
    # An empty question is refused before anything is looked up.
    assert set(found.values()) <= {404, 400}
    assert found["mapping-api-state"] == 404


@pytest.mark.parametrize("role", Role.values)
def test_roles_open_what_they_allow_and_nothing_else(role: str, pair: Pair, draft: MappingVersion) -> None:
    found = statuses(a_client(pair, role), pair.slug, draft.number)
    allowed = {name for name in PATTERNS if role_allows(role, needed_role(name))}
    assert {name for name, status in found.items() if status == 403} == PATTERNS.keys() - allowed
    # 400 and 422 are empty questions, 404 a table the draft does not have.
    assert {found[name] for name in allowed} <= {200, 400, 404, 422}


def test_only_administrators_change_drafts() -> None:
    writing = {"mapping-api-changes", "mapping-api-undo", "mapping-api-redo"}
    assert {needed_role(name) for name in writing} == {Role.ADMINISTRATOR}
    assert needed_role("mapping-api-state") == Role.VIEWER


def test_a_change_without_the_token_against_forgery_is_refused(pair: Pair, draft: MappingVersion) -> None:
    user = UserFactory()
    MembershipFactory(user=user, pair=pair, role=Role.ADMINISTRATOR)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    url = reverse("mapping-api-changes", args=[pair.slug, draft.number])
    body = '{"revision": 0, "label": "x", "changes": []}'
    assert client.post(url, body, content_type="application/json").status_code == 403
    draft.refresh_from_db()
    assert draft.revision == 0
