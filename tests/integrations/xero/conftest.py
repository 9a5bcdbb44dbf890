"""A simulated Xero on a real socket, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from pytest_django import Settings

from integrations.models import Connection
from integrations.secrets import encrypt
from sandbox.kernel.faults import Kind, Rule
from sandbox.kernel.server import Options, Sandbox
from sandbox.systems import build
from sandbox.xero.apps import DEMO_TENANT
from sandbox.xero.system import XeroSystem
from tests.factories import XeroConnectionFactory, XeroGrantFactory
from tests.factories.pairs import usual_accounts

T = TypeVar("T")


class XeroInThread:
    """The sandbox's Xero; whatever touches it runs in its own loop."""

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._sandbox = Sandbox(Options(port=0, smtp_port=0), build)
        self._thread.start()
        self._ready.wait(10)
        self.url = f"http://127.0.0.1:{self._sandbox.port}/xero"

    @property
    def system(self) -> XeroSystem:
        system = self._sandbox.systems["xero"]
        assert isinstance(system, XeroSystem)
        return system

    def do(self, act: Callable[[XeroSystem], T]) -> T:
        """Run something over the simulated Xero where no request can get in between."""

        async def run() -> T:
            return act(self.system)

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    def fail(self, route: str, kind: Kind, *, times: int = 1, seconds: float = 0.0) -> None:
        """Let the next calls of that route go wrong."""
        period = seconds + 1 if kind is Kind.MAINTENANCE else 0.0
        rule = Rule(route, kind, 1.0, seconds, period, remaining=times)
        self.do(lambda _: self._sandbox.faults.add(rule))

    def calls(self, kind: str) -> int:
        """How many calls of that kind have come in."""
        return self.do(lambda xero: xero.traffic.totals().get(kind, 0))

    def switch(self, name: str, value: object) -> None:
        """Set one of the documented switches."""
        self.do(lambda xero: xero.world.switches.update({f"xero.{name}": value}))

    def move_clock(self, seconds: float) -> None:
        """Let the time for tokens, limits and idempotency pass."""
        self.do(lambda xero: xero.world.clock.advance(seconds, machine=True))

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._sandbox.start())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._sandbox.stop())
        self._loop.close()


@pytest.fixture
def xero(settings: Settings) -> Iterator[XeroInThread]:
    """A fresh simulated Xero that the settings point to."""
    running = XeroInThread()
    settings.XERO_LOGIN_URL = settings.XERO_IDENTITY_URL = settings.XERO_API_URL = running.url
    settings.SITE_URL = "http://127.0.0.1:8000"
    settings.HTTP_TIMEOUT_SECONDS = 5
    yield running
    running.stop()


def consented(xero: XeroInThread, connection: Connection) -> Connection:
    """The connection with tokens of a real consent at the simulated Xero."""
    redirect = "http://127.0.0.1:8000/xero/callback"
    code = xero.do(lambda system: system.consent(redirect_uri=redirect))
    consent = xero.do(lambda system: system.tokens.redeem(code, "tillbridge-demo", redirect, None))
    tokens = xero.do(lambda system: system.tokens.issue(consent))
    grant = connection.grant
    assert grant is not None
    grant.access_token = encrypt(tokens["access_token"])
    grant.refresh_token = encrypt(tokens["refresh_token"])
    grant.scopes = tokens["scope"].split()
    grant.save()
    return connection


@pytest.fixture
def connection(db: None, xero: XeroInThread) -> Connection:
    """A live connection to the demo organisation, with the usual accounts."""
    connection = XeroConnectionFactory(tenant_id=DEMO_TENANT, grant=XeroGrantFactory())
    usual_accounts(connection.pair)
    return consented(xero, connection)
