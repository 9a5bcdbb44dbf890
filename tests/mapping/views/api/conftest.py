"""A pair with a draft, and people who knock at the studio's addresses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from integrations.models import Pair, Role, User
from mapping.models import MappingVersion
from mapping.services.versions import draft_from_published
from tests.factories import AccountRoleFactory, MembershipFactory, PairFactory, UserFactory


@pytest.fixture
def pair(db: None) -> Pair:
    pair = PairFactory(slug="harbour-finch")
    for role, code in (("sales", "200"), ("delivery", "201"), ("rounding", "860")):
        AccountRoleFactory(pair=pair, role=role, account_code=code)
    AccountRoleFactory(pair=pair, role="clearing", currency="GBP", account_code="095")
    return pair


@pytest.fixture
def ada(pair: Pair) -> User:
    user = UserFactory(email="ada@example.com")
    MembershipFactory(user=user, pair=pair, role=Role.ADMINISTRATOR)
    return user


@pytest.fixture
def draft(pair: Pair) -> MappingVersion:
    return draft_from_published(pair)


class Studio:
    """One person at the addresses of one version."""

    def __init__(self, version: MappingVersion, user: User) -> None:
        assert version.pair is not None
        self.pair, self.number = version.pair, version.number
        self.client = Client()
        self.client.force_login(user)

    def url(self, name: str) -> str:
        return reverse(f"mapping-api-{name}", args=[self.pair.slug, self.number])

    def get(self, name: str, **query: str) -> Any:
        return self.client.get(self.url(name), query)

    def post(self, name: str, data: Any) -> Any:
        body = data if isinstance(data, bytes | str) else json.dumps(data)
        return self.client.post(self.url(name), body, content_type="application/json")


@pytest.fixture
def studio(draft: MappingVersion, ada: User) -> Studio:
    return Studio(draft, ada)


@pytest.fixture
def studio_of(draft: MappingVersion, pair: Pair) -> Callable[[Role], Studio]:
    """The studio as somebody of that role sees it."""

    def make(role: Role) -> Studio:
        user = UserFactory()
        MembershipFactory(user=user, pair=pair, role=role)
        return Studio(draft, user)

    return make


def told(response: Any) -> Any:
    """The JSON of an answer."""
    assert response["Content-Type"] == "application/json"
    return json.loads(response.content)
