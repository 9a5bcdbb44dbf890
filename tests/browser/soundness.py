"""Whether a page is sound: nothing serious for axe, nothing sticks out, on a desk and on a phone, in light and dark."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

DESK = (1440, 1000)
PHONE = (390, 844)
_STICKS_OUT = """[...document.querySelectorAll("main *")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".scroll, .code, .diff, .tabs"))
  .map((one) => one.outerHTML.slice(0, 90))[0]"""

_END_ANIMATIONS = "document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < Infinity).forEach((one) => one.finish())"


def serious(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe finds serious or critical on the page, by all rules or by some: the rule and its first place."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": rules}
    result: dict[str, Any] = Axe().run(page, options=options).response
    return [
        f"{violation['id']}: {violation['nodes'][0]['html'][:160]} {violation['nodes'][0].get('failureSummary', '')[:300]}"
        for violation in result["violations"]
        if violation["impact"] in ("serious", "critical")
    ]


def unsound(page: Page, name: str = "page") -> dict[str, list[str]]:
    """By look, what is wrong with the page as it stands; empty when all is well. Leaves it on a desk, in light.

    All rules on a desk in light and on a phone in dark; colours, which is what the scheme changes, on a desk in dark.
    Where TILLBRIDGE_SHOTS names a folder, a picture of each look is kept there as `name`.
    """
    looks = {
        f"{name} phone dark": _look(page, PHONE, dark=True),
        f"{name} desk dark": _look(page, DESK, dark=True, rules=["color-contrast"]),
        f"{name} desk light": _look(page, DESK, dark=False),
    }
    if folder := os.environ.get("TILLBRIDGE_SHOTS"):
        _take_pictures(page, Path(folder), name)
    return {look: found for look, found in looks.items() if found}


def _look(page: Page, size: tuple[int, int], *, dark: bool, rules: list[str] | None = None) -> list[str]:
    _dress(page, size, dark=dark)
    return serious(page, rules) + _overflow(page)


def _dress(page: Page, size: tuple[int, int], *, dark: bool) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
    # What is being asked of the server, or still changes its colours, is not how the page looks.
    expect(page.locator(".htmx-request")).to_have_count(0)
    page.evaluate(_END_ANIMATIONS)


def _overflow(page: Page) -> list[str]:
    if not page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        return []
    return [f"{page.evaluate(_STICKS_OUT)} sticks out"]


def _take_pictures(page: Page, folder: Path, name: str) -> None:
    for size, viewport in (("phone", PHONE), ("desk", DESK)):
        for dark in (True, False):
            _dress(page, viewport, dark=dark)
            scheme = "dark" if dark else "light"
            page.screenshot(
                path=folder / f"{name.strip('/').replace('/', '-')}-{size}-{scheme}.png", full_page=True
            )
