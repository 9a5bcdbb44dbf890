"""Versions of single mappings, as they were kept before, become versions of the whole blueprint."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps.registry import Apps
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from mapping.core.blueprint import blueprint_from_json
from mapping.core.defaults import default_document
from mapping.core.document import to_json
from mapping.models import MappingVersion
from mapping.selectors import forget_version, published_mappings
from mapping.services.versions import ensure_default_mappings
from tests.factories import PairFactory

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = ("mapping", "0002_freeze_published")
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def _at(target: tuple[str, str]) -> Apps:
    executor = MigrationExecutor(connection)
    executor.migrate([target])
    return MigrationExecutor(connection).loader.project_state([target]).apps


def _newest() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.fixture
def old() -> Iterator[Any]:
    """The model as it was, in a database as it was. What other apps keep of versions stands aside meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE mapping_mappingversion CASCADE")
    _to_the_past()
    yield (
        MigrationExecutor(connection)
        .loader.project_state([BEFORE])
        .apps.get_model("mapping", "MappingVersion")
    )
    _newest()
    ensure_default_mappings(None)


def _to_the_past() -> None:
    """The step that unites the rows cannot be taken back; on an empty table it may be forgotten."""
    executor = MigrationExecutor(connection)
    executor.migrate([("mapping", "0004_one_version_per_pair")])
    executor.recorder.record_unapplied("mapping", "0004_one_version_per_pair")
    _at(BEFORE)


def _row(old: Any, pair_id: int | None, kind: str, number: int, state: str, name: str = "") -> Any:
    document = {**to_json(default_document(kind)), "name": name or f"{kind} {number}"}
    return old.objects.create(
        pair_id=pair_id, kind=kind, number=number, state=state, document=document, comment="Ours", name=name,
        published_at=None if state == "draft" else NOON,
    )  # fmt: skip


def test_every_old_version_stays_readable_and_what_was_in_use_stays_in_use(old: Any) -> None:
    pair_id = PairFactory().pk
    archived = _row(old, pair_id, "contact", 1, "archived")
    contact = _row(old, pair_id, "contact", 2, "published")
    payment = _row(old, pair_id, "payment", 1, "published")
    draft = _row(old, pair_id, "contact", 3, "draft")
    shipped = _row(old, None, "invoice", 1, "published")
    _newest()
    versions = MappingVersion.objects.filter(pair_id=pair_id).order_by("number")
    assert [(version.pk, version.state) for version in versions][:4] == [
        (archived.pk, "archived"),
        (contact.pk, "archived"),
        (payment.pk, "archived"),
        (draft.pk, "draft"),
    ]
    united = versions[4]
    assert (united.state, united.number) == ("published", 5)
    assert {
        name: document.name for name, document in blueprint_from_json(united.blueprint).mappings.items()
    } == {
        "contact": "contact 2",
        "payment": "payment 1",
    }
    was = MappingVersion.objects.get(pk=archived.pk)
    assert blueprint_from_json(was.blueprint).mappings["contact"].name == "contact 1"
    assert was.comment == "Ours\nWas version 1 of the mapping contact."
    assert was.published_at == NOON
    kept = blueprint_from_json(MappingVersion.objects.get(pk=draft.pk).blueprint)
    assert {name: document.name for name, document in kept.mappings.items()} == {
        "contact": "contact 3",
        "payment": "payment 1",
    }
    for version in MappingVersion.objects.all():
        forget_version(version.pk)
    in_use = published_mappings(pair_id)
    assert (in_use["contact"][0], in_use["payment"][0]) == (united.pk, united.pk)
    assert in_use["invoice"][1].document.name == "invoice 1"
    assert MappingVersion.objects.get(pk=shipped.pk).state == "archived"


def test_what_was_published_is_frozen_again_afterwards(old: Any) -> None:
    row = _row(old, None, "contact", 1, "published")
    _newest()
    with pytest.raises(IntegrityError), transaction.atomic():
        MappingVersion.objects.filter(pk=row.pk).update(blueprint={})
