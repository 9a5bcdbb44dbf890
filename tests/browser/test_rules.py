"""The page of business rules: built by mouse and by keys, tried on what is stored, sound for everybody."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from integrations.models import Membership, Role, User
from mapping.models import MappingVersion
from mapping.services import editing
from mapping.services.versions import draft_from_published
from tests.browser.conftest import Visit
from tests.browser.soundness import unsound
from tests.dashboard.scene import Scene

pytestmark = pytest.mark.browser


def a_rule(rule_id: str, name: str, when: str, **settings: Any) -> dict[str, Any]:
    effects = [{"kind": "hold", "target": "", "value": None, "reason": "somebody should look"}]
    return {"id": rule_id, "name": name, "when": when, "effects": effects, **settings}


@pytest.fixture
def draft(scene: Scene, administrator: User) -> MappingVersion:
    return draft_from_published(scene.pair, by=administrator)


def keep(draft: MappingVersion, by: User, *rules: dict[str, Any]) -> None:
    changes = [{"op": "put", "item": "rule", "id": rule["id"], "value": rule} for rule in rules]
    editing.change(draft, draft.revision, "Write rules", changes, by=by)


def open_rules(visit: Visit, draft: MappingVersion) -> Page:
    assert draft.pair is not None
    page = visit(f"/{draft.pair.slug}/mapping/versions/{draft.number}/rules/")
    page.wait_for_selector(".sheet.is-ready")
    return page


def saved(page: Page, draft: MappingVersion) -> list[dict[str, Any]]:
    """The rules as the server has them."""
    expect(page.locator(".standing")).to_have_text("Saved")
    draft.refresh_from_db()
    rules: list[dict[str, Any]] = draft.blueprint["rules"]
    return rules


def choose(picker: Locator, text: str) -> None:
    """Searches a picker and takes the first it finds, by keys."""
    picker.fill(text)
    picker.press("Enter")


def test_somebody_writes_a_rule_and_sees_what_it_would_have_done(visit: Visit, draft: MappingVersion) -> None:
    page = open_rules(visit, draft)
    page.get_by_role("button", name="Add the first rule").click()
    page.get_by_role("textbox", name="Name").fill("Large orders")
    page.get_by_role("button", name="Condition", exact=True).click()
    choose(page.get_by_role("combobox", name="Field"), "total the customer")
    page.get_by_label("How to compare").select_option("more")
    page.get_by_label("Value").fill("1,000")
    page.get_by_label("Because").fill("somebody should ring first")
    expect(page.locator(".rule__sentence")).to_have_text(
        "When Total the customer pays is more than 1000→hold it, because somebody should ring first"
    )
    expect(page.get_by_text("of the last 14 orders")).to_be_visible()
    [rule] = saved(page, draft)
    assert (rule["name"], rule["when"]) == ("Large orders", "total > 1000")
    assert rule["effects"][0]["reason"] == "somebody should ring first"


def test_groups_go_inside_groups_and_the_text_says_the_same(
    visit: Visit, draft: MappingVersion, administrator: User
) -> None:
    keep(draft, administrator, a_rule("r", "Abroad", "total > 1"))
    page = open_rules(visit, draft)
    page.get_by_role("button", name="Abroad").click()
    page.get_by_role("button", name="Group", exact=True).click()
    group = page.locator(".group--any")
    choose(group.get_by_role("combobox", name="Field"), "currency")
    group.get_by_label("How to compare").select_option("one_of")
    group.get_by_label("type one and press Enter").fill("EUR")
    group.get_by_label("type one and press Enter").press("Enter")
    group.get_by_label("type one and press Enter").fill("USD")
    group.get_by_label("type one and press Enter").press("Enter")
    group.get_by_role("button", name="Condition", exact=True).click()
    choose(group.get_by_role("combobox", name="Field").nth(1), "discount code")
    group.get_by_label("How to compare").nth(1).select_option("present")
    group.get_by_label("How the parts go together").select_option("none")
    text = 'total > 1 and not (currency in ["EUR", "USD"] or discount.code != null)'
    expect(page.get_by_label("When, as text")).to_have_value(text)
    assert saved(page, draft)[0]["when"] == text


def test_what_is_written_as_text_is_shown_in_the_builder(
    visit: Visit, draft: MappingVersion, administrator: User
) -> None:
    keep(draft, administrator, a_rule("r", "Odd", ""))
    page = open_rules(visit, draft)
    page.get_by_role("button", name="Odd").click()
    area = page.get_by_label("When, as text")
    area.fill('currency == "GBP" and total * 2 > 5')
    expect(page.get_by_text("This condition is kept as text.")).to_be_visible()
    expect(page.get_by_label("Value")).to_have_value("GBP")
    area.fill("total >")
    expect(page.get_by_text("cannot be read")).to_be_visible()
    assert saved(page, draft)[0]["when"] == 'currency == "GBP" and total * 2 > 5'


def test_an_unfinished_condition_is_told_at_its_field_and_not_saved(
    visit: Visit, draft: MappingVersion, administrator: User
) -> None:
    keep(draft, administrator, a_rule("r", "Large", "total > 1"))
    page = open_rules(visit, draft)
    page.get_by_role("button", name="Large").click()
    page.get_by_label("Value").fill("a lot")
    expect(page.locator(".comparison__remark")).to_contain_text("is not a number")
    assert saved(page, draft)[0]["when"] == "total > 1"


def test_rules_are_put_in_order_with_the_arrow_keys_and_by_dragging(
    visit: Visit, draft: MappingVersion, administrator: User
) -> None:
    keep(draft, administrator, *(a_rule(name.lower(), name, "") for name in ("First", "Second", "Third")))
    page = open_rules(visit, draft)
    handle = page.get_by_role("button", name="Reorder Third")
    handle.focus()
    handle.press("ArrowUp")
    expect(page.locator("[data-announce]")).to_contain_text("Moved to place 2 of 3.")
    expect(handle).to_be_focused()
    first, third = (page.get_by_role("button", name=f"Reorder {name}") for name in ("First", "Third"))
    start, end = first.bounding_box(), third.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(end["x"] + 5, end["y"] + end["height"] + 30, steps=5)
    page.mouse.up()
    expect(page.locator(".rule__name")).to_have_text(["Third", "First", "Second"])
    assert [rule["id"] for rule in saved(page, draft)] == ["third", "first", "second"]


def test_a_rule_is_switched_off_and_that_is_undone(
    visit: Visit, draft: MappingVersion, administrator: User
) -> None:
    keep(draft, administrator, a_rule("r", "Large", "total > 1"))
    page = open_rules(visit, draft)
    switch = page.get_by_role("switch", name="Large is switched on")
    switch.press("Space")
    assert saved(page, draft)[0]["enabled"] is False
    page.keyboard.press("Control+z")
    expect(switch).to_be_checked()
    assert saved(page, draft)[0]["enabled"] is True


def test_static_faults_are_shown_at_their_rule(
    visit: Visit, draft: MappingVersion, administrator: User
) -> None:
    keep(draft, administrator, a_rule("r", "Misspelt", "totl > 1"))
    page = open_rules(visit, draft)
    expect(page.locator("#r").get_by_text("There is no field “totl”")).to_be_visible()


def test_a_viewer_reads_rules_without_changing_them(
    visit: Visit, draft: MappingVersion, administrator: User
) -> None:
    keep(draft, administrator, a_rule("r", "Large", "total > 1"))
    Membership.objects.filter(user=administrator).update(role=Role.VIEWER)
    page = open_rules(visit, draft)
    expect(page.get_by_role("switch")).to_be_disabled()
    expect(page.get_by_role("button", name="Add a rule")).to_be_hidden()
    page.get_by_role("button", name="Large").click()
    expect(page.get_by_label("Value")).to_be_disabled()
    expect(page.get_by_role("button", name="Remove")).to_have_count(0)


def test_the_page_is_sound(visit: Visit, draft: MappingVersion, administrator: User) -> None:
    when = 'total > 1 and (currency in ["EUR", "USD"] or discount.code == null)'
    keep(draft, administrator, a_rule("r", "Large", when), a_rule("s", "Misspelt", "totl > 1"))
    page = open_rules(visit, draft)
    page.locator("#r .rule__open").click()
    expect(page.get_by_text("here: nothing")).to_be_visible()
    assert unsound(page) == {}
