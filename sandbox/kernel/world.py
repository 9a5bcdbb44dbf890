"""What every simulated system is given: time, state, and a way to call out."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.kernel.clock import Clock
from sandbox.kernel.store import Store
from sandbox.kernel.wire import Outgoing


@dataclass
class World:
    """The shared surroundings of the simulated systems."""

    clock: Clock
    store: Store
    rng: random.Random = field(default_factory=random.Random)
    switches: dict[str, Any] = field(default_factory=dict)
    """Choices where the facts say "unconfirmed", by dotted name; documented in docs/sandbox.md."""
    base_url: str = "http://127.0.0.1:8001"
    """Where this process listens, for links made when nobody has asked; without a trailing slash."""
    send: Callable[[Outgoing], None] = lambda outgoing: None
    """Hand a call to the kernel for sending; tests replace it by a list's `append`."""
