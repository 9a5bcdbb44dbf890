"""The simulated Xero on a real socket, and what people and time do to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sandbox.kernel.faults import Kind, Rule
from sandbox.xero.system import XeroSystem
from tests.integrations.running_sandbox import SandboxInThread

T = TypeVar("T")


class XeroInThread(SandboxInThread):
    """A fresh sandbox, seen from its Xero."""

    @property
    def xero_url(self) -> str:
        """Where all of Xero's hosts are."""
        return f"{self.url}/xero"

    def at(self, act: Callable[[XeroSystem], T]) -> T:
        """Run something over the simulated Xero where no request can get in between."""
        system = self._sandbox.systems["xero"]
        assert isinstance(system, XeroSystem)
        return self.do(lambda: act(system))

    def shut(self, route: str) -> None:
        """Maintenance for every call of that route, for good."""
        rule = Rule(route, Kind.MAINTENANCE, 1.0, seconds=86_400, period=86_401)
        self.do(lambda: self._sandbox.faults.add(rule))

    def calls(self, kind: str) -> int:
        """How many calls of that kind have come in."""
        return self.at(lambda system: system.traffic.totals().get(kind, 0))

    def move_clock(self, seconds: float) -> None:
        """Let the time for tokens, limits and idempotency pass."""
        self.at(lambda system: system.world.clock.advance(seconds, machine=True))
