"""Every page, in light and dark, on a desk and on a phone: nothing serious for axe, nothing sticks out."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from sync.models import Delivery
from tests.browser.conftest import Visit
from tests.browser.soundness import serious, unsound
from tests.dashboard.scene import Scene

pytestmark = pytest.mark.browser

HALVES = ("records", "running")


def paths(scene: Scene) -> list[str]:
    """Each kind of page once."""
    slug = scene.pair.slug
    call = Delivery.objects.filter(pair=scene.pair).values_list("pk", flat=True)[0]
    within = [
        "", "orders/", f"orders/{scene.orders[4].pk}/", "payments/", f"payments/{scene.stray.pk}/", "postings/",
        f"postings/{scene.dead.pk}/", "events/", f"events/{scene.dead_event.pk}/", f"calls/{call}/",
        f"notices/{scene.dead_notice.pk}/", "attention/problems/", "attention/approvals/", "attention/postings/", "attention/payments/",
        "attention/events/", "attention/notices/", f"attention/postings/{scene.dead.pk}/edit/",
        f"attention/payments/{scene.stray.pk}/find-order/?q=HF", "connections/", "connections/opayo/",
        "connections/shop/", "connections/chat/", "settings/", "settings/accounts/", "settings/accounts/add/", "settings/members/",
        "activity/", "activity/?span=hour", "activity/calls/", "activity/audit/", "no-such-page/",
    ]  # fmt: skip
    return ["/pairs/", "/account/2fa/", *(f"/{slug}/{path}" for path in within)]


@pytest.mark.parametrize("half", HALVES)
def test_every_page_is_sound(
    visit: Visit, page: Page, scene: Scene, complaints: list[str], half: str
) -> None:
    found: dict[str, object] = {}
    for path in paths(scene)[HALVES.index(half) :: len(HALVES)]:
        visit(path)
        if path.endswith("no-such-page/"):
            complaints.clear()  # the browser reports the 404 it was asked for
        found |= unsound(page, path)
    assert found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_doors_are_sound(page: Page, live_server: LiveServer, complaints: list[str], scheme: str) -> None:
    page.emulate_media(color_scheme="light" if scheme == "light" else "dark", reduced_motion="reduce")
    for path in ("/account/login/", "/account/password/reset/", "/account/signup/"):
        page.goto(f"{live_server.url}{path}")
        assert serious(page) == [], path
