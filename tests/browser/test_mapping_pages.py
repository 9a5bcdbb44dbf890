"""The mapping pages in a browser: sound in light and dark, on a desk and on a phone; publishing, going back, ordering steps."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from integrations.models import User
from mapping.models import MappingVersion
from mapping.selectors import effective_blueprint, published_version
from tests.browser.conftest import Visit
from tests.browser.soundness import unsound
from tests.dashboard.scene import Scene
from tests.mapping.mapping_scene import MappingScene, drafted, flow_named

pytestmark = pytest.mark.browser


@pytest.fixture
def made(scene: Scene, administrator: User) -> MappingScene:
    return drafted(scene.pair, administrator)


def paths(scene: Scene, made: MappingScene) -> list[str]:
    """Each kind of page once."""
    draft, published = (f"versions/{version.number}/" for version in (made.draft, made.published))
    return [
        "", "versions/", "versions/?state=review", "versions/import/", draft, published, f"{draft}compare/1/",
        f"{draft}publish/", f"{draft}discard/", f"{draft}copy/", f"{draft}flows/", f"{published}flows/",
        f"{draft}flows/orders/?step=validate", f"{published}flows/orders/",
        f"{draft}flows/orders/try/?record=order:{scene.orders[5].pk}",
    ]  # fmt: skip


@pytest.mark.parametrize("third", range(3))
def test_every_mapping_page_is_sound(
    visit: Visit, page: Page, scene: Scene, made: MappingScene, third: int
) -> None:
    found: dict[str, object] = {}
    for path in paths(scene, made)[third::3]:
        visit(f"/{scene.pair.slug}/mapping/{path}")
        found |= unsound(page, f"mapping/{path}")
    assert found == {}


def test_a_version_is_published_and_taken_back(visit: Visit, scene: Scene, made: MappingScene) -> None:
    page = visit(f"/{scene.pair.slug}/")
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.get_by_role("link", name=re.compile("Version 4")).click()
    page.get_by_role("link", name="Publish…").click()
    page.get_by_label("Reason").fill("Orders that cost nothing are no orders.")
    page.get_by_role("button", name="Publish version 4").click()
    expect(page.get_by_text("Version 4 is in use.")).to_be_visible()
    expect(page.get_by_text("Orders that cost nothing are no orders.")).to_be_visible()
    assert published_version(scene.pair.pk) == made.draft

    page.get_by_role("link", name="Versions").click()
    page.get_by_role("link", name=re.compile("^2 · Delivery")).click()
    page.get_by_role("button", name="Go back to it").click()
    expect(page.get_by_text("Version 5 is a draft with the content of version 2.")).to_be_visible()
    expect(page.get_by_text("2 differences in Flow Orders and Flow Payments.")).to_be_visible()
    page.get_by_role("link", name="Publish…").click()
    page.get_by_label("Reason").fill("It stopped too much.")
    page.get_by_role("button", name="Publish version 5").click()
    expect(page.get_by_text("Version 5 is in use.")).to_be_visible()
    back = published_version(scene.pair.pk)
    assert back is not None
    assert effective_blueprint(back) == effective_blueprint(made.published)


def kinds(made: MappingScene) -> list[str]:
    """The kinds of the steps of the flow Orders, as they are kept."""
    return [step.kind for step in flow_named(MappingVersion.objects.get(pk=made.draft.pk), "orders").steps]


def test_steps_are_ordered_by_button_by_key_and_by_dragging(
    visit: Visit, scene: Scene, made: MappingScene
) -> None:
    page = visit(f"/{scene.pair.slug}/mapping/versions/{made.draft.number}/flows/orders/")
    titles = page.locator("[data-step] .stepcard__title")
    down = page.get_by_role("button", name="Move step 1, Check, down")
    down.focus()
    page.keyboard.press("Enter")
    expect(titles.nth(1)).to_contain_text("2. Check")
    expect(page.locator("#down-validate")).to_be_focused()
    assert kinds(made)[:2] == ["rules", "validate"]

    page.locator("#summary-validate").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(titles.nth(0)).to_contain_text("1. Check")
    expect(page.locator("#summary-validate")).to_be_focused()

    handle = page.locator("#step-validate [data-handle]").bounding_box()
    below = page.locator("#step-contact").bounding_box()
    assert handle is not None
    assert below is not None
    page.mouse.move(handle["x"] + 10, handle["y"] + 10)
    page.mouse.down()
    page.mouse.move(handle["x"] + 10, handle["y"] + 40, steps=3)
    page.mouse.move(handle["x"] + 10, below["y"] + below["height"] - 4, steps=8)
    page.mouse.up()
    expect(titles.nth(2)).to_contain_text("3. Check")
    assert kinds(made)[:3] == ["rules", "map", "validate"]
    expect(page.get_by_text("This validate step comes after mapping")).to_be_visible()

    page.get_by_role("button", name="Undo").click()
    expect(titles.nth(0)).to_contain_text("1. Check")


def test_a_step_is_added_set_and_tried(
    visit: Visit, scene: Scene, made: MappingScene, complaints: list[str]
) -> None:
    page = visit(f"/{scene.pair.slug}/mapping/versions/{made.draft.number}/flows/orders/")
    page.get_by_text("Add a step").click()
    page.get_by_role("button", name=re.compile("^Notify")).click()
    page.locator("#step-notify").get_by_label("Tell", exact=True).select_option("email")
    page.locator("#step-notify").get_by_label("Where", exact=False).first.fill("books@example.com")
    page.locator("#step-notify").get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Write what is told.")).to_be_visible()
    complaints.clear()  # the browser reports the refusal that was asked for
    page.locator("#step-notify").get_by_label("Words").fill("Order {number} came in.")
    page.locator("#step-notify").get_by_role("button", name="Keep").click()
    expect(page.locator("#step-notify")).to_contain_text("Tells an e-mail address (books@example.com).")

    order = scene.orders[5]
    page.get_by_label("Find a record by its number").fill(order.number)
    page.get_by_role("link", name=re.compile(order.number)).click()
    expect(page.get_by_role("heading", name=f"Try Orders on {order.number}")).to_be_visible()
    expect(page.get_by_text("Every check is met.")).to_be_visible()


def test_a_flow_is_switched_to_shadow_without_leaving_the_page(
    visit: Visit, scene: Scene, made: MappingScene
) -> None:
    page = visit(f"/{scene.pair.slug}/mapping/versions/{made.draft.number}/flows/")
    group = page.get_by_role("group", name="Orders is")
    group.get_by_role("button", name="Shadow").click()
    expect(
        page.get_by_role("group", name="Orders is").get_by_role("button", name="Shadow")
    ).to_have_attribute("aria-pressed", "true")
    assert flow_named(MappingVersion.objects.get(pk=made.draft.pk), "orders").mode == "shadow"
    page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(page.get_by_role("group", name="Orders is").get_by_role("button", name="On")).to_have_attribute(
        "aria-pressed", "true"
    )
