"""Deciding about a suggested duplicate by keyboard, and the customer's page without barriers."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from integrations.models import Customer
from sync.services.customers.suggesting import suggest
from tests.browser.conftest import Visit
from tests.browser.soundness import unsound
from tests.dashboard.scene import Scene
from tests.dashboard.test_customers import customer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
_DOOR = {"line1": "14 Fossgate", "city": "York", "postcode": "YO1 7HH", "country": "GB"}


def test_a_suggested_duplicate_is_merged_by_keyboard_and_the_pages_have_no_barriers(
    scene: Scene, visit: Visit
) -> None:
    Customer.objects.update(compared_at=None)
    kept = customer(
        scene.pair, "C-91", first_name="Wilhelmina", last_name="Fairweather", billing_address=_DOOR
    )
    customer(scene.pair, "C-92", first_name="W", last_name="Fairweather", billing_address=_DOOR)
    suggest(scene.pair)
    page = visit(f"/{scene.pair.slug}/customers/suggestions/")
    assert unsound(page, "suggestions") == {}
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What it means")).to_be_visible()
    assert unsound(page, "merge") == {}
    page.get_by_label("Reason").fill("The same lady")
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wilhelmina Fairweather")
    expect(page.get_by_text("The same lady")).to_be_visible()
    assert unsound(page, "customer") == {}
    assert kept.orders.count() == 2
