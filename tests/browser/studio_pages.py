"""The studio as the browser tests use it: a draft to open, fields by their paths, and waiting until all is saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.test import Client
from playwright.sync_api import BrowserContext, Locator, Page, expect

from integrations.models import User
from mapping.models import MappingVersion

READY = ".studio.is-ready"


@dataclass(frozen=True)
class StudioPage:
    """One open studio."""

    page: Page
    draft: MappingVersion
    mapping: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of the mapping as the server has them."""
        self.draft.refresh_from_db()
        found: list[dict[str, Any]] = self.draft.blueprint["mappings"][self.mapping]["rows"]
        return found

    def row(self, target: str) -> dict[str, Any]:
        """The one row into `target`, as the server has it."""
        [found] = [row for row in self.rows if row["target"] == target]
        return found

    def field(self, side: str, path: str) -> Locator:
        """A line of one of the trees."""
        return self.page.locator(f'.field--{side}[data-path="{path}"]')

    def source(self, path: str) -> Locator:
        return self.field("source", path)

    def target(self, path: str) -> Locator:
        return self.field("target", path)

    def is_saved(self) -> None:
        """Waits until the server has everything."""
        expect(self.page.locator(".standing")).to_have_text("Saved")

    def drag(self, source: Locator, target: Locator, *, drop: bool = True) -> None:
        """Drags with the mouse, in steps as a hand does."""
        source.scroll_into_view_if_needed()
        target.scroll_into_view_if_needed()
        start, end = _middle(source), _middle(target)
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move(start[0] + 20, start[1] + 2, steps=3)
        mouse.move(*end, steps=6)
        if drop:
            mouse.up()

    def swipe(self, source: Locator, target: Locator) -> None:
        """Drags with a finger: the touches that a screen would report."""
        start, end = _middle(source), _middle(target)
        session = self.page.context.new_cdp_session(self.page)
        steps = [
            (start[0] + (end[0] - start[0]) * step / 8, start[1] + (end[1] - start[1]) * step / 8)
            for step in range(9)
        ]
        for number, (x, y) in enumerate(steps):
            kind = "touchStart" if number == 0 else "touchMove"
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        session.detach()


def signed_in(context: BrowserContext, root: str, user: User) -> None:
    """Makes `user` the person of a browser's context."""
    client = Client()
    client.force_login(user)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": root}])


def _middle(locator: Locator) -> tuple[float, float]:
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2


def going(page: Page, root: str) -> Callable[[str], Page]:
    """Opens paths of the site in `page`, as the fixture `visit` does in its own."""

    def go(path: str) -> Page:
        page.goto(f"{root}{path}")
        return page

    return go


def open_studio(visit: Callable[[str], Page], draft: MappingVersion, mapping: str) -> StudioPage:
    """Opens the studio and waits until it can be worked with."""
    assert draft.pair is not None
    page = visit(f"/{draft.pair.slug}/mapping/versions/{draft.number}/studio/{mapping}/")
    page.wait_for_selector(READY)
    return StudioPage(page, draft, mapping)
