"""People at the mapping pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from integrations.models import Pair, Role, User
from tests.factories import MembershipFactory, PairFactory, UserFactory
from tests.mapping.mapping_scene import MappingScene, drafted

Address = Callable[..., str]


def member(pair: Pair, role: str) -> User:
    """Somebody with that role in the pair."""
    user = UserFactory()
    MembershipFactory(user=user, pair=pair, role=role)
    return user


def browser_of(user: User) -> Client:
    """A browser that is signed in."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def pair(db: None) -> Pair:
    return PairFactory(name="Harbour & Finch", slug="harbour-finch")


@pytest.fixture
def ada(pair: Pair) -> User:
    """The administrator who wrote the drafts."""
    return member(pair, Role.ADMINISTRATOR)


@pytest.fixture
def made(pair: Pair, ada: User) -> MappingScene:
    return drafted(pair, ada)


@pytest.fixture
def administrator(ada: User) -> Client:
    return browser_of(ada)


@pytest.fixture
def address(pair: Pair) -> Address:
    """The address of a page of the pair, by its name without "mapping-"."""

    def find(name: str, *args: object) -> str:
        return reverse(f"mapping-{name}" if name else "mapping", args=[pair.slug, *args])

    return find
