"""Pairs, people and a scene for the pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from integrations.models import Pair, Role, User
from tests.dashboard.scene import Scene, make_scene
from tests.factories import MembershipFactory, PairFactory, UserFactory

ClientOf = Callable[[str], Client]


@pytest.fixture
def pair(db: None) -> Pair:
    """A pair without trade."""
    return PairFactory(slug="harbour-finch")


@pytest.fixture
def scene(db: None) -> Scene:
    """A pair in the middle of its trade."""
    return make_scene(orders=12)


@pytest.fixture
def client_of() -> Callable[[Pair, str], Client]:
    """A browser of somebody with a role in a pair."""

    def make(pair: Pair, role: str) -> Client:
        client = Client()
        client.force_login(member(pair, role))
        return client

    return make


def member(pair: Pair, role: str = Role.OPERATOR) -> User:
    """Somebody with that role in the pair."""
    user = UserFactory()
    MembershipFactory(user=user, pair=pair, role=role)
    return user
