"""Giving money back, in a real browser: live preview, keyboard only, sound for axe on a desk and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from integrations.models import Instruction, Payment
from mapping.services.versions import ensure_default_mappings
from tests.browser.conftest import Visit
from tests.browser.soundness import unsound
from tests.dashboard.scene import Scene

pytestmark = pytest.mark.browser


@pytest.fixture
def payment(scene: Scene) -> Payment:
    """A payment of days ago, with a refund asked for and one refused."""
    ensure_default_mappings(scene.pair)
    payment = Payment.objects.filter(pair=scene.pair, order=scene.orders[2], state="captured").get()
    for number, (state, error) in enumerate(
        [("refused", "Opayo has already refunded this payment in full."), ("unknown", "No answer came.")]
    ):
        Instruction.objects.create(
            pair=scene.pair, payment=payment, kind="refund", state=state, amount_minor=100, currency=payment.currency,
            vendor_tx_code=f"R-{number}", request_key=f"k{number}", via="person", error=error, reason="Arrived broken",
        )  # fmt: skip
    return payment


def test_money_is_given_back_by_keyboard_alone(visit: Visit, scene: Scene, payment: Payment) -> None:
    page = visit(f"/{scene.pair.slug}/orders/{payment.order_id}/")
    assert unsound(page, "order") == {}
    link = page.get_by_role("link", name="Refund…")
    link.focus()
    page.keyboard.press("Enter")
    amount = page.get_by_label("Amount to give back")
    amount.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("1.00")
    preview = page.get_by_role("region", name="What will happen", exact=True)
    expect(preview).to_contain_text("1.00 goes back to")
    expect(preview).to_contain_text("In Xero: credit note")
    page.get_by_label("Reason").focus()
    with page.expect_response("**/ask/refund/"):  # the preview is made anew
        page.keyboard.type("Arrived broken")
    assert unsound(page, "ask") == {}
    page.get_by_role("button", name="Go on to confirm").focus()
    page.keyboard.press("Enter")
    yes = page.get_by_role("button", name="Yes, refund")
    expect(yes).to_be_visible()
    assert unsound(page, "confirm") == {}
    yes.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Opayo is asked to give the money back.")).to_be_visible()
    assert Instruction.objects.get(state="asked").amount_minor == 100


def test_what_cannot_be_given_back_is_said_while_typing(visit: Visit, scene: Scene, payment: Payment) -> None:
    page = visit(f"/{scene.pair.slug}/payments/{payment.pk}/ask/refund/")
    page.get_by_label("Amount to give back").fill("99999.00")
    expect(page.get_by_text("left of this payment")).to_be_visible()
    expect(page.get_by_role("button", name="Go on to confirm")).to_be_disabled()
    assert unsound(page, "refused") == {}


def test_the_lists_are_sound(visit: Visit, scene: Scene, payment: Payment) -> None:
    page = visit(f"/{scene.pair.slug}/refunds/")
    assert unsound(page, "list-empty") == {}
    page.get_by_role("link", name="Asked of Opayo").click()
    expect(page.get_by_text("R-0")).to_be_visible()
    assert unsound(page, "list-asked") == {}
