"""A mapping built from nothing: by mouse, by touch and by keys alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from integrations.models import User
from mapping.models import MappingVersion
from mapping.selectors import published_blueprint
from mapping.services.versions import create_draft
from tests.browser.conftest import Visit
from tests.browser.studio_pages import StudioPage, going, open_studio, signed_in
from tests.dashboard.scene import Scene

pytestmark = pytest.mark.browser

BUILT = {
    "Type": [],
    "InvoiceNumber": ["number"],
    "Date": ["placed_at"],
    "LineItems[].Description": ["lines[].name"],
    "LineItems[].Quantity": ["lines[].quantity"],
}


@pytest.fixture
def empty_draft(scene: Scene, administrator: User) -> MappingVersion:
    """A draft whose invoice mapping has no row yet."""
    blueprint = published_blueprint(scene.pair.pk)
    invoice = replace(blueprint.mappings["invoice"], rows=(), collections=(), checks=())
    emptied = replace(blueprint, mappings={**blueprint.mappings, "invoice": invoice})
    return create_draft(scene.pair, emptied, by=administrator, name="From nothing")


@pytest.fixture
def studio(visit: Visit, empty_draft: MappingVersion) -> StudioPage:
    return open_studio(visit, empty_draft, "invoice")


@pytest.fixture
def phone(browser: Browser, live_server: LiveServer, administrator: User) -> Iterator[BrowserContext]:
    """A small screen under a finger."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    signed_in(context, live_server.url, administrator)
    yield context
    context.close()


def _built(studio: StudioPage) -> dict[str, list[str]]:
    return {row["target"]: row.get("sources", []) for row in studio.rows}


def test_by_mouse(studio: StudioPage) -> None:
    page = studio.page
    studio.target("Type").locator(".field__name").click()
    page.get_by_label("The same value for every record").select_option("ACCREC")
    page.get_by_role("button", name="Use this value").click()
    for target, sources in BUILT.items():
        for source in sources:
            studio.drag(studio.source(source), studio.target(target))
    studio.is_saved()
    assert _built(studio) == BUILT
    assert studio.draft.blueprint["mappings"]["invoice"]["collections"] == [
        {"target": "LineItems", "source": "lines"}
    ]
    assert studio.row("Date")["transforms"][0]["name"] == "date"
    number = page.get_by_label("Sample", exact=True).locator("option:checked").inner_text()
    shown = studio.target("InvoiceNumber").locator(".field__value")
    expect(shown).to_have_text(re.compile(r"^\S+-\d+$"))
    assert shown.inner_text() in number


def test_by_keys_alone(studio: StudioPage) -> None:
    page, press = studio.page, studio.page.keyboard.press
    studio.source("number").focus()
    press("m")
    expect(page.locator("[data-announce]")).to_contain_text("Order number picked up.")
    _go_to(studio, "InvoiceNumber")
    expect(page.locator("[data-announce]")).to_contain_text("Invoice number fits.")
    press("Enter")
    expect(page.locator("[data-announce]")).to_contain_text("Order number linked to Invoice number.")
    studio.source("placed_at").focus()
    press("Enter")
    _go_to(studio, "Date")
    press("m")
    _go_to(studio, "Type")
    press("t")
    expect(page.get_by_label("The same value for every record")).to_be_focused()
    press("a")
    press("Tab")
    press("Enter")
    studio.is_saved()
    assert _built(studio) == {"InvoiceNumber": ["number"], "Date": ["placed_at"], "Type": []}
    studio.target("Date").focus()
    press("Delete")
    studio.is_saved()
    assert _built(studio) == {"InvoiceNumber": ["number"], "Type": []}


def _go_to(studio: StudioPage, path: str) -> None:
    """To a target by Home and the arrow keys, as somebody without a mouse would."""
    press = studio.page.keyboard.press
    target = studio.target(path)
    press("Home")
    for _ in range(60):
        if target.evaluate("field => field === document.activeElement"):
            return
        press("ArrowDown")
    raise AssertionError(f"The arrow keys do not reach {path}.")


def test_by_touch_on_a_small_screen(
    phone: BrowserContext, live_server: LiveServer, empty_draft: MappingVersion
) -> None:
    page = phone.new_page()
    studio = open_studio(going(page, live_server.url), empty_draft, "invoice")
    for source, target in (("number", "InvoiceNumber"), ("placed_at", "Date")):
        page.get_by_role("button", name="Source", exact=True).tap()
        studio.source(source).tap()
        expect(studio.target(target)).to_be_visible()
        studio.target(target).tap()
    studio.is_saved()
    assert _built(studio) == {"InvoiceNumber": ["number"], "Date": ["placed_at"]}
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_by_dragging_with_a_finger(
    browser: Browser, live_server: LiveServer, administrator: User, empty_draft: MappingVersion
) -> None:
    context = browser.new_context(viewport={"width": 1180, "height": 820}, has_touch=True)
    signed_in(context, live_server.url, administrator)
    page = context.new_page()
    studio = open_studio(going(page, live_server.url), empty_draft, "invoice")
    studio.swipe(studio.source("number"), studio.target("Reference"))
    studio.is_saved()
    assert _built(studio) == {"Reference": ["number"]}
    context.close()


def test_what_does_not_fit_is_said_before_it_is_dropped(studio: StudioPage) -> None:
    studio.drag(studio.source("customer.email"), studio.target("Date"), drop=False)
    expect(studio.page.locator(".drag-hint")).to_contain_text(
        "takes a date like 2026-11-22, this is an e-mail address."
    )
    expect(studio.target("Date")).to_have_class(re.compile("fits-not"))
    expect(studio.target("Reference")).to_have_class(re.compile(r"\bfits\b"))
    studio.page.mouse.up()
    expect(studio.page.locator(".drag-hint")).to_be_hidden()
    assert studio.rows == []


def test_a_second_source_is_joined_to_the_first(studio: StudioPage) -> None:
    studio.drag(studio.source("number"), studio.target("Reference"))
    studio.drag(studio.source("currency"), studio.target("Reference"))
    studio.is_saved()
    row = studio.row("Reference")
    assert row["sources"] == ["number", "currency"]
    assert row["transforms"] == [{"name": "concatenate", "parameters": {"separator": " "}}]


def test_a_link_is_cut_by_dragging_it_off(studio: StudioPage) -> None:
    studio.drag(studio.source("number"), studio.target("Reference"))
    studio.is_saved()
    box = studio.target("Reference").locator(".port").bounding_box()
    lane = studio.page.locator(".lane").bounding_box()
    assert box is not None
    assert lane is not None
    mouse = studio.page.mouse
    mouse.move(box["x"] + 5, box["y"] + 10)
    mouse.down()
    mouse.move(lane["x"] + 20, box["y"] + 200, steps=6)
    expect(studio.page.locator(".drag-hint")).to_contain_text("Let go here to unlink.")
    mouse.up()
    studio.is_saved()
    assert studio.rows == []


def test_steps_are_undone_and_done_again(studio: StudioPage) -> None:
    page = studio.page
    studio.drag(studio.source("number"), studio.target("InvoiceNumber"))
    studio.drag(studio.source("currency"), studio.target("CurrencyCode"))
    studio.is_saved()
    for left in (["InvoiceNumber"], []):
        page.keyboard.press("Control+z")
        expect(studio.page.locator(".field--target.is-linked")).to_have_count(len(left))
        assert [row["target"] for row in studio.rows] == left
    page.get_by_role("button", name="Redo: Link Order number to Invoice number").click()
    expect(studio.target("InvoiceNumber")).to_have_class(re.compile("is-linked"))
    page.keyboard.press("Control+Shift+z")
    expect(studio.target("CurrencyCode")).to_have_class(re.compile("is-linked"))
    assert [row["target"] for row in studio.rows] == ["InvoiceNumber", "CurrencyCode"]


def test_the_missing_fields_are_counted_and_gone_through(studio: StudioPage) -> None:
    page = studio.page
    missing = page.locator("[data-bar=missing]")
    expect(missing).to_contain_text("4 required fields missing")
    missing.click()
    expect(studio.target("Type")).to_be_focused()
    missing.click()
    expect(studio.target("Date")).to_be_focused()
    studio.drag(studio.source("placed_at"), studio.target("Date"))
    expect(missing).to_contain_text("3 required fields missing")


def test_the_table_is_the_same_mapping(studio: StudioPage) -> None:
    page = studio.page
    page.get_by_role("button", name="Table", exact=True).click()
    assert "view=table" in page.url
    page.get_by_role("searchbox", name="Search the table").fill("invoice number")
    adder = page.get_by_label("Add a source to Invoice number")
    adder.focus()
    adder.select_option("number")
    expect(page.get_by_role("row", name=re.compile("InvoiceNumber"))).to_contain_text("Order number")
    studio.is_saved()
    assert _built(studio) == {"InvoiceNumber": ["number"]}
    page.get_by_role("button", name="Unlink Order number from Invoice number").click()
    studio.is_saved()
    assert studio.rows == []
