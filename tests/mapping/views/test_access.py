"""Every address of the mapping pages, by everybody who may knock: strangers, other pairs' members, and the three roles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from integrations.members.roles import role_allows
from integrations.models import Pair, Role
from mapping.urls import urlpatterns
from tests.factories import PairFactory
from tests.mapping.mapping_scene import MappingScene
from tests.mapping.views.conftest import browser_of, member

PAGES = (
    "mapping", "mapping-versions", "mapping-start", "mapping-import", "mapping-compare-chosen", "mapping-version",
    "mapping-compare", "mapping-submit", "mapping-send-back", "mapping-comment", "mapping-publish", "mapping-revert",
    "mapping-rename", "mapping-discard", "mapping-export", "mapping-copy", "mapping-undo", "mapping-redo", "mapping-flows",
    "mapping-flow-add", "mapping-flow", "mapping-flow-change", "mapping-flow-mode", "mapping-flow-move",
    "mapping-flow-copy", "mapping-flow-remove", "mapping-flow-try", "mapping-step-add", "mapping-step", "mapping-step-move",
    "mapping-step-copy", "mapping-step-remove",
)  # fmt: skip
POST_ONLY = frozenset({
    "mapping-start", "mapping-submit", "mapping-send-back", "mapping-comment", "mapping-revert", "mapping-undo",
    "mapping-redo", "mapping-flow-add", "mapping-flow-change", "mapping-flow-mode", "mapping-flow-move",
    "mapping-flow-copy", "mapping-flow-remove", "mapping-step-add", "mapping-step", "mapping-step-move",
    "mapping-step-copy", "mapping-step-remove",
})  # fmt: skip


def _patterns(found: list[Any]) -> Iterator[URLPattern]:
    for pattern in found:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns)
        else:
            yield pattern


PATTERNS = {str(pattern.name): pattern for pattern in _patterns(list(urlpatterns))}


def needed_role(name: str) -> Role:
    """The role that `pair_required` asks for at this address."""
    role = getattr(PATTERNS[name].callback, "needed_role")  # noqa: B009 - set by the decorator, unknown to types
    assert isinstance(role, Role)
    return role


def url_of(name: str, slug: str, made: MappingScene) -> str:
    """The address, about the draft and its first flow."""
    known = {
        "number": made.draft.number,
        "other": made.published.number,
        "flow_id": "orders",
        "step_id": "validate",
    }
    taken = next(taken for taken, names in _NAMES.items() if name in names)
    return reverse(name, kwargs={"pair_slug": slug, **{key: known[key] for key in taken}})


_OF_A_STEP = {name for name in PAGES if name.startswith("mapping-step") and name != "mapping-step-add"}
_OF_A_FLOW = {name for name in PAGES if name.startswith("mapping-flow")} - {
    "mapping-flows",
    "mapping-flow-add",
} | {"mapping-step-add"}
_OF_NONE = {"mapping", "mapping-versions", "mapping-start", "mapping-import", "mapping-compare-chosen"}
_NAMES: dict[frozenset[str], set[str]] = {
    frozenset(): _OF_NONE,
    frozenset({"number", "other"}): {"mapping-compare"},
    frozenset({"number", "flow_id"}): _OF_A_FLOW,
    frozenset({"number", "flow_id", "step_id"}): _OF_A_STEP,
    frozenset({"number"}): set(PAGES) - _OF_NONE - _OF_A_FLOW - _OF_A_STEP - {"mapping-compare"},
}


def statuses(client: Client, slug: str, made: MappingScene) -> dict[str, int]:
    """What each address answers; whatever it changed is taken back before the next."""
    found = {}
    for name in PAGES:
        url = url_of(name, slug, made)
        with transaction.atomic():
            found[name] = (client.post(url) if name in POST_ONLY else client.get(url)).status_code
            transaction.set_rollback(True)
    return found


def test_every_address_is_guarded() -> None:
    assert [name for name, pattern in PATTERNS.items() if not hasattr(pattern.callback, "needed_role")] == []


def test_strangers_are_sent_to_log_in(pair: Pair, made: MappingScene) -> None:
    assert set(statuses(Client(), pair.slug, made).values()) == {302}


def test_members_of_another_pair_find_nothing(pair: Pair, made: MappingScene) -> None:
    outsider = browser_of(member(PairFactory(), Role.ADMINISTRATOR))
    assert set(statuses(outsider, pair.slug, made).values()) == {404}


def test_versions_of_one_pair_are_not_found_under_another(made: MappingScene) -> None:
    other = PairFactory()
    found = statuses(browser_of(member(other, Role.ADMINISTRATOR)), other.slug, made)
    assert {found[name] for name in PAGES if name not in _OF_NONE} == {404}


@pytest.mark.parametrize("role", Role.values)
def test_roles_open_what_they_allow_and_nothing_else(role: str, pair: Pair, made: MappingScene) -> None:
    found = statuses(browser_of(member(pair, role)), pair.slug, made)
    allowed = {name for name in PAGES if role_allows(role, needed_role(name))}
    assert {name for name, status in found.items() if status == 403} == set(PAGES) - allowed
    # 422 are forms sent in empty.
    assert {found[name] for name in allowed} <= {200, 302, 422}


def test_viewers_read_operators_comment_and_try_administrators_change() -> None:
    roles = {name: needed_role(name) for name in PAGES}
    assert {name for name, role in roles.items() if role == Role.OPERATOR} == {
        "mapping-comment",
        "mapping-flow-try",
    }
    assert {name for name, role in roles.items() if role == Role.VIEWER} == {
        "mapping", "mapping-versions", "mapping-compare-chosen", "mapping-version", "mapping-compare", "mapping-export",
        "mapping-flows", "mapping-flow",
    }  # fmt: skip
