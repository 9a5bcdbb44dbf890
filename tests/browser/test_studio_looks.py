"""The studio as everybody can use it: no serious finding of axe, no overflow, and smooth with 300 fields."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from integrations.models import User
from mapping.core.document import Row
from mapping.models import MappingVersion
from mapping.selectors import published_blueprint
from mapping.services.versions import create_draft, draft_from_published
from tests.browser.conftest import Visit
from tests.browser.soundness import serious
from tests.browser.studio_pages import StudioPage, open_studio
from tests.dashboard.scene import Scene

pytestmark = pytest.mark.browser


@pytest.fixture
def draft(scene: Scene, administrator: User) -> MappingVersion:
    return draft_from_published(scene.pair, by=administrator)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_serious(
    visit: Visit, page: Page, live_server: LiveServer, draft: MappingVersion, theme: str, width: int
) -> None:
    page.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
    page.set_viewport_size({"width": width, "height": 900})
    studio = open_studio(visit, draft, "invoice")
    assert serious(page) == []
    if width > 400:
        studio.target("Reference").click()
        assert serious(page) == []
    else:
        page.get_by_role("button", name="Xero", exact=True).click()
        assert serious(page) == []
        page.get_by_role("button", name="Details", exact=True).click()
        assert serious(page) == []
    page.get_by_role("button", name="Table", exact=True).click()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_dragging_stays_smooth_with_300_links(
    visit: Visit, page: Page, live_server: LiveServer, scene: Scene, administrator: User
) -> None:
    """The script's own work per frame, which is what the studio can answer for; the screen's rate is the machine's."""
    blueprint = published_blueprint(scene.pair.pk)
    more = tuple(Row(f"work{n}", f"work:value{n}", ("number",)) for n in range(300))
    invoice = replace(blueprint.mappings["invoice"], rows=(*more, *blueprint.mappings["invoice"].rows))
    wide = replace(blueprint, mappings={**blueprint.mappings, "invoice": invoice})
    studio = open_studio(visit, create_draft(scene.pair, wide, by=administrator), "invoice")
    assert page.locator(".field--target").count() > 300
    page.evaluate(_MEASURE)
    studio.drag(studio.source("number"), studio.target("Reference"), drop=False)
    _wander(studio)
    page.mouse.up()
    work = sorted(page.evaluate("window.frameWork"))
    assert len(work) > 20
    assert work[int(len(work) * 0.95)] < 1000 / 60


_MEASURE = """() => {
  window.frameWork = [];
  const real = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (work) => real((at) => {
    const start = performance.now();
    work(at);
    window.frameWork.push(performance.now() - start);
  });
}"""


def _wander(studio: StudioPage) -> None:
    """All over the target tree, also along its lower edge, where it scrolls."""
    box = studio.page.locator(".pane--target .tree").bounding_box()
    assert box is not None
    for x, y in ((0.5, 0.2), (0.7, 0.9), (0.6, 0.97), (0.6, 0.98), (0.5, 0.1), (0.4, 0.6)):
        studio.page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y, steps=15)
