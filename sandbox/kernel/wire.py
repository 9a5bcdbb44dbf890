"""What crosses the edge of the sandbox, freed of any web framework.

The simulated systems are plain functions from `Request` to `Reply`; the HTTP server, the faults and
the outgoing calls are the kernel's affair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, below the mount point of its system (`/xero`, `/opayo`, `/shop`)."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""
    base_url: str = "http://127.0.0.1:8001"
    """Scheme, host and port the client used, for absolute links; without a trailing slash."""
    in_flight: int = 1
    """Calls of this system under way for the same `xero-tenant-id` when this one came, itself included."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP reply."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A call one of the simulated systems makes to the outside: a notification or a webhook.

    The kernel sends it soon after it was handed over (or at `not_before`, in seconds of the
    machine clock), applies the faults of `route`, and tells the system the outcome.
    """

    system: str
    key: str
    """Unique within the system; comes back with the outcome."""
    route: str
    """Name of the kind of call for faults and counts, such as `opayo.notification`."""
    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    not_before: float = 0.0


class System(Protocol):
    """A simulated outside system: no I/O of its own, never blocks, all state in the store."""

    name: str

    def handle(self, request: Request) -> Reply:
        """Answer one request."""

    def route_of(self, request: Request) -> str:
        """Name the kind of call for faults and counts, such as `xero.invoices.write`."""

    def tick(self) -> None:
        """Do what has fallen due by the clock: monitors, retries, settlement batches."""

    def replied(self, key: str, reply: Reply) -> None:
        """Hear the answer to an `Outgoing`."""

    def failed(self, key: str, reason: str) -> None:
        """Hear that an `Outgoing` got no answer (time-out, refused, dropped)."""
