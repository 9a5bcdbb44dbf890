from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from integrations.models import Pair, User
from mapping.core.defaults import KINDS, default_document
from mapping.core.document import MappingDocument, Row, to_json
from mapping.core.problems import MappingInvalidError
from mapping.core.reading import from_json
from mapping.models import MappingVersion, PublishedMappingError
from mapping.selectors import (
    NoPublishedMappingError,
    compiled_version,
    published_mapping,
    published_mappings,
)
from mapping.services.versions import create_draft, ensure_default_mappings, publish, save_draft

pytestmark = pytest.mark.django_db

CONTACT = default_document("contact")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def pair() -> Pair:
    return Pair.objects.create(name="Harbour & Finch", slug="harbour-finch")


def a_changed(document: MappingDocument, name: str = "Changed") -> MappingDocument:
    return replace(document, name=name)


def test_a_new_pair_gets_the_shipped_mappings_published_once(pair: Pair) -> None:
    assert [version.kind for version in ensure_default_mappings(pair)] == list(KINDS)
    assert ensure_default_mappings(pair) == []
    assert set(published_mappings(pair.pk)) == set(KINDS)


def test_the_document_in_the_database_is_the_shipped_one(pair: Pair) -> None:
    version = ensure_default_mappings(pair)[0]
    version.refresh_from_db()
    assert from_json(version.document) == CONTACT


def test_publishing_archives_what_was_in_use_and_keeps_who_and_when(pair: Pair) -> None:
    user = User.objects.create(email="ada@example.com")
    first = publish(create_draft(pair, CONTACT), by=user, now=NOON)
    second = publish(create_draft(pair, a_changed(CONTACT)), by=user, now=NOON)
    first.refresh_from_db()
    assert (first.state, second.state, second.number) == ("archived", "published", 2)
    assert (second.published_by, second.published_at) == (user, NOON)
    assert published_mapping(pair.pk, "contact")[0] == second.pk


def test_a_mapping_with_errors_cannot_be_published(pair: Pair) -> None:
    broken = replace(CONTACT, rows=(Row("a", "Nmae"),))
    draft = create_draft(pair, broken)
    with pytest.raises(MappingInvalidError, match="no field “Nmae”"):
        publish(draft)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_version_is_published_only_once(pair: Pair) -> None:
    version = publish(create_draft(pair, CONTACT))
    with pytest.raises(PublishedMappingError):
        publish(version)


def test_drafts_change_and_published_versions_do_not(pair: Pair) -> None:
    draft = save_draft(create_draft(pair, CONTACT), a_changed(CONTACT))
    assert draft.name == "Changed"
    published = publish(draft)
    with pytest.raises(PublishedMappingError):
        save_draft(published, CONTACT)
    published.document["rows"].clear()
    with pytest.raises(PublishedMappingError, match="cannot be changed"):
        published.save()


def test_published_versions_cannot_go_back_to_draft_or_be_deleted(pair: Pair) -> None:
    version = publish(create_draft(pair, CONTACT))
    with pytest.raises(PublishedMappingError):
        version.delete()
    version.state = MappingVersion.State.DRAFT
    with pytest.raises(PublishedMappingError):
        version.save()


def test_the_database_refuses_what_does_not_pass_through_the_model(pair: Pair) -> None:
    version = publish(create_draft(pair, CONTACT))
    rows = MappingVersion.objects.filter(pk=version.pk)
    changes: list[dict[str, Any]] = [
        {"document": {}},
        {"comment": "x"},
        {"state": "draft", "published_at": None},
        {"kind": "payment"},
    ]
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows._raw_delete("default")
    assert rows.get().document == to_json(CONTACT)


def test_an_archived_version_is_not_published_again(pair: Pair) -> None:
    version = publish(create_draft(pair, CONTACT))
    rows = MappingVersion.objects.filter(pk=version.pk)
    rows.update(state="archived")
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(state="published")


def test_only_one_version_of_a_pair_and_kind_is_in_use(pair: Pair) -> None:
    publish(create_draft(pair, CONTACT))
    draft = create_draft(pair, CONTACT)
    with pytest.raises(IntegrityError), transaction.atomic():
        MappingVersion.objects.filter(pk=draft.pk).update(state="published", published_at=NOON)


def test_drafts_can_be_deleted(pair: Pair) -> None:
    create_draft(pair, CONTACT).delete()
    assert not MappingVersion.objects.filter(pair=pair).exists()


def test_a_pair_without_its_own_mapping_uses_the_shipped_one(pair: Pair) -> None:
    shipped = {kind: version_id for kind, (version_id, _) in published_mappings(None).items()}
    assert set(shipped) == set(KINDS)
    assert published_mapping(pair.pk, "contact")[0] == shipped["contact"]
    own = publish(create_draft(pair, CONTACT))
    found = published_mappings(pair.pk)
    assert (found["contact"][0], found["invoice"][0]) == (own.pk, shipped["invoice"])


def test_a_kind_without_any_mapping_says_what_to_do(pair: Pair) -> None:
    with pytest.raises(NoPublishedMappingError, match="No mapping of the kind “settlement”"):
        published_mapping(pair.pk, "settlement")


def test_another_pairs_mapping_is_never_used(pair: Pair) -> None:
    own = {version.pk for version in ensure_default_mappings(pair)}
    other = Pair.objects.create(name="Other", slug="other")
    assert own.isdisjoint(version_id for version_id, _ in published_mappings(other.pk).values())


def test_a_published_version_is_compiled_once_and_found_in_one_query(
    pair: Pair, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ensure_default_mappings(pair)
    compiled = published_mapping(pair.pk, "invoice")[1]
    with django_assert_num_queries(1):
        assert published_mapping(pair.pk, "invoice")[1] is compiled


def test_a_draft_is_compiled_as_it_stands_now(pair: Pair) -> None:
    draft = create_draft(pair, CONTACT)
    assert compiled_version(draft.pk).document.name == CONTACT.name
    save_draft(draft, a_changed(CONTACT))
    assert compiled_version(draft.pk).document.name == "Changed"


def test_loading_a_part_of_a_version_does_not_load_the_rest(pair: Pair) -> None:
    version = publish(create_draft(pair, CONTACT))
    partial = MappingVersion.objects.only("comment").get(pk=version.pk)
    assert "document" in partial.get_deferred_fields()
