"""The review of matches in a real browser: by keyboard alone, with a difference, all sure ones at once, and by touch."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from integrations.models import User
from reconciliation.matching.deciding import confirm
from reconciliation.models import BankLine, Settlement
from tests.browser.conftest import Visit
from tests.browser.soundness import unsound
from tests.dashboard.scene import Scene
from tests.factories import UserFactory
from tests.reconciliation.review_scene import AMBIGUOUS, EXACT, ReviewScene, review_scene

pytestmark = pytest.mark.browser
S = BankLine.State
SHORT = [
    {"code": "money_short", "words": "£49.40 came for £50.00: £0.60 (1.2 %) less."},
    {"code": "needs_person", "words": "It would be certain once a person says where the difference went."},
]


@pytest.fixture
def desk(scene: Scene) -> ReviewScene:
    return review_scene(scene.pair)


def opened(visit: Visit, desk: ReviewScene, query: str = "") -> Page:
    page = visit(f"/{desk.pair.slug}/reconcile/{query}")
    expect(page.locator(".bline.is-current")).to_be_visible()
    return page


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def settled(page: Page) -> None:
    """Every decision has been answered."""
    # One after the other: on a busy machine seventeen of them take their time.
    expect(page.locator("[data-review]:not(.is-asking)")).to_be_attached(timeout=30_000)


def states() -> list[str]:
    return list(BankLine.objects.order_by("pk").values_list("state", flat=True))


def close_with_a_fee(page: Page) -> None:
    """Accept a suggestion whose money differs by a fee, after a look at what would be booked."""
    press(page, "a")
    dialog = page.get_by_role("dialog", name="Put together")
    expect(dialog.get_by_text("£0.60 are missing: say why")).to_be_visible()
    assert unsound(page, "together") == {}
    dialog.get_by_label("Where the difference went").select_option("fee")
    expect(dialog.get_by_text("Adjustment, 19 Mar")).to_be_visible()
    dialog.get_by_role("button", name="They are the same money").press("Enter")


def test_twenty_lines_are_decided_by_keyboard_alone(visit: Visit, desk: ReviewScene) -> None:
    desk.pairs(15)
    desk.line(-999, days=15, counterparty="COFFEE HOUSE")
    desk.suggest(
        [desk.settlement(60_000, days=16)], [desk.line(60_000, days=16)], reasons=[*EXACT, AMBIGUOUS]
    )
    desk.suggest([desk.settlement(5_000, days=17)], [desk.line(4_940, days=17)], "0.71", reasons=SHORT)
    desk.line(1_500, days=18), desk.line(1_400, days=19)
    desk.settlement(2_900, days=18)
    page = opened(visit, desk)
    assert unsound(page, "review") == {}
    press(page, *["Enter"] * 15)
    expect(page.locator("[data-of-line]")).to_contain_text("COFFEE HOUSE")
    press(page, "n", "r")
    settled(page)
    # What was rejected stays to be decided; the one after it is in hand.
    expect(page.locator(".bline.is-current")).to_contain_text("£49.40")
    expect(page.locator("[data-of-line]")).to_contain_text("£0.60 is 1.2 % of what was settled")
    dialog = page.get_by_role("dialog", name="Put together")
    close_with_a_fee(page)
    expect(page.locator(".bline.is-current")).to_contain_text("£15.00")
    # Two lines are one settlement: both are selected, then the settlement on the right.
    press(page, "x", "j", "x")
    expect(page.locator("[data-of-line]")).to_contain_text("£14.00")
    expect(page.locator(".candidate")).to_have_count(2)
    press(page, "l")
    expect(page.locator(".candidate:focus")).to_contain_text("£29.00")
    press(page, "x")
    expect(page.locator("[data-remaining]")).to_have_text("£0.00")
    press(page, "g")
    expect(dialog.get_by_text("Transfer, 20 Mar")).to_be_visible()
    dialog.get_by_role("button", name="They are the same money").press("Enter")
    settled(page)
    expect(page.locator(".bline:visible")).to_have_count(1)
    assert states() == [*[S.MATCHED] * 15, S.NOT_OURS, S.OPEN, S.MATCHED, S.MATCHED, S.MATCHED]
    # Taken back, and in hand again.
    press(page, "u")
    expect(page.locator(".bline:visible")).to_have_count(3)
    settled(page)
    assert states()[18:] == [S.OPEN, S.OPEN]
    expect(page.locator("#progress")).to_contain_text("18 decided today")
    press(page, "?")
    expect(page.get_by_role("dialog", name="Keys of the review")).to_be_visible()


def test_what_somebody_else_decided_comes_back_and_is_told(visit: Visit, desk: ReviewScene) -> None:
    first, _ = desk.pairs(2)
    page = opened(visit, desk, "?state=all")
    confirm(first, UserFactory(email="ben@tillbridge.example"))
    press(page, "Enter")
    expect(page.locator("[data-said]")).to_contain_text(
        "£10.00 on 2 Mar: Not any more: confirmed by ben@tillbridge.example"
    )
    expect(page.locator(".bline").first).to_contain_text("400001")
    expect(page.locator(".bline").first).to_have_attribute("data-state", S.MATCHED)
    press(page, "k", "y")
    expect(page.locator(".past")).to_contain_text("ben@tillbridge.example")
    assert unsound(page, "history") == {}


def test_all_sure_ones_are_accepted_after_a_look(visit: Visit, desk: ReviewScene) -> None:
    desk.pairs(12)
    desk.suggest([desk.settlement(9_000)], [desk.line(9_000)], "0.99", reasons=[*EXACT, AMBIGUOUS])
    page = visit(f"/{desk.pair.slug}/reconcile/sure/")
    expect(page.get_by_role("heading", name="From 95 %: 12 suggestions")).to_be_visible()
    assert unsound(page, "sure") == {}
    page.get_by_label("Confirm suggestions from, in per cent").fill("96")
    expect(page.get_by_text("No suggestion is that sure")).to_be_visible()
    page.get_by_label("Confirm suggestions from, in per cent").fill("90")
    page.get_by_role("button", name="Accept 12 suggestions").click()
    expect(page.get_by_text("Confirmed: 12 suggestions.")).to_be_visible()
    assert states() == [*[S.MATCHED] * 12, S.SUGGESTED]
    page.get_by_role("button", name="Take back the 12 confirmed together").click()
    expect(page.get_by_text("Taken back: 12 confirmations.")).to_be_visible()


def test_a_rule_is_built_and_tried_while_it_is_written(
    visit: Visit, desk: ReviewScene, administrator: User
) -> None:
    desk.line(-90_000, counterparty="CITY RENT")
    desk.line(1_200, days=1)
    page = visit(f"/{desk.pair.slug}/reconcile/rules/add/")
    page.get_by_label("Name").fill("Rent")
    page.get_by_label("When, as text").fill('"RENT" in text')
    expect(page.locator("#trial dd").first).to_have_text("1")
    expect(page.get_by_text("Not met by the newest bank line.")).to_be_visible()
    assert unsound(page, "rule") == {}
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("contains “RENT”, it is not ours.")).to_be_visible()
    assert unsound(page, "rules") == {}


def test_it_works_by_touch_on_a_phone_and_long_lists_come_in_windows(visit: Visit, desk: ReviewScene) -> None:
    desk.pairs(1)
    BankLine.objects.bulk_create(
        BankLine(
            pair=desk.pair, bank_account=desk.account, statement=desk.statement, identity=f"x{at}", currency="GBP",
            booked_on=desk.lines[0].booked_on, amount_minor=5_000 + at,
        )
        for at in range(250)
    )  # fmt: skip
    page = opened(visit, desk)
    expect(page.locator(".bline")).to_have_count(100)
    page.locator(".bline").last.scroll_into_view_if_needed()
    expect(page.locator(".bline")).to_have_count(200)
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".bline").first.locator("a").click()
    page.get_by_role("button", name="Accept", exact=True).click()
    settled(page)
    assert Settlement.objects.get().state == Settlement.State.BANKED
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-said]")).to_have_text("Taken back: 1 decision.")
