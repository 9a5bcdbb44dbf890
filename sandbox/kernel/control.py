"""The control API: faults, clock, switches, counts, truth and trade, for tests and the demo. Never faulted.

Every answer is JSON; a request that cannot be followed is answered 400 with `error.message`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Protocol

from sandbox import credentials
from sandbox.kernel.counts import Counts
from sandbox.kernel.faults import Faults, Kind, Rule
from sandbox.kernel.mail import Mailbox
from sandbox.kernel.outgoing import OutgoingQueue
from sandbox.kernel.profiles import PROFILES
from sandbox.kernel.settings import Settings, rule_as_dict
from sandbox.kernel.wire import Reply, Request, System
from sandbox.kernel.wire_json import decode, error_reply, json_reply
from sandbox.kernel.world import World


class Trade(Protocol):
    """The maker of trade, started and watched by control."""

    def start(self, order: Mapping[str, Any]) -> None:
        """Begin; raises ValueError on an order it cannot follow, or while one is under way."""

    def status(self) -> dict[str, Any]:
        """How far it is."""

    def truth(self) -> dict[str, Any]:
        """The status, and the real times of every attempt to pay."""


Handler = Callable[[str, Any], Any]


@dataclass(frozen=True, slots=True)
class Workings:
    """All that control has a hand in."""

    world: World
    systems: Mapping[str, System]
    controls: Mapping[str, Mapping[str, Callable[..., Any]]]
    faults: Faults
    counts: Counts
    queue: OutgoingQueue
    settings: Settings
    mailbox: Mailbox
    trade: Trade


class Control:
    """Answers everything below `/control`."""

    def __init__(self, workings: Workings) -> None:
        self._world = workings.world
        self._systems = workings.systems
        self._controls = workings.controls
        self._faults = workings.faults
        self._counts = workings.counts
        self._queue = workings.queue
        self._settings = workings.settings
        self._mailbox = workings.mailbox
        self._trade = workings.trade
        self._handlers: dict[tuple[str, str], Handler] = {
            ("GET", ""): self._index,
            ("GET", "faults"): self._get_faults,
            ("POST", "faults"): self._set_faults,
            ("GET", "clock"): self._get_clock,
            ("POST", "clock"): self._set_clock,
            ("GET", "switches"): self._get_switches,
            ("POST", "switches"): self._set_switches,
            ("GET", "counts"): self._get_counts,
            ("POST", "counts"): self._reset_counts,
            ("GET", "truth"): self._truth,
            ("GET", "trade"): self._get_trade,
            ("POST", "trade"): self._start_trade,
            ("GET", "mail"): self._mail,
            ("GET", "outgoing"): self._outgoing,
            ("GET", "credentials"): self._credentials,
        }

    def __call__(self, request: Request) -> Reply:
        """Follow one request."""
        first, _, rest = request.path.strip("/").partition("/")
        handler = self._handlers.get((request.method, first))
        try:
            payload = decode(request.body) if request.body else {}
            if handler is None:
                return self._ask_system(request.method, first, rest, payload)
            return json_reply(handler(rest, payload))
        except LookupError as error:
            return error_reply(str(error.args[0]) if error.args else "No such thing", 404)
        except (ValueError, TypeError) as error:
            return error_reply(str(error))

    def _ask_system(self, method: str, name: str, action: str, payload: Any) -> Reply:
        """`POST /control/<system>/<action>`: one of the controls a system offers."""
        controls = self._controls.get(name, {})
        if method != "POST" or action not in controls:
            raise LookupError(f"Control has no {method} /control/{name}/{action}".rstrip("/"))
        if not isinstance(payload, dict):
            raise ValueError("Send a JSON object")
        return json_reply(controls[action](**payload))

    def _index(self, rest: str, payload: Any) -> Any:
        offered = [f"{method} /control/{name}".rstrip("/") for method, name in self._handlers]
        offered += [f"POST /control/{name}/{each}" for name, some in self._controls.items() for each in some]
        return {"offers": sorted(offered), "systems": sorted(self._systems)}

    def _get_faults(self, rest: str, payload: Any) -> Any:
        return {
            "profiles": sorted(PROFILES),
            "kinds": [kind.value for kind in Kind],
            "rules": [rule_as_dict(rule) for rule in self._faults.rules],
        }

    def _set_faults(self, rest: str, payload: Any) -> Any:
        if "profile" in payload:
            if payload["profile"] not in PROFILES:
                raise ValueError(f"There is no profile {payload['profile']!r}")
            self._faults.replace(PROFILES[payload["profile"]])
        if "rules" in payload:
            self._faults.replace([read_rule(rule) for rule in payload["rules"]])
        if "rule" in payload:
            self._faults.add(read_rule(payload["rule"]))
        self._settings.keep_rules(self._faults.rules)
        return self._get_faults(rest, payload)

    def _get_clock(self, rest: str, payload: Any) -> Any:
        clock = self._world.clock
        return {"business": clock.business(), "machine": clock.machine()}

    def _set_clock(self, rest: str, payload: Any) -> Any:
        seconds = read_move(payload, self._world.clock.business())
        self.move_clock(seconds, machine=bool(payload.get("machine")))
        return self._get_clock(rest, payload)

    def move_clock(self, seconds: float, *, machine: bool = False) -> None:
        """Move the clock and let everything that has fallen due happen at once."""
        self._world.clock.advance(seconds, machine=machine)
        self._settings.keep_clock(self._world)
        for system in self._systems.values():
            system.tick()
        self._queue.wake()

    def _get_switches(self, rest: str, payload: Any) -> Any:
        return self._world.switches

    def _set_switches(self, rest: str, payload: Any) -> Any:
        self._world.switches.update(payload)
        self._settings.keep_switches(self._world.switches)
        return self._world.switches

    def _get_counts(self, rest: str, payload: Any) -> Any:
        return self._counts.totals()

    def _reset_counts(self, rest: str, payload: Any) -> Any:
        if rest != "reset":
            raise LookupError("Counts are reset by POST /control/counts/reset")
        self._counts.reset()
        return self._counts.totals()

    def _truth(self, rest: str, payload: Any) -> Any:
        if rest:
            if rest not in self._systems:
                raise LookupError(f"There is no system {rest!r}")
            return truth_of(self._systems[rest])
        truths = {name: truth_of(system) for name, system in self._systems.items()}
        trade = self._trade.truth()
        return {**truths, "counts": self._counts.totals(), "trade": trade, "outgoing": self._queue.pending}

    def _get_trade(self, rest: str, payload: Any) -> Any:
        return self._trade.status()

    def _start_trade(self, rest: str, payload: Any) -> Any:
        self._trade.start(payload)
        return self._trade.status()

    def _mail(self, rest: str, payload: Any) -> Any:
        if not rest:
            return {"mails": self._mailbox.list()}
        mail = self._mailbox.get(rest)
        if mail is None:
            raise LookupError(f"There is no mail {rest!r}")
        return mail

    def _outgoing(self, rest: str, payload: Any) -> Any:
        return {"pending": self._queue.pending, "due": self._queue.due_within(0.0)}

    def _credentials(self, rest: str, payload: Any) -> Any:
        """What a bridge needs to connect; demo values, secret to nobody."""
        return {name.lower(): value for name, value in vars(credentials).items() if name.isupper()}


def truth_of(system: System) -> Any:
    """What a system knows to be true, if it tells."""
    tell = getattr(system, "truth", None)
    return tell() if tell is not None else {}


def read_rule(given: Any) -> Rule:
    """A fault rule from its JSON. Raises ValueError or TypeError when it is none."""
    if not isinstance(given, dict) or "route" not in given or "kind" not in given:
        raise ValueError("A rule needs at least a route and a kind")
    unknown = set(given) - {field.name for field in fields(Rule)}
    if unknown:
        raise ValueError(f"A rule has no {', '.join(sorted(unknown))}")
    remaining = given.get("remaining")
    return Rule(
        route=str(given["route"]),
        kind=Kind(given["kind"]),
        probability=float(given.get("probability", 1)),
        seconds=float(given.get("seconds", 0)),
        period=float(given.get("period", 0)),
        remaining=None if remaining is None else int(remaining),
    )


def read_move(given: Any, now: datetime) -> float:
    """By how many seconds the clock is to move: `advance` in seconds, or `set` to a time in ISO 8601."""
    if "advance" in given:
        return float(given["advance"])
    if "set" in given:
        then = datetime.fromisoformat(given["set"])
        return ((then if then.tzinfo else then.replace(tzinfo=UTC)) - now).total_seconds()
    raise ValueError("Say `advance` (seconds) or `set` (a time in ISO 8601)")
