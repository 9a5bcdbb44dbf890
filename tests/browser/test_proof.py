"""The proof and a month in a real browser: as at a day, by keyboard, two signatures, axe, a desk and a phone."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from reconciliation.models import Reading
from sync.models import Posting
from tests.browser.conftest import Visit
from tests.browser.soundness import unsound
from tests.dashboard.scene import Scene

pytestmark = pytest.mark.browser


def test_the_proof_and_its_months_are_sound_and_work_by_keyboard(visit: Visit, scene: Scene) -> None:
    posting = Posting.objects.filter(pair=scene.pair, kind="payment", state="posted").first()
    assert posting is not None
    found = {
        "what": "lost", "collection": "Payments", "id": "p-1", "words": "Payment X", "why": "Somebody deleted it in Xero.",
        "minor": -3834, "currency": "GBP", "account": "095", "on": "2026-03-01", "posting": posting.pk, "seen": {},
        "fixes": ["post_again", "accept"],
    }  # fmt: skip
    Reading.objects.create(
        pair=scene.pair, account_code="095", currency="GBP", as_at=date(2026, 3, 1), read_on=date(2026, 3, 1),
        read_at="2026-03-01T10:00Z", xero_minor=0, ours_minor=3834, findings=[found],
    )  # fmt: skip
    page = visit(f"/{scene.pair.slug}/proof/")
    expect(page.get_by_role("heading", name="3. Xero = our postings")).to_be_visible()
    assert unsound(page, "proof") == {}
    page.get_by_text("Deal with it").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Reason").focus()
    page.keyboard.type("Agreed with Kim")
    page.get_by_role("button", name="Accept it as it is in Xero").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("is accepted as it stands in Xero")).to_be_visible()
    page = visit(f"/{scene.pair.slug}/proof/accounts/095/GBP/")
    assert unsound(page, "proof-rows") == {}
    page = visit(f"/{scene.pair.slug}/months/2026-1/")
    page.get_by_role("button", name="Sign as preparer").focus()
    for note in page.get_by_label("Note").all():
        note.fill("Known")
    assert unsound(page, "month") == {}
    page.get_by_role("button", name="Sign as preparer").press("Enter")
    expect(page.get_by_text("You prepared this month, so somebody else reviews it.")).to_be_visible()
    assert unsound(page, "month-prepared") == {}
