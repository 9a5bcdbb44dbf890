"""Who may ask: signature, locked users, throttle; then hand the command to whoever answers it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence

from sandbox.credentials import OPAYO_REPORTING_PASSWORD, OPAYO_REPORTING_USER
from sandbox.kernel.wire import Reply, Request
from sandbox.opayo.core.reporting_xml import (
    Command,
    CommandError,
    Node,
    failure,
    read_command,
    success,
    xml_of_body,
)
from sandbox.opayo.core.signature import reporting_signature
from sandbox.opayo.gateway import Gateway

Answerer = Callable[[Command], Sequence[Node]]

LOCKED_FOR = 1800.0
"""Seconds of the machine clock a user stays locked (PCI DSS 8.3.4: at least half an hour)."""
_HEADERS = {"content-type": "text/xml; charset=utf-8"}


class Access:
    """The door of the Reporting & Admin API."""

    def __init__(self, gateway: Gateway, commands: Mapping[str, Answerer]) -> None:
        self._gateway = gateway
        self._commands = {name.lower(): answerer for name, answerer in commands.items()}
        self._users = gateway.world.store.table("opayo.users")
        self._recent: deque[float] = deque()

    def handle(self, request: Request) -> Reply:
        """Answer one command; refusals too are HTTP 200."""
        now = self._gateway.now()
        try:
            text = success(self._answer(read_command(xml_of_body(request.body))), now)
        except CommandError as error:
            text = failure(error, now)
        return Reply(200, text.encode(), _HEADERS)

    def _answer(self, command: Command) -> Sequence[Node]:
        self._authenticate(command)
        self._throttle()
        answerer = self._commands.get(command.name.lower())
        if answerer is None:
            raise CommandError("0013")
        return answerer(command)

    def _authenticate(self, command: Command) -> None:
        known = command.vendor.lower() == self._gateway.vendor and command.user == OPAYO_REPORTING_USER
        if not known or self._is_locked(command.user):
            raise CommandError("0008")
        right = reporting_signature(command.signed, OPAYO_REPORTING_PASSWORD)
        if command.signature.lower() != right:
            self._count_failure(command.user)
            raise CommandError("0010")
        if command.user in self._users:
            self._users.delete(command.user)

    def _is_locked(self, user: str) -> bool:
        row = self._users.get(user)
        return row is not None and self._gateway.machine() < row["locked_until"]

    def _count_failure(self, user: str) -> None:
        row = self._users.get(user) or {"failures": 0, "locked_until": 0.0}
        failures = row["failures"] + 1
        is_over = failures >= self._gateway.switches["lockout_after"]
        until = self._gateway.machine() + LOCKED_FOR if is_over else 0.0
        self._users.put(user, {"failures": 0 if is_over else failures, "locked_until": until})

    def _throttle(self) -> None:
        limit = self._gateway.switches["reporting_commands_per_minute"]
        if not limit:
            return
        now = self._gateway.machine()
        while self._recent and self._recent[0] <= now - 60:
            self._recent.popleft()
        if len(self._recent) >= limit:
            raise CommandError("2213")
        self._recent.append(now)
