"""A running site with a scene, and a browser page that fails its test when the content policy or a script does."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page
from pytest_django.live_server_helper import LiveServer

from integrations.models import Role, User
from tests.dashboard.scene import Scene, audited, make_scene
from tests.factories import MembershipFactory, UserFactory

PASSWORD = "correct horse battery"
Visit = Callable[[str], Page]


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    """A pair in the middle of its trade."""
    return make_scene(orders=14)


@pytest.fixture
def administrator(scene: Scene) -> User:
    user = UserFactory(email="ada@tillbridge.example")
    MembershipFactory(user=user, pair=scene.pair, role=Role.ADMINISTRATOR)
    audited(scene.pair, user)
    return user


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser complained of; a test must leave it empty."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            said.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield said
    assert said == []


@pytest.fixture
def visit(page: Page, live_server: LiveServer, administrator: User, complaints: list[str]) -> Visit:
    """Opens a page of the site as the administrator."""
    client = Client()
    client.force_login(administrator)
    cookie = client.cookies["sessionid"]
    page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])

    def go(path: str) -> Page:
        page.goto(f"{live_server.url}{path}")
        return page

    return go
