"""Rolling a day back in a real browser: plan, reason, progress, proof; keyboard, axe, a desk and a phone."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from integrations.models import User
from sync.models import Posting, Rollback, RollbackStep, RolledBackOrder
from tests.browser.conftest import Visit
from tests.browser.soundness import unsound
from tests.dashboard.scene import Scene

pytestmark = pytest.mark.browser


@pytest.fixture
def rollback(scene: Scene, administrator: User) -> Rollback:
    """The plan of a day, of which one document is reconciled."""
    rollback = Rollback.objects.create(
        pair=scene.pair, scope="day", subject="2026-11-22", day=date(2026, 11, 22), planned_by=administrator,
        planned_at=timezone.now(), documents=3, groups=2, calls=9, money={"GBP": 7668},
        effects=[{"account": "095", "currency": "GBP", "minor": -7668}],
    )  # fmt: skip
    rows = Posting.objects.filter(
        pair=scene.pair, state="posted", order__isnull=False, kind__in=["invoice", "payment"]
    )
    reconciled = {
        "code": "reconciled", "what": "It is reconciled with a bank statement line in Xero.",
        "fix": "Open it in Xero, choose Options, Unreconcile (Remove & Redo), then make the plan again.",
    }  # fmt: skip
    RollbackStep.objects.bulk_create(
        RollbackStep(
            rollback=rollback, posting=row, group=f"order-{row.order_id}", action="undo", phase=1, position=place,
            by="payment_delete", blockers=[reconciled] if place == 0 else [],
        )
        for place, row in enumerate(rows.order_by("pk")[:4])
    )  # fmt: skip
    return rollback


def test_a_plan_says_what_stands_in_the_way(visit: Visit, scene: Scene, rollback: Rollback) -> None:
    page = visit(f"/{scene.pair.slug}/rollbacks/")
    page.get_by_role("link", name="Roll back a day…").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Day in the books")).to_be_visible()
    assert unsound(page, "rollback-new") == {}
    page = visit(f"/{scene.pair.slug}/rollbacks/{rollback.pk}/")
    expect(page.get_by_role("region", name="What stands in the way")).to_contain_text("Unreconcile")
    assert unsound(page, "rollback-plan") == {}
    page.get_by_label("Reason").focus()
    page.keyboard.type("Wrong accounts")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Put it right, or leave the blocked ones out.")).to_be_visible()


def test_progress_and_proof_are_sound(visit: Visit, scene: Scene, rollback: Rollback) -> None:
    rollback.steps.update(blockers=[])
    Rollback.objects.update(
        state="running", started_at=timezone.now(), reason="Wrong", asked_by=rollback.planned_by
    )
    page = visit(f"/{scene.pair.slug}/rollbacks/{rollback.pk}/")
    expect(page.get_by_role("progressbar", name="Documents undone")).to_be_visible()
    # The look is judged at rest.
    page.evaluate("document.querySelector('[data-live]').removeAttribute('data-live')")
    assert unsound(page, "rollback-running") == {}
    page.reload()
    line = {"account": "095", "currency": "GBP", "before": "100.00", "effect": "-76.68", "others": "0.00"}
    proof = {
        "accounts": [{**line, "expected": "23.32", "after": "23.32", "holds": True}],
        "checked": 3,
        "wrong": [],
    }
    Rollback.objects.update(state="done", proof=proof, is_proved=True, ended_at=timezone.now())
    RolledBackOrder.objects.create(rollback=rollback, order=scene.orders[0])
    # The page follows by itself.
    expect(page.get_by_text("To the penny")).to_be_visible(timeout=15_000)
    page.reload()
    expect(page.get_by_role("button", name="Post 1 order again")).to_be_visible()
    assert unsound(page, "rollback-done") == {}
    page = visit(f"/{scene.pair.slug}/orders/{scene.orders[0].pk}/")
    expect(page.get_by_text("Rolled back:")).to_be_visible()
    assert unsound(page, "rollback-order") == {}
