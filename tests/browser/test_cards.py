"""Charging what is due to saved cards, in a real browser and by keyboard alone."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from integrations.models import CardCharge, Order
from integrations.xero.lookups import Found
from sync.models import Posting
from sync.services.charging import due_in_xero
from tests.browser.conftest import Visit
from tests.browser.soundness import unsound
from tests.dashboard.scene import Scene
from tests.factories import OrderFactory, PaymentFactory, SavedCardFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def owed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Order:
    """An open invoice of a customer with a saved card, one whose card has expired, and Xero that agrees."""
    card = SavedCardFactory(
        pair=scene.pair,
        first_payment=PaymentFactory(pair=scene.pair, order=scene.orders[0], vendor_tx_code="FIRST-1"),
    )
    gone = SavedCardFactory(
        pair=scene.pair,
        first_payment=card.first_payment,
        expires_on="2026-01-31",
        last_four="4444",
        scheme="MC",
    )
    orders = []
    for number, each in enumerate((card, gone)):
        order = OrderFactory(pair=scene.pair, customer=each.customer, number=f"DUE-{number}")
        orders.append(order)
        Posting.objects.create(
            pair=scene.pair, kind="invoice", natural_key=order.number, state="posted", order=order,
            remote_id=f"I-{order.pk}", remote_number=order.number, document={"DueDate": "2026-11-01"},
            amount_minor=order.total_minor, currency="GBP",
        )  # fmt: skip
    found = Found("", "", "", "AUTHORISED", "ACCREC", "GBP", None, Decimal("24.00"), None, "", "", None, {})
    monkeypatch.setattr(due_in_xero, "find_invoices_by_id", lambda _, ids: dict.fromkeys(ids, found))
    return orders[0]


def test_what_is_due_is_charged_by_keyboard_alone(visit: Visit, scene: Scene, owed: Order) -> None:
    page = visit(f"/{scene.pair.slug}/cards/due/")
    expect(page.get_by_text("expired on 31 January 2026")).to_be_visible()
    assert unsound(page, "cards-due") == {}
    page.get_by_label(f"Charge {owed.number}").focus()
    page.keyboard.press("Space")
    page.get_by_label("Reason").focus()
    page.keyboard.type("Due since the first")
    page.keyboard.press("Enter")
    yes = page.get_by_role("button", name="Yes, charge 1 invoice")
    expect(yes).to_be_visible()
    assert unsound(page, "cards-review") == {}
    yes.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("You may leave this page")).to_be_visible()
    assert unsound(page, "cards-batch") == {}
    assert CardCharge.objects.get().state == "asked"
    page.goto(page.url.split("/cards/")[0] + "/cards/")
    expect(page.get_by_role("link", name="VISA •••• 0006")).to_be_visible()
    assert unsound(page, "cards") == {}
    page.get_by_role("link", name="VISA •••• 0006").click()
    expect(page.get_by_text("Shown to a person")).to_be_visible()
    assert unsound(page, "card") == {}
