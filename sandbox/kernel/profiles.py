"""The named sets of faults: `none`, `rough` (an ordinary bad day) and `hostile` (everything at once).

In `hostile` about one call in seven goes wrong. Revoked consent is in no profile, because only a
person can mend it; set it as a single rule.
"""

from __future__ import annotations

from typing import Final

from sandbox.kernel.faults import Kind, Rule

_CALLS: Final = ("xero.[!w]*", "opayo.[!n]*", "shop.confirmations", "acquirer.download", "bank.download")
"""Calls that come in: all but what the systems send, `_SENT`."""
_SENT: Final = ("opayo.notification", "shop.orders", "xero.webhook")


def _all(kind: Kind, probability: float, seconds: float = 0.0) -> list[Rule]:
    return [Rule(route, kind, probability, seconds) for route in _CALLS]


def _outgoing(kind: Kind, probability: float, seconds: float = 0.0) -> list[Rule]:
    return [Rule(route, kind, probability, seconds) for route in _SENT]


def _rough() -> list[Rule]:
    return [
        *_outgoing(Kind.DUPLICATE, 0.01),
        *_outgoing(Kind.DELAY, 0.01, 1.0),
        *_outgoing(Kind.DROP, 0.005),
        *_all(Kind.LATENCY, 0.02, 0.5),
        *_all(Kind.TOO_MANY, 0.005, 1.0),
        *_all(Kind.SERVER_ERROR, 0.005),
        *_all(Kind.UNAVAILABLE, 0.01, 1.0),
        *_all(Kind.DROP, 0.005),
    ]


def _hostile() -> list[Rule]:
    return [
        *_outgoing(Kind.DUPLICATE, 0.04),
        *_outgoing(Kind.DELAY, 0.02, 1.5),
        *_outgoing(Kind.REORDER, 0.03, 1.0),
        *_outgoing(Kind.TIMEOUT_AFTER, 0.015),
        *_outgoing(Kind.DROP, 0.01),
        *[Rule(route, Kind.MAINTENANCE, 1.0, 2.0, 60.0) for route in _CALLS],
        Rule("xero.[!w]*", Kind.EXPIRE_TOKENS, 0.005),
        *_all(Kind.LATENCY, 0.03, 0.8),
        *_all(Kind.TOO_MANY, 0.015, 1.0),
        *_all(Kind.SERVER_ERROR, 0.015),
        *_all(Kind.UNAVAILABLE, 0.015, 1.0),
        *_all(Kind.TIMEOUT_BEFORE, 0.01, 3.0),
        *_all(Kind.TIMEOUT_AFTER, 0.015, 3.0),
        *_all(Kind.DROP, 0.01),
        *_all(Kind.TRUNCATE, 0.01),
    ]


PROFILES: Final[dict[str, tuple[Rule, ...]]] = {
    "none": (),
    "rough": tuple(_rough()),
    "hostile": tuple(_hostile()),
}
