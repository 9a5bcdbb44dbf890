"""A mapping built from nothing: by mouse, by touch and by keys alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from integrations.models import User
from mapping.core.blueprint import Blueprint
from mapping.models import MappingVersion
from mapping.selectors import published_blueprint
from mapping.services.versions import create_draft
from tests.browser.conftest import Visit
from tests.browser.studio_pages import StudioPage, open_studio
from tests.dashboard.scene import Scene

pytestmark = pytest.mark.browser

Open = Callable[..., StudioPage]


@pytest.fixture
def empty_draft(scene: Scene, administrator: User) -> MappingVersion:
    """A draft whose invoice mapping has no row yet."""
    blueprint = published_blueprint(scene.pair.pk)
    invoice = replace(blueprint.mappings["invoice"], rows=(), collections=(), checks=())
    emptied = replace(blueprint, mappings={**blueprint.mappings, "invoice": invoice})
    return create_draft(scene.pair, emptied, by=administrator, name="From nothing")


@pytest.fixture
def studio(visit: Visit, page: Page, live_server: LiveServer, empty_draft: MappingVersion) -> StudioPage:
    return open_studio(page, live_server.url, empty_draft, "invoice")


def test_a_field_is_linked_by_dragging_it_onto_another(studio: StudioPage) -> None:
    studio.drag(studio.source("number"), studio.target("InvoiceNumber"))
    studio.is_saved()
    assert studio.row("InvoiceNumber")["sources"] == ["number"]
