from __future__ import annotations

from collections.abc import Iterator

import hypothesis
import pytest
from pytest_django import Settings

from tests.integrations.running_sandbox import SandboxInThread

# On a busy machine a slow example says nothing about the code.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[SandboxInThread]:
    """A fresh simulated Opayo and shop that the settings point to."""
    running = SandboxInThread()
    settings.OPAYO_TEST_URL = f"{running.url}/opayo"
    settings.OPAYO_LIVE_URL = "http://127.0.0.1:9/live"
    settings.HTTP_TIMEOUT_SECONDS = 5
    yield running
    running.stop()
