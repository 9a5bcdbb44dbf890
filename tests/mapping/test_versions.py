from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from integrations.models import AuditEntry, Membership, Pair, Role, User
from mapping.core.blueprint import (
    Blueprint,
    blueprint_from_json,
    blueprint_to_json,
    completed,
    default_blueprint,
)
from mapping.core.defaults import KINDS, default_document
from mapping.core.document import Row
from mapping.core.flows.document import Flow, Step
from mapping.core.problems import MappingInvalidError
from mapping.models import DraftChange, MappingVersion, PublishedMappingError
from mapping.selectors import (
    NoPublishedMappingError,
    compiled_version,
    effective_blueprint,
    published_blueprint,
    published_mapping,
    published_mappings,
    published_version,
)
from mapping.services.versions import (
    VersionRefusedError,
    add_comment,
    copy_to,
    create_draft,
    discard,
    draft_from_published,
    draft_from_shipped,
    ensure_default_mappings,
    may_approve,
    publish,
    rename,
    revert_to,
    send_back,
    submit,
)
from mapping.signals import version_published
from tests.factories import MembershipFactory, PairFactory, UserFactory

pytestmark = pytest.mark.django_db

CONTACT = default_document("contact")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def pair() -> Pair:
    return PairFactory(slug="harbour-finch")


@pytest.fixture
def ada() -> User:
    return UserFactory()


def a_contact_only(name: str = "Order to contact") -> Blueprint:
    return Blueprint(mappings={"contact": replace(CONTACT, name=name)})


def a_broken() -> Blueprint:
    return Blueprint(mappings={"contact": replace(CONTACT, rows=(Row("a", "Nmae"),))})


def test_a_new_pair_gets_what_is_shipped_published_once(pair: Pair) -> None:
    (version,) = ensure_default_mappings(pair)
    assert (version.number, version.state) == (1, "published")
    assert ensure_default_mappings(pair) == []
    assert {version_id for version_id, _ in published_mappings(pair.pk).values()} == {version.pk}
    assert set(published_mappings(pair.pk)) == set(KINDS)


def test_the_blueprint_in_the_database_is_the_shipped_one(pair: Pair) -> None:
    version = ensure_default_mappings(pair)[0]
    version.refresh_from_db()
    assert blueprint_from_json(version.blueprint) == default_blueprint()


def test_an_upgrade_that_ships_something_else_publishes_it(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = ensure_default_mappings(pair)[0]
    assert ensure_default_mappings(None) == []
    changed = replace(default_blueprint(), flows=())
    monkeypatch.setattr("mapping.services.versions.default_blueprint", lambda: changed)
    (shipped,) = ensure_default_mappings(None)
    assert published_version(None) == shipped
    assert ensure_default_mappings(pair) == []
    assert published_version(pair.pk) == own


def test_publishing_archives_what_was_in_use_and_keeps_who_when_and_why(pair: Pair, ada: User) -> None:
    first = publish(create_draft(pair, a_contact_only()), by=ada, now=NOON)
    second = publish(create_draft(pair, a_contact_only("Changed")), by=ada, reason="New names", now=NOON)
    first.refresh_from_db()
    assert (first.state, second.state, second.number) == ("archived", "published", 2)
    assert (second.published_by, second.published_at, second.publish_reason) == (ada, NOON, "New names")
    assert published_mapping(pair.pk, "contact")[0] == second.pk
    entry = AuditEntry.objects.get(pair=pair, action="mapping.published", data__version=2)
    assert (entry.actor, entry.reason, entry.data["replaces"]) == (ada, "New names", 1)


def test_a_publication_is_announced_after_commit(
    pair: Pair, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    heard: list[MappingVersion] = []

    def hear(version: MappingVersion, **_: Any) -> None:
        heard.append(version)

    version_published.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            version = publish(create_draft(pair, a_contact_only()))
            assert heard == []
    finally:
        version_published.disconnect(hear)
    assert heard == [version]


def test_a_version_with_errors_cannot_be_published_or_handed_to_review(pair: Pair) -> None:
    draft = create_draft(pair, a_broken())
    for act in (publish, submit):
        with pytest.raises(MappingInvalidError, match="Mapping contact: Xero contact has no field “Nmae”"):
            act(draft)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_flow_that_names_no_mapping_cannot_be_published(pair: Pair) -> None:
    flow = Flow(
        "own", "Own", "order_received", steps=(Step("map", "map", {"mapping": "ghost"}), Step("post", "post"))
    )
    with pytest.raises(MappingInvalidError, match=r"Flow own: .*ghost"):
        publish(create_draft(pair, Blueprint(flows=(flow,))))


def test_a_version_is_published_only_once(pair: Pair) -> None:
    version = publish(create_draft(pair, a_contact_only()))
    with pytest.raises(PublishedMappingError):
        publish(version)


def test_a_draft_in_review_waits_as_it_is_until_it_is_sent_back_or_published(pair: Pair, ada: User) -> None:
    draft = submit(create_draft(pair, a_contact_only()), by=ada, now=NOON)
    assert (draft.state, draft.submitted_by, draft.submitted_at) == ("review", ada, NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        MappingVersion.objects.filter(pk=draft.pk).update(blueprint={})
    with pytest.raises(VersionRefusedError, match="is no draft: it is in review"):
        submit(draft)
    with pytest.raises(VersionRefusedError, match="Say what is to be changed"):
        send_back(draft, " ", by=ada)
    back = send_back(draft, "The phone is missing.", by=ada)
    assert (back.state, back.submitted_at) == ("draft", None)
    assert [comment.text for comment in back.comments.all()] == ["The phone is missing."]
    with pytest.raises(VersionRefusedError, match="is not in review"):
        send_back(back, "Again.")
    assert publish(submit(back)).state == "published"


def test_where_a_second_person_is_wanted_nobody_publishes_their_own_work(pair: Pair, ada: User) -> None:
    pair.mapping_needs_second_person = True
    pair.save()
    tom, eve = UserFactory(), UserFactory()
    draft = create_draft(pair, a_contact_only(), by=ada)
    DraftChange.objects.create(version=draft, sequence=1, changes=[], inverse=[], label="x", by=tom)
    for author in (ada, tom):
        assert not may_approve(draft, author)
        with pytest.raises(VersionRefusedError, match="wants a second person"):
            publish(draft, by=author)
    assert may_approve(draft, eve)
    assert publish(draft, by=eve).published_by == eve


def test_published_versions_do_not_change(pair: Pair) -> None:
    version = publish(create_draft(pair, a_contact_only()))
    version.blueprint["mappings"].clear()
    with pytest.raises(PublishedMappingError, match="cannot be changed"):
        version.save()
    with pytest.raises(PublishedMappingError):
        rename(version, "Other")


def test_published_versions_cannot_go_back_to_draft_or_be_deleted(pair: Pair) -> None:
    version = publish(create_draft(pair, a_contact_only()))
    for act in (version.delete, lambda: discard(version)):
        with pytest.raises(PublishedMappingError):
            act()
    for state in (MappingVersion.State.DRAFT, MappingVersion.State.REVIEW):
        version.state = state
        with pytest.raises(PublishedMappingError):
            version.save()


def test_the_database_refuses_what_does_not_pass_through_the_model(pair: Pair) -> None:
    version = publish(create_draft(pair, a_contact_only()))
    rows = MappingVersion.objects.filter(pk=version.pk)
    changes: list[dict[str, Any]] = [
        {"blueprint": {}},
        {"comment": "x"},
        {"publish_reason": "x"},
        {"revision": 9},
        {"name": "x"},
        {"state": "draft", "published_at": None},
        {"state": "review", "published_at": None},
    ]
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows._raw_delete("default")
    assert rows.get().blueprint == blueprint_to_json(a_contact_only())


def test_an_archived_version_is_not_published_again(pair: Pair) -> None:
    version = publish(create_draft(pair, a_contact_only()))
    rows = MappingVersion.objects.filter(pk=version.pk)
    rows.update(state="archived")
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(state="published")


def test_only_one_version_of_a_pair_is_in_use(pair: Pair) -> None:
    publish(create_draft(pair, a_contact_only()))
    draft = create_draft(pair, a_contact_only())
    with pytest.raises(IntegrityError), transaction.atomic():
        MappingVersion.objects.filter(pk=draft.pk).update(state="published", published_at=NOON)


def test_people_who_leave_do_not_hinder_what_they_published(pair: Pair, ada: User) -> None:
    version = publish(create_draft(pair, a_contact_only()), by=ada, now=NOON)
    AuditEntry.objects.filter(actor=ada)._raw_delete("default")
    ada.delete()
    version.refresh_from_db()
    assert version.published_by is None


def test_drafts_can_be_discarded_and_renamed(pair: Pair, ada: User) -> None:
    draft = rename(create_draft(pair, a_contact_only(), by=ada), "  Spring ", by=ada)
    assert str(draft) == "Spring, version 1"
    with pytest.raises(VersionRefusedError, match="needs a name"):
        rename(draft, " ")
    discard(draft, by=ada)
    assert not MappingVersion.objects.filter(pair=pair).exists()
    actions = AuditEntry.objects.filter(pair=pair).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["mapping.drafted", "mapping.renamed", "mapping.discarded"]


def test_a_draft_of_what_is_in_use_holds_what_is_shipped_too(pair: Pair) -> None:
    own = publish(create_draft(pair, a_contact_only("Ours")))
    draft = draft_from_published(pair)
    blueprint = blueprint_from_json(draft.blueprint)
    assert (set(blueprint.mappings), blueprint.mappings["contact"].name) == (set(KINDS), "Ours")
    assert (draft.base, draft.revision, draft.number) == (own, 0, 2)
    assert blueprint_from_json(draft_from_shipped(pair).blueprint) == default_blueprint()


def test_going_back_is_a_new_draft_with_the_old_content(pair: Pair) -> None:
    old = publish(create_draft(pair, a_contact_only("Old")))
    publish(create_draft(pair, a_contact_only("New")))
    draft = revert_to(old)
    assert (draft.number, draft.base, draft.comment) == (3, old, "Back to version 1.")
    assert blueprint_from_json(draft.blueprint).mappings["contact"].name == "Old"


def test_only_administrators_of_both_pairs_copy_between_them(pair: Pair, ada: User) -> None:
    other = PairFactory()
    version = create_draft(pair, a_contact_only("Ours"))
    MembershipFactory(user=ada, pair=pair, role=Role.ADMINISTRATOR)
    with pytest.raises(VersionRefusedError, match="administrator in both pairs"):
        copy_to(version, other, by=ada)
    MembershipFactory(user=ada, pair=other, role=Role.OPERATOR)
    with pytest.raises(VersionRefusedError):
        copy_to(version, other, by=ada)
    Membership.objects.filter(user=ada, pair=other).update(role=Role.ADMINISTRATOR)
    copy = copy_to(version, other, by=ada)
    assert (copy.pair, copy.state) == (other, "draft")
    assert blueprint_from_json(copy.blueprint).mappings["contact"].name == "Ours"


def test_comments_name_the_row_they_are_about(pair: Pair, ada: User) -> None:
    version = create_draft(pair, a_contact_only())
    comment = add_comment(version, " Why? ", by=ada, mapping="contact", row="Name")
    assert (comment.text, comment.mapping, comment.row) == ("Why?", "contact", "Name")
    with pytest.raises(VersionRefusedError, match="empty"):
        add_comment(version, "  ", by=ada)


def test_a_pair_without_its_own_mapping_uses_the_shipped_one(pair: Pair) -> None:
    shipped = {kind: version_id for kind, (version_id, _) in published_mappings(None).items()}
    assert set(shipped) == set(KINDS)
    assert published_mapping(pair.pk, "contact")[0] == shipped["contact"]
    own = publish(create_draft(pair, a_contact_only()))
    found = published_mappings(pair.pk)
    assert (found["contact"][0], found["invoice"][0]) == (own.pk, shipped["invoice"])


def test_what_is_in_use_is_the_pairs_own_completed_by_what_is_shipped(pair: Pair) -> None:
    assert published_blueprint(pair.pk) == default_blueprint()
    own = publish(create_draft(pair, a_contact_only("Ours")))
    assert published_blueprint(pair.pk) == completed(a_contact_only("Ours"), default_blueprint())
    assert effective_blueprint(own) == published_blueprint(pair.pk)
    other = PairFactory()
    assert published_blueprint(other.pk) == default_blueprint()


def test_what_is_in_use_is_found_in_one_query(
    pair: Pair, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    publish(create_draft(pair, a_contact_only()))
    first = published_blueprint(pair.pk)
    with django_assert_num_queries(1):
        assert published_blueprint(pair.pk) is first


def test_a_kind_without_any_mapping_says_what_to_do(pair: Pair) -> None:
    with pytest.raises(NoPublishedMappingError, match="No mapping of the kind “settlement”"):
        published_mapping(pair.pk, "settlement")


def test_another_pairs_mapping_is_never_used(pair: Pair) -> None:
    own = {version.pk for version in ensure_default_mappings(pair)}
    other = PairFactory()
    assert own.isdisjoint(version_id for version_id, _ in published_mappings(other.pk).values())


def test_a_published_mapping_is_compiled_once_and_found_in_one_query(
    pair: Pair, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ensure_default_mappings(pair)
    compiled = published_mapping(pair.pk, "invoice")[1]
    with django_assert_num_queries(1):
        assert published_mapping(pair.pk, "invoice")[1] is compiled
    with django_assert_num_queries(1):
        assert published_mappings(pair.pk)["invoice"][1] is compiled


def test_a_draft_is_compiled_as_it_stands_now(pair: Pair) -> None:
    draft = create_draft(pair, a_contact_only())
    assert compiled_version(draft.pk, "contact").document.name == CONTACT.name
    draft.blueprint = blueprint_to_json(a_contact_only("Changed"))
    draft.save()
    assert compiled_version(draft.pk, "contact").document.name == "Changed"


def test_loading_a_part_of_a_version_does_not_load_the_rest(pair: Pair) -> None:
    version = publish(create_draft(pair, a_contact_only()))
    partial = MappingVersion.objects.only("comment").get(pk=version.pk)
    assert "blueprint" in partial.get_deferred_fields()
