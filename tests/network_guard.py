"""No test may leave this machine: opening a socket beyond loopback raises, and fails the test.

An audit hook sees every socket of this process, whichever library opens it, and cannot be undone.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import Any

_WATCHED = {"socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"}
# smtplib introduces itself by this machine's own name, and looks it up for that.
_NAMES_OF_THIS_MACHINE = {"", "localhost", socket.gethostname(), "0.0.0.0", "::"}  # noqa: S104 - names to compare with, not to listen on


class LeftTheMachine(ConnectionError):
    """A test tried to reach another machine."""


class NetworkGuard:
    """Remembers each attempt, since the code under test may catch the exception."""

    def __init__(self) -> None:
        self._attempts: list[str] = []

    def install(self) -> None:
        sys.addaudithook(self._on_event)

    def take_attempts(self) -> list[str]:
        """The attempts since the last call."""
        taken, self._attempts = self._attempts, []
        return taken

    def _on_event(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _WATCHED:
            return
        address = arguments[0] if event in {"socket.getaddrinfo", "socket.gethostbyname"} else arguments[1]
        host = _host_of(address)
        if host is not None and not is_this_machine(host):
            self._attempts.append(host)
            raise LeftTheMachine(f"Tests stay on this machine; something asked for {host}.")


def _host_of(address: Any) -> str | None:
    """The host of an internet address; None for Unix sockets and other kinds."""
    if isinstance(address, tuple) and address and isinstance(address[0], str):
        return address[0]
    if isinstance(address, bytes):
        return None if address.startswith((b"/", b"\0")) else address.decode()
    return address if isinstance(address, str) and not address.startswith(("/", "\0")) else None


def is_this_machine(host: str) -> bool:
    """True for loopback addresses and the names that mean this machine."""
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback or host in _NAMES_OF_THIS_MACHINE
    except ValueError:
        return host in _NAMES_OF_THIS_MACHINE or host.endswith(".localhost")
