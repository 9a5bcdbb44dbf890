"""The studio's page: who gets it, and what it tells of itself before any script runs."""

from __future__ import annotations

import pytest
from django.test import Client

from integrations.models import Pair, Role
from mapping.models import MappingVersion
from mapping.services.versions import draft_from_published, ensure_default_mappings, publish
from tests.factories import MembershipFactory, PairFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> Pair:
    ensure_default_mappings(None)
    return PairFactory()


@pytest.fixture
def draft(pair: Pair) -> MappingVersion:
    return draft_from_published(pair)


def _client(pair: Pair, role: Role) -> Client:
    client, user = Client(), UserFactory()
    MembershipFactory(user=user, pair=pair, role=role)
    client.force_login(user)
    return client


def _path(version: MappingVersion, mapping: str = "invoice") -> str:
    assert version.pair is not None
    return f"/{version.pair.slug}/mapping/versions/{version.number}/studio/{mapping}/"


def test_an_administrator_edits_a_draft(pair: Pair, draft: MappingVersion) -> None:
    page = _client(pair, Role.ADMINISTRATOR).get(_path(draft)).content.decode()
    assert f'data-api="/{pair.slug}/mapping/versions/{draft.number}/api/"' in page
    assert 'data-mapping="invoice"' in page
    assert "takes the role of administrator" not in page


def test_a_viewer_is_told_who_may_edit(pair: Pair, draft: MappingVersion) -> None:
    page = _client(pair, Role.VIEWER).get(_path(draft)).content.decode()
    assert "Changing a mapping takes the role of administrator." in page


def test_a_published_version_offers_a_copy(pair: Pair, draft: MappingVersion) -> None:
    publish(draft)
    page = _client(pair, Role.ADMINISTRATOR).get(_path(draft)).content.decode()
    assert "Edit a copy" in page
    assert "Edit a copy" not in _client(pair, Role.OPERATOR).get(_path(draft)).content.decode()


@pytest.mark.parametrize("mapping", ["nothing", "Invoice"])
def test_a_mapping_that_is_not_there_is_not_found(pair: Pair, draft: MappingVersion, mapping: str) -> None:
    assert _client(pair, Role.VIEWER).get(_path(draft, mapping)).status_code == 404


def test_strangers_do_not_learn_that_the_pair_exists(draft: MappingVersion) -> None:
    client = Client()
    client.force_login(UserFactory())
    assert client.get(_path(draft)).status_code == 404
