"""The studio among people: two at the same draft, who may only read, and what was pasted wrongly."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from integrations.models import Role, User
from mapping.models import MappingVersion
from mapping.services.versions import draft_from_published, publish
from tests.browser.conftest import Visit
from tests.browser.studio_pages import StudioPage, going, open_studio, signed_in
from tests.dashboard.scene import Scene
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def draft(scene: Scene, administrator: User) -> MappingVersion:
    return draft_from_published(scene.pair, by=administrator)


@pytest.fixture
def studio(visit: Visit, draft: MappingVersion) -> StudioPage:
    return open_studio(visit, draft, "invoice")


@pytest.fixture
def colleague(
    browser: Browser, live_server: LiveServer, scene: Scene, draft: MappingVersion
) -> Iterator[StudioPage]:
    """Somebody else with the same draft open."""
    tom = UserFactory(email="tom@tillbridge.example")
    MembershipFactory(user=tom, pair=scene.pair, role=Role.ADMINISTRATOR)
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    signed_in(context, live_server.url, tom)
    yield open_studio(going(context.new_page(), live_server.url), draft, "invoice")
    context.close()


def _unlink(studio: StudioPage, target: str) -> None:
    studio.target(target).focus()
    studio.page.keyboard.press("Delete")


def _targets(studio: StudioPage) -> set[str]:
    return {row["target"] for row in studio.rows}


def _meet(studio: StudioPage, colleague: StudioPage) -> None:
    """Both change the draft they opened; the colleague is first."""
    _unlink(colleague, "DueDate")
    colleague.is_saved()
    _unlink(studio, "Reference")
    dialog = studio.page.get_by_role("dialog", name="Somebody else changed this draft")
    expect(dialog).to_contain_text("tom@tillbridge.example changed this draft")
    expect(dialog).to_contain_text("Unlink Due date")
    expect(dialog).to_contain_text("1 change of yours is not saved yet.")


def _forgive(complaints: list[str]) -> None:
    """The browser reports every refused request; the conflict is one, and expected."""
    complaints[:] = [text for text in complaints if "409" not in text and "422" not in text]


def test_both_peoples_changes_are_kept(
    studio: StudioPage, colleague: StudioPage, complaints: list[str]
) -> None:
    _meet(studio, colleague)
    studio.page.get_by_role("button", name="Load theirs and put mine on top").click()
    studio.is_saved()
    assert not {"DueDate", "Reference"} & _targets(studio)
    _forgive(complaints)


def test_ones_own_changes_are_given_up_for_theirs(
    studio: StudioPage, colleague: StudioPage, complaints: list[str]
) -> None:
    _meet(studio, colleague)
    studio.page.get_by_role("button", name="Load theirs", exact=True).click()
    expect(studio.target("Reference")).to_have_class(re.compile("is-linked"))
    expect(studio.target("DueDate")).not_to_have_class(re.compile("is-linked"))
    studio.is_saved()
    assert "Reference" in _targets(studio)
    _forgive(complaints)


def test_what_is_done_without_a_network_is_saved_when_it_is_back(
    studio: StudioPage, complaints: list[str]
) -> None:
    page = studio.page
    page.context.set_offline(True)
    _unlink(studio, "Reference")
    expect(page.locator(".standing")).to_contain_text("Not saved")
    expect(studio.target("Reference")).not_to_have_class(re.compile("is-linked"))
    assert "Reference" in _targets(studio)
    page.context.set_offline(False)
    studio.is_saved()
    assert "Reference" not in _targets(studio)
    complaints[:] = [text for text in complaints if "ERR_INTERNET_DISCONNECTED" not in text]


def test_a_published_version_is_read_and_copied_not_changed(
    visit: Visit, page: Page, live_server: LiveServer, draft: MappingVersion, administrator: User
) -> None:
    publish(draft, by=administrator)
    studio = open_studio(visit, draft, "invoice")
    expect(page.locator(".standing")).to_have_text("Read only")
    before = studio.rows
    studio.drag(studio.source("number"), studio.target("Url"))
    _unlink(studio, "Reference")
    assert studio.rows == before
    expect(studio.target("Reference")).to_have_class(re.compile("is-linked"))
    page.get_by_role("button", name="Edit a copy").click()
    expect(page).to_have_url(re.compile(rf"/mapping/versions/{draft.number + 1}/"))


def test_a_viewer_reads(
    browser: Browser, live_server: LiveServer, scene: Scene, draft: MappingVersion
) -> None:
    viewer = UserFactory(email="vera@tillbridge.example")
    MembershipFactory(user=viewer, pair=scene.pair, role=Role.VIEWER)
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    signed_in(context, live_server.url, viewer)
    studio = open_studio(going(context.new_page(), live_server.url), draft, "invoice")
    expect(studio.page.get_by_text("Changing a mapping takes the role of administrator.")).to_be_visible()
    expect(studio.target("InvoiceNumber").locator(".field__value")).not_to_be_empty()
    studio.drag(studio.source("number"), studio.target("Url"))
    assert "Url" not in _targets(studio)
    context.close()


def test_a_pasted_sample_that_is_no_json_is_told_where(studio: StudioPage, complaints: list[str]) -> None:
    page = studio.page
    page.get_by_role("button", name="Paste JSON…").click()
    text = page.get_by_label(re.compile("One record as JSON"))
    text.fill('{"number": "HF-1",\n "total" 5}')
    page.get_by_role("button", name="Use the sample").click()
    dialog = page.get_by_role("dialog", name="Paste a sample")
    expect(dialog.get_by_role("alert")).to_contain_text("line 2")
    text.fill("[1, 2]")
    page.get_by_role("button", name="Use the sample").click()
    expect(dialog.get_by_role("alert")).to_contain_text("has to be a JSON object")
    text.fill('{"number": "HF-77", "currency": "GBP", "gift_note": "For Ada"}')
    page.get_by_role("button", name="Use the sample").click()
    expect(dialog).to_be_hidden()
    expect(studio.source("number").locator(".field__value")).to_have_text("HF-77")
    expect(studio.source("gift_note").locator(".field__value")).to_have_text("For Ada")
    _forgive(complaints)


def test_the_money_of_the_document_stands_beside_what_was_paid(studio: StudioPage) -> None:
    page = studio.page
    bar = page.locator("[data-bar=money]")
    expect(bar).to_contain_text("to the penny")
    paid = bar.locator("[data-paid]").inner_text()
    expect(bar.locator("[data-document]")).to_have_text(paid)
    _unlink(studio, "LineItems[].LineAmount")
    _unlink(studio, "LineItems[].UnitAmount")
    expect(bar).to_contain_text("does not agree")


def test_a_value_of_the_document_leads_to_its_row_and_back(studio: StudioPage) -> None:
    page = studio.page
    value = page.locator(".code .json-value", has_text='"ACCREC"')
    value.hover()
    expect(studio.target("Type")).to_have_class(re.compile("is-lit"))
    studio.target("Reference").hover()
    reference = studio.target("Reference")
    reference.focus()
    shown = reference.locator(".field__value").inner_text()
    expect(page.locator(".code .json-value.is-lit").first).to_contain_text(shown)
    value.click()
    expect(page.get_by_role("tab", name="Link")).to_have_attribute("aria-selected", "true")
    expect(studio.target("Type")).to_have_class(re.compile("is-selected"))


def test_another_sample_changes_every_value(studio: StudioPage) -> None:
    page = studio.page
    select = page.get_by_label("Sample", exact=True)
    number = studio.source("number").locator(".field__value")
    expect(number).not_to_be_empty()
    first = number.inner_text()
    options = select.locator("option").all()
    other = next(option for option in options[1:] if first not in option.inner_text())
    select.select_option(other.get_attribute("value"))
    expect(number).not_to_have_text(first)
    assert "sample=" in page.url
