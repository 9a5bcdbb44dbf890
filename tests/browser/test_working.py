"""People at work: signing in, keys only, choosing a theme, correcting a document."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from integrations.models import Order, Payment, User
from sync.models import Posting
from tests.browser.conftest import PASSWORD, Visit
from tests.dashboard.scene import Scene

pytestmark = pytest.mark.browser


def test_somebody_signs_in_and_out(
    page: Page, live_server: LiveServer, administrator: User, scene: Scene, complaints: list[str]
) -> None:
    page.goto(f"{live_server.url}/{scene.pair.slug}/orders/")
    page.get_by_label("Email").fill(administrator.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Orders", level=1)).to_be_visible()
    page.get_by_text(administrator.email, exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_refused_document_is_sent_again_with_keys_alone(visit: Visit, scene: Scene) -> None:
    page = visit(f"/{scene.pair.slug}/")
    page.keyboard.press("g")
    page.keyboard.press("n")
    page.wait_for_url(re.compile("/attention/problems/"))
    page.goto(page.url.replace("problems", "postings"))
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_text("1 selected")).to_be_visible()
    again = page.get_by_role("button", name="Send again")
    for _ in range(60):
        page.keyboard.press("Tab")
        if again.evaluate("button => button === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 document on its way to Xero again.")).to_be_visible()
    scene.dead.refresh_from_db()
    assert scene.dead.state != Posting.State.DEAD


def test_a_payment_is_assigned_with_one_click(visit: Visit, scene: Scene) -> None:
    page = visit(f"/{scene.pair.slug}/attention/payments/")
    number = scene.stray.candidates[0]["number"]
    page.get_by_role("button", name=f"Assign {scene.stray.vendor_tx_code} to order {number}").click()
    expect(page.get_by_text(f"{scene.stray} belongs to order {number} now")).to_be_visible()
    assert Payment.objects.get(pk=scene.stray.pk).order == Order.objects.get(pair=scene.pair, number=number)


def test_discarding_asks_for_a_reason(visit: Visit, scene: Scene) -> None:
    page = visit(f"/{scene.pair.slug}/attention/events/")
    page.get_by_role("checkbox", name=re.compile("Select order.created")).check()
    page.get_by_text("Discard…").click()
    page.get_by_role("button", name="Discard", exact=True).click()
    expect(page.get_by_text("Say why: it is kept in the audit log.")).to_be_visible()
    page.get_by_role("checkbox", name=re.compile("Select order.created")).check()
    page.get_by_text("Discard…").click()
    page.get_by_label("Why? It is kept in the audit log.").fill("A test of the shop's developers.")
    page.get_by_role("button", name="Discard", exact=True).click()
    expect(page.get_by_text("1 message discarded.")).to_be_visible()


def test_the_difference_shows_while_a_document_is_edited(visit: Visit, scene: Scene) -> None:
    page = visit(f"/{scene.pair.slug}/attention/postings/{scene.dead.pk}/edit/")
    editor = page.get_by_label("Document")
    text = editor.input_value()
    editor.fill(text.replace('"095"', '"096"'))
    expect(page.get_by_role("region", name="Differences")).to_contain_text("096")
    editor.fill(text[:-2])
    expect(page.get_by_text("This is not valid JSON")).to_be_visible()


def test_a_theme_is_kept(visit: Visit, scene: Scene, administrator: User) -> None:
    page = visit(f"/{scene.pair.slug}/")
    page.get_by_text(administrator.email, exact=True).click()
    page.get_by_text("Dark", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_list_follows_its_filters_and_has_an_address_for_each(visit: Visit, scene: Scene) -> None:
    page = visit(f"/{scene.pair.slug}/orders/")
    page.keyboard.press("/")
    page.keyboard.type(scene.orders[3].number)
    expect(page.locator(".list__count")).to_contain_text("1 order")
    expect(page).to_have_url(re.compile(f"q={scene.orders[3].number}"))


def test_evidence_opens_inside_the_timeline(visit: Visit, scene: Scene) -> None:
    page = visit(f"/{scene.pair.slug}/orders/{scene.orders[3].pk}/")
    page.get_by_role("heading", name="Order received").click()
    expect(page.get_by_text("As received")).to_be_visible()
    expect(page.locator(".code").first).to_contain_text(scene.orders[3].number)


def test_the_home_page_follows_what_happens(visit: Visit, scene: Scene) -> None:
    page = visit(f"/{scene.pair.slug}/")
    Posting.objects.filter(pair=scene.pair, state="dead").update(state="ready")
    page.get_by_role("heading", name="1 document Xero refused").wait_for(state="detached")


def test_shortcuts_are_listed_and_can_be_switched_off(visit: Visit, scene: Scene) -> None:
    page = visit(f"/{scene.pair.slug}/orders/")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    page.get_by_label("Use single-key shortcuts on this computer").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_label("Search")).not_to_be_focused()


def test_charts_are_drawn_with_a_table_beside_them(visit: Visit, scene: Scene) -> None:
    page = visit(f"/{scene.pair.slug}/activity/")
    expect(page.locator("[data-chart=calls] svg").first).to_be_visible()
    page.get_by_text("The numbers as a table").first.click()
    expect(page.get_by_role("columnheader", name="From").first).to_be_visible()
