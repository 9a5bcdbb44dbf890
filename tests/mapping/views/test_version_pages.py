"""The pages of versions: what they show, what people press, and what is refused, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from integrations.models import AuditEntry, Pair, Role, User
from mapping.core.blueprint import blueprint_from_json, blueprint_to_json
from mapping.models import MappingVersion
from mapping.selectors import effective_blueprint, published_version
from mapping.services.exchange import exported_text
from mapping.services.versions import draft_from_published
from sync.models import Posting
from tests.factories import MembershipFactory, OrderFactory, PairFactory
from tests.mapping.mapping_scene import MappingScene, changed
from tests.mapping.views.conftest import Address, browser_of, member

REASON = {"reason": "The accountant asked for it."}


def page(client: Client, url: str) -> str:
    """What a page says."""
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def pressed(client: Client, url: str, data: Mapping[str, object] | None = None) -> str:
    """The page after a form was sent and its redirect followed."""
    return client.post(url, data or {}, follow=True).content.decode()


def upload(client: Client, url: str, body: bytes, name: str = "mapping.json") -> str:
    return client.post(url, {"file": SimpleUploadedFile(name, body)}, follow=True).content.decode()


def test_a_pair_without_versions_is_taught_how_to_begin(
    pair: Pair, administrator: Client, address: Address
) -> None:
    text = page(administrator, address(""))
    assert "what Tillbridge ships with is in use" in text
    assert "What is in use never changes under you" in text
    assert "Order received" in text
    assert "No version of your own yet" in page(administrator, address("versions"))


def test_the_overview_says_what_is_in_use_and_what_is_being_changed(
    made: MappingScene, administrator: Client, address: Address
) -> None:
    text = page(administrator, address(""))
    assert "Version 2 · Delivery to its own account" in text
    assert "Version 3 · Large orders wait" in text
    assert "3 stopped" in text
    assert address("studio", made.draft.number, "invoice") in text


def test_a_draft_is_started_from_what_is_in_use(
    pair: Pair, made: MappingScene, administrator: Client, address: Address
) -> None:
    assert "is a draft of what is in use" in pressed(administrator, address("start"))
    newest = MappingVersion.objects.filter(pair=pair).latest("number")
    assert (newest.state, newest.base) == (MappingVersion.State.DRAFT, made.published)


def test_versions_are_listed_by_state_with_the_documents_they_made(
    pair: Pair, made: MappingScene, administrator: Client, address: Address
) -> None:
    order = OrderFactory(pair=pair)
    Posting.objects.create(
        pair=pair, kind="invoice", natural_key="x", order=order, document={}, mapping_version=made.published
    )
    text = page(administrator, address("versions"))
    assert f'href="{reverse("postings", args=[pair.slug])}?version={made.published.pk}">1</a>' in text
    drafts = page(administrator, f"{address('versions')}?state=draft")
    assert "Amex to its own clearing account" in drafts
    assert "Large orders wait" not in drafts
    assert administrator.get(f"{address('versions')}?state=lost").status_code == 404


def test_postings_are_listed_by_the_version_that_made_them(
    pair: Pair, made: MappingScene, administrator: Client
) -> None:
    for key, version in (("HF-1", made.archived), ("HF-2", made.published)):
        Posting.objects.create(
            pair=pair, kind="invoice", natural_key=key, document={}, mapping_version=version
        )
    text = page(administrator, f"{reverse('postings', args=[pair.slug])}?version={made.published.pk}")
    assert "HF-2" in text
    assert "HF-1" not in text


def test_a_document_leads_to_the_version_that_made_it(
    pair: Pair, made: MappingScene, administrator: Client, address: Address
) -> None:
    posting = Posting.objects.create(
        pair=pair, kind="invoice", natural_key="HF-1", document={}, mapping_version=made.archived
    )
    text = page(administrator, reverse("postings-page", args=[pair.slug, posting.pk]))
    assert f'href="{address("version", made.archived.number)}"' in text


def test_a_draft_shows_what_it_would_change_side_by_side(
    made: MappingScene, administrator: Client, address: Address
) -> None:
    text = page(administrator, address("version", made.draft.number))
    assert "2 differences in Flow Orders and Flow Payments." in text
    assert "total &gt; 0" in text
    assert "Checked field by field: nothing wrong was found." in text


def test_any_two_versions_stand_side_by_side(
    made: MappingScene, administrator: Client, address: Address
) -> None:
    chosen = f"{address('compare-chosen')}?from={made.archived.number}&to={made.draft.number}"
    answer = administrator.get(chosen)
    assert answer["Location"] == address("compare", made.archived.number, made.draft.number)
    assert "Version 1 beside version 4" in page(administrator, answer["Location"])
    assert administrator.get(f"{address('compare-chosen')}?from=x")["Location"] == address("versions")


def test_publishing_unlooked_at_money_asks_for_a_reason_and_keeps_it(
    pair: Pair, made: MappingScene, administrator: Client, address: Address
) -> None:
    OrderFactory(pair=pair)
    url = address("publish", made.draft.number)
    assert "Nobody has looked at what it moves." in page(administrator, url)
    refused = administrator.post(url, {"reason": " "})
    assert refused.status_code == 422
    assert "Say why: it is kept with the version" in refused.content.decode()
    assert f"Version {made.draft.number} is in use" in pressed(administrator, url, REASON)
    made.draft.refresh_from_db()
    assert (made.draft.state, made.draft.publish_reason) == ("published", REASON["reason"])
    assert AuditEntry.objects.filter(pair=pair, action="mapping.published", reason=REASON["reason"]).exists()


def test_a_broken_draft_is_not_published_and_says_why(
    pair: Pair, ada: User, made: MappingScene, administrator: Client, address: Address
) -> None:
    broken = draft_from_published(pair, by=ada)
    broken.blueprint["flows"][0]["steps"] = [
        {"id": "post", "kind": "post", "settings": {}, "enabled": True, "note": ""}
    ]
    broken.save()
    text = page(administrator, address("publish", broken.number))
    assert "There is nothing to post yet: a map step has to come before." in text
    assert "Publish version" not in text.replace("<h1>Publish version", "").replace(
        "<title>Publish version", ""
    )
    assert administrator.post(address("publish", broken.number), REASON).status_code == 422
    assert published_version(pair.pk) == made.published


def test_the_author_may_not_publish_where_a_second_person_is_wanted(
    pair: Pair, made: MappingScene, administrator: Client, address: Address
) -> None:
    pair.mapping_needs_second_person = True
    pair.save()
    url = address("publish", made.draft.number)
    assert "somebody who has not worked on it publishes it" in page(administrator, url)
    assert "This pair wants a second person" in administrator.post(url, REASON).content.decode()
    other = browser_of(member(pair, Role.ADMINISTRATOR))
    assert "You have not worked on it: you may publish it." in page(other, url)
    assert f"Version {made.draft.number} is in use" in pressed(other, url, REASON)


def test_a_review_is_asked_for_and_sent_back_with_a_comment(
    made: MappingScene, administrator: Client, address: Address
) -> None:
    number = made.draft.number
    assert "waits for review" in pressed(administrator, address("submit", number))
    assert "Say what is to be changed" in pressed(administrator, address("send-back", number), {"text": " "})
    text = pressed(administrator, address("send-back", number), {"text": "The limit is too low."})
    assert f"Version {number} is a draft again." in text
    assert "The limit is too low." in text


def test_going_back_makes_a_draft_with_the_old_content(
    pair: Pair, made: MappingScene, administrator: Client, address: Address
) -> None:
    assert "Publish it to go back." in pressed(administrator, address("revert", made.archived.number))
    newest = MappingVersion.objects.filter(pair=pair).latest("number")
    assert newest.blueprint == blueprint_to_json(effective_blueprint(made.archived))
    assert published_version(pair.pk) == made.published


def test_what_was_published_is_neither_renamed_nor_discarded(
    made: MappingScene, administrator: Client, address: Address
) -> None:
    for name in ("rename", "discard"):
        assert "cannot be changed" in pressed(
            administrator, address(name, made.archived.number), {"name": "Mine"}
        )
    made.archived.refresh_from_db()
    assert made.archived.name == "As shipped"


def test_a_draft_is_renamed_and_discarded(
    made: MappingScene, administrator: Client, address: Address
) -> None:
    number = made.draft.number
    assert "is called “Amex” now" in pressed(administrator, address("rename", number), {"name": "Amex"})
    assert "gone for good" in page(administrator, address("discard", number))
    assert f"Version {number} is discarded." in pressed(administrator, address("discard", number))
    assert administrator.get(address("version", number)).status_code == 404


def test_operators_comment_and_viewers_read(pair: Pair, made: MappingScene, address: Address) -> None:
    operator, viewer = (browser_of(member(pair, role)) for role in (Role.OPERATOR, Role.VIEWER))
    url = address("comment", made.draft.number)
    assert "Your comment is kept." in pressed(operator, url, {"text": "Looks right to me."})
    assert "Say something, or leave it." in pressed(operator, url, {"text": ""})
    text = page(viewer, address("version", made.draft.number))
    assert "Looks right to me." in text
    assert "Publish…" not in text
    assert 'name="text"' not in text


def test_an_export_imported_again_is_the_same(
    pair: Pair, made: MappingScene, administrator: Client, address: Address
) -> None:
    body = administrator.get(address("export", made.draft.number))
    assert body["Content-Disposition"] == 'attachment; filename="harbour-finch-mapping-4.json"'
    assert "is a draft with what the file holds" in upload(administrator, address("import"), body.content)
    newest = MappingVersion.objects.filter(pair=pair).latest("number")
    assert blueprint_from_json(newest.blueprint) == effective_blueprint(made.draft)
    assert exported_text(newest).encode() == body.content


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"format": 2, "flows": [', "This is not JSON"),
        (b"", "This is empty"),
        (b"\xff\xfe\x00", "not text in UTF-8"),
        (b"[1, 2]", "should be a JSON object"),
        (b'{"format": 9}', "format 9"),
        (json.dumps({"format": 2, "flows": [{"id": "a b", "trigger": "moon"}]}).encode(), "trigger"),
        (b"[" * 100_000, "This"),
        (b"x" * (5 * 1024 * 1024 + 1), "5 MB at most"),
    ],
)
def test_a_file_that_is_no_version_is_refused_as_a_whole(
    body: bytes, said: str, pair: Pair, administrator: Client, address: Address
) -> None:
    assert said in upload(administrator, address("import"), body)
    assert not MappingVersion.objects.filter(pair=pair).exists()


def test_a_version_is_copied_to_a_pair_one_administers_and_to_no_other(
    ada: User, made: MappingScene, administrator: Client, address: Address
) -> None:
    mine, foreign = PairFactory(name="Quay Books", slug="quay-books"), PairFactory(slug="foreign")
    MembershipFactory(user=ada, pair=mine, role=Role.ADMINISTRATOR)
    MembershipFactory(user=ada, pair=foreign, role=Role.VIEWER)
    url = address("copy", made.draft.number)
    assert "Quay Books" in page(administrator, url)
    assert administrator.post(url, {"pair": "foreign"}).status_code == 422
    assert "of Quay Books is a draft" in pressed(administrator, url, {"pair": "quay-books"})
    copied = MappingVersion.objects.get(pair=mine)
    assert copied.blueprint == blueprint_to_json(effective_blueprint(made.draft))
    assert not MappingVersion.objects.filter(pair=foreign).exists()


def test_a_draft_that_changes_nothing_is_published_without_a_reason(
    pair: Pair, ada: User, made: MappingScene, administrator: Client, address: Address
) -> None:
    OrderFactory(pair=pair)
    same = draft_from_published(pair, by=ada)
    assert f"Version {same.number} is in use" in pressed(administrator, address("publish", same.number))


def test_a_second_click_on_publish_does_no_harm(
    pair: Pair, ada: User, made: MappingScene, administrator: Client, address: Address
) -> None:
    draft = changed(draft_from_published(pair, by=ada), ada)
    for _ in range(2):
        text = pressed(administrator, address("publish", draft.number), REASON)
    assert f"Version {draft.number} was published already." in text
