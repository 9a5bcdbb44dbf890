"""Suggestions: offered for what nobody linked, accepted one by one or all, rejected for good; then published and used."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from integrations.models import Order, User
from mapping.core.document import Row
from mapping.models import MappingVersion
from mapping.selectors import published_blueprint
from mapping.services.documents import DocumentMaker
from mapping.services.versions import create_draft
from tests.browser.conftest import Visit
from tests.browser.studio_pages import StudioPage, open_studio
from tests.dashboard.scene import Scene

pytestmark = pytest.mark.browser


@pytest.fixture
def bare_draft(scene: Scene, administrator: User) -> MappingVersion:
    """A draft whose contact mapping has one row of a person's own."""
    blueprint = published_blueprint(scene.pair.pk)
    contact = replace(
        blueprint.mappings["contact"], rows=(Row("own", "LastName", ("customer.company",)),), collections=()
    )
    bare = replace(blueprint, mappings={**blueprint.mappings, "contact": contact})
    return create_draft(scene.pair, bare, by=administrator, name="Bare")


@pytest.fixture
def studio(visit: Visit, bare_draft: MappingVersion) -> StudioPage:
    return open_studio(visit, bare_draft, "contact")


def _targets(studio: StudioPage) -> set[str]:
    return {row["target"] for row in studio.rows}


def test_one_suggestion_is_accepted_with_a_click(studio: StudioPage) -> None:
    chip = studio.target("EmailAddress").locator("[data-suggestion]")
    chip.hover()
    card = studio.page.get_by_role("group", name="Suggestion")
    expect(card).to_contain_text("E-mail address")
    expect(card.locator("li").first).not_to_be_empty()
    chip.click()
    studio.is_saved()
    assert studio.row("EmailAddress")["sources"] == ["customer.email"]


def test_all_that_are_sure_are_accepted_at_once_and_undone_at_once(studio: StudioPage) -> None:
    page = studio.page
    button = page.get_by_role("button", name=re.compile(r"Accept all ≥ 90 % \(\d+\)"))
    expect(button).to_be_visible()
    count = int(re.findall(r"\((\d+)\)", button.inner_text())[0])
    button.click()
    studio.is_saved()
    assert len(studio.rows) == 1 + count
    assert studio.row("LastName")["sources"] == ["customer.company"]
    page.keyboard.press("Control+z")
    expect(page.locator(".field--target.is-linked")).to_have_count(1)
    assert _targets(studio) == {"LastName"}


def test_suggestions_are_gone_through_with_tab(studio: StudioPage) -> None:
    page = studio.page
    page.get_by_label("Show target fields").select_option("suggested")
    first = page.locator(".field--target:has([data-suggestion])").first
    path = first.get_attribute("data-path")
    first.focus()
    page.keyboard.press("Tab")
    expect(page.locator(".field--target:focus [data-suggestion]")).to_be_visible()
    studio.is_saved()
    assert path in _targets(studio)


def test_a_rejected_suggestion_does_not_come_back(studio: StudioPage) -> None:
    page = studio.page
    chip = studio.target("EmailAddress").locator("[data-suggestion]")
    chip.hover()
    with page.expect_response(re.compile("suggestions/feedback/")):
        page.get_by_role("button", name="Reject").click()
    expect(chip).to_have_count(0)
    page.reload()
    page.wait_for_selector(".studio.is-ready")
    expect(page.locator("[data-suggestion]").first).to_be_visible()
    expect(
        studio.target("EmailAddress").locator('[data-suggestion]:has-text("Customer\'s e-mail")')
    ).to_have_count(0)


def test_what_is_published_makes_the_next_document(
    visit: Visit, page: Page, live_server: LiveServer, scene: Scene, administrator: User
) -> None:
    draft = create_draft(scene.pair, published_blueprint(scene.pair.pk), by=administrator, name="With a link")
    studio = open_studio(visit, draft, "contact")
    studio.drag(studio.source("customer.id"), studio.target("AccountNumber"))
    studio.is_saved()
    page.get_by_role("link", name="Review").click()
    page.get_by_role("link", name=re.compile("Publish")).first.click()
    page.locator("[name=reason]").fill("The shop's own id belongs on the contact.")
    page.get_by_role("button", name=re.compile("Publish")).click()
    expect(page.get_by_text(f"Version {draft.number} is in use.")).to_be_visible()
    draft.refresh_from_db()
    assert draft.state == MappingVersion.State.PUBLISHED
    order = Order.objects.filter(pair=scene.pair, customer__isnull=False).latest("pk")
    assert order.customer is not None
    order.customer.details = {**order.customer.details, "id": "C-9"}
    made = DocumentMaker(scene.pair, timezone.now()).contact(order.customer, name_is_taken=False)
    assert made.mapping_version_id == draft.pk
    assert made.document["AccountNumber"] == "C-9"
