from __future__ import annotations

import pytest

from integrations.inbound import wakeup
from integrations.models import Connection
from integrations.opayo.client import OpayoClient
from tests.factories import OpayoConnectionFactory
from tests.integrations.running_sandbox import SandboxInThread


@pytest.fixture
def connection(db: None, sandbox: SandboxInThread) -> Connection:
    """A connection to the simulated Opayo."""
    return OpayoConnectionFactory()


@pytest.fixture
def client_of_opayo(connection: Connection) -> OpayoClient:
    return OpayoClient(connection)


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The pairs whose pipeline would have been woken."""
    pairs: list[int] = []
    monkeypatch.setattr(wakeup, "on_event_stored", [pairs.append])
    return pairs
