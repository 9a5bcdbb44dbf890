"""The panel beside the canvas: sources, steps with what goes in and out, conditions, checks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from integrations.models import User
from mapping.models import MappingVersion
from mapping.services.versions import draft_from_published
from tests.browser.conftest import Visit
from tests.browser.studio_pages import StudioPage, open_studio
from tests.dashboard.scene import Scene

pytestmark = pytest.mark.browser

Opened = Callable[[str], StudioPage]


@pytest.fixture
def opened(visit: Visit, scene: Scene, administrator: User) -> Opened:
    """Opens the studio of the invoice, with a sample, and the link of a target in the panel."""
    draft: MappingVersion = draft_from_published(scene.pair, by=administrator)

    def go(target: str) -> StudioPage:
        studio = open_studio(visit, draft, "invoice")
        studio.target(target).click()
        expect(studio.page.locator(".panel__path")).to_have_text(target)
        return studio

    return go


def part(page: Page, name: str) -> Locator:
    """One section of the panel."""
    return page.locator(".panel").get_by_role("region", name=name)


def choose(picker: Locator, text: str) -> None:
    picker.fill(text)
    picker.press("Enter")


def test_each_step_shows_what_goes_in_and_out(opened: Opened) -> None:
    studio = opened("LineAmountTypes")
    step = part(studio.page, "Steps").locator(".step")
    expect(step.locator(".step__way")).to_contain_text("yes")
    expect(step.locator(".step__way")).to_contain_text("Inclusive")
    expect(part(studio.page, "Result")).to_contain_text("Inclusive")


def test_a_step_is_added_set_and_removed_with_keys_alone(opened: Opened) -> None:
    studio = opened("InvoiceNumber")
    choose(part(studio.page, "Steps").get_by_role("combobox", name="Add a step"), "capitals")
    form = part(studio.page, "Steps").locator(".step__form:not([hidden])")
    form.get_by_label("Letters", exact=True).select_option("lower")
    expect(part(studio.page, "Result").locator(".value")).to_contain_text("hf-")
    studio.is_saved()
    assert studio.row("InvoiceNumber")["transforms"][-1] == {"name": "case", "parameters": {"style": "lower"}}
    part(studio.page, "Steps").get_by_role("button", name="Remove the step Capitals").press("Enter")
    expect(part(studio.page, "Result").locator(".value")).to_contain_text("HF-")
    studio.is_saved()
    assert [use["name"] for use in studio.row("InvoiceNumber")["transforms"]] == ["first_of", "tidy"]


def test_steps_are_put_in_order_with_the_arrow_keys(opened: Opened) -> None:
    studio = opened("Reference")
    handle = part(studio.page, "Steps").get_by_role("button", name="Reorder Shorten")
    handle.press("ArrowUp")
    expect(part(studio.page, "Steps").locator(".step b")).to_have_text(
        ["First that is filled in", "Shorten", "Tidy text"]
    )
    expect(handle).to_be_focused()
    studio.is_saved()
    names = [use["name"] for use in studio.row("Reference")["transforms"]]
    assert names == ["first_of", "truncate", "tidy"]


def test_what_makes_no_sense_is_told_at_the_field_and_not_saved(opened: Opened) -> None:
    studio = opened("Reference")
    part(studio.page, "Steps").get_by_role("button", name="Shorten No longer than").click()
    field = part(studio.page, "Steps").get_by_label("Most characters", exact=True)
    field.fill("many")
    expect(part(studio.page, "Steps").get_by_text("“many” is not a whole number.")).to_be_visible()
    field.fill("20")
    expect(part(studio.page, "Steps").get_by_text("No longer than 20 characters")).to_be_visible()
    studio.is_saved()
    assert studio.row("Reference")["transforms"][-1]["parameters"] == {"length": 20}


def test_a_table_of_a_step_is_edited_in_place(opened: Opened) -> None:
    studio = opened("LineAmountTypes")
    part(studio.page, "Steps").get_by_role("button", name="Look up in a table").first.click()
    part(studio.page, "Steps").get_by_role("button", name="Add a row").click()
    studio.page.keyboard.type("maybe")
    studio.page.keyboard.press("Tab")
    studio.page.keyboard.type("NoTax")
    studio.is_saved()
    table = studio.row("LineAmountTypes")["transforms"][0]["parameters"]["table"]
    assert table == {"true": "Inclusive", "false": "Exclusive", "maybe": "NoTax"}


def test_a_parameter_is_read_from_a_field_instead(opened: Opened) -> None:
    studio = opened("DueDate")
    steps = part(studio.page, "Steps")
    steps.get_by_role("button", name="Date The day in").click()
    steps.get_by_role("button", name="Read “Days later” from a field").click()
    steps.get_by_role("textbox", name="Days later").fill("14")
    studio.is_saved()
    assert studio.row("DueDate")["transforms"][0]["parameters"]["plus_days"] == 14
    steps.get_by_role("button", name="Read “Days later” from a field").click()
    choose(steps.get_by_role("combobox", name="Field for “Days later”"), "days until")
    studio.is_saved()
    parameters = studio.row("DueDate")["transforms"][0]["parameters"]
    assert parameters["plus_days"] == {"from": "context:pair.days_due"}


def test_sources_are_added_and_removed(opened: Opened) -> None:
    studio = opened("Reference")
    sources = part(studio.page, "From")
    choose(sources.get_by_role("combobox", name="Add a source field"), "order number")
    studio.is_saved()
    assert studio.row("Reference")["sources"][-1] == "number"
    sources.get_by_role("button", name="Remove Order number").click()
    studio.is_saved()
    assert "number" not in studio.row("Reference")["sources"]


def test_a_row_counts_only_when_its_condition_is_met_and_says_why_not(opened: Opened) -> None:
    studio = opened("Reference")
    when = part(studio.page, "Only when")
    when.get_by_role("button", name="Condition", exact=True).click()
    choose(when.get_by_role("combobox", name="Field"), "total the customer")
    when.get_by_label("How to compare").select_option("less")
    when.get_by_label("Value").fill("0.01")
    expect(when.get_by_text("Not met by this record.")).to_be_visible()
    expect(when.locator(".comparison__remark")).to_contain_text("here:")
    expect(part(studio.page, "Result")).to_contain_text("Left out")
    studio.is_saved()
    assert studio.row("Reference")["when"] == "total < 0.01"


def test_a_check_is_added_to_the_mapping(opened: Opened) -> None:
    studio = opened("Reference")
    studio.page.locator(".panel").get_by_role("button", name="Close this row").click()
    checks = part(studio.page, "Checks")
    expect(checks.get_by_text("here:")).to_be_visible()
    checks.get_by_role("button", name="Add a check").click()
    check = checks.locator(".mini").nth(1)
    check.get_by_label("Otherwise say").fill("An order needs a number.")
    check.get_by_role("button", name="Condition", exact=True).click()
    choose(check.get_by_role("combobox", name="Field"), "order number")
    check.get_by_label("How to compare").select_option("filled")
    expect(check.get_by_text("Met by this record.")).to_be_visible()
    studio.is_saved()
    studio.draft.refresh_from_db()
    assert studio.draft.blueprint["mappings"]["invoice"]["checks"][1] == {
        "must": '(number ?? "").length > 0',
        "otherwise": "An order needs a number.",
        "effect": "stop",
    }
