"""A period of trade in the sandbox, and the wait until the product has done all it leads to."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from config.demo.control import Control, wait_until
from config.demo.options import Options
from config.demo.processes import ChildFailed, progress
from config.demo.stack import Stack

_DAY = 86_400.0
# The payment monitor gives up on an abandoned page after 15 minutes; settlement comes a day later.
_AFTERMATH_DAYS = 2
_QUIET_LOOKS = 2
_SECONDS_BETWEEN_LOOKS = 0.5
_SECONDS_BASE = 300.0
_SECONDS_PER_ORDER = 1.0


@dataclass(frozen=True)
class Quiet:
    """What is still moving, on either side of the wire."""

    in_product: int
    in_sandbox: int

    def __bool__(self) -> bool:
        return self.in_product == 0 and self.in_sandbox == 0


def trade_order(options: Options) -> dict[str, Any]:
    """The order for the sandbox's maker of trade."""
    order: dict[str, Any] = {"orders": options.orders, "days": options.days, "seed": options.seed}
    if options.mix:
        weights = (part.split("=", 1) for part in options.mix.split(","))
        order["mix"] = {name.strip(): int(weight) for name, weight in weights}
    if options.payment_first:
        order["payment_first"] = True
    return order


def run_trade(stack: Stack) -> None:
    """Trade the whole period and wait until the sandbox has played it to its end."""
    stack.control.post("trade", trade_order(stack.options))
    watch = _Watch(stack)
    wait_until(watch.is_finished, bound(stack.options), "the trade to end", every=_SECONDS_BETWEEN_LOOKS)


class _Watch:
    """Reports how far the trade is, about every tenth of it."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._said = -1

    def is_finished(self) -> bool:
        self._stack.supervisor.check()
        status = self._stack.control.get("trade")
        if status.get("error"):
            raise ChildFailed(f"The trade ended with an error: {status['error']}")
        done, wanted = int(status.get("done", 0)), self._stack.options.orders
        if done * 10 // wanted != self._said:
            self._said = done * 10 // wanted
            progress(f"{done} of {wanted} orders traded")
        return bool(status["finished"])


def let_aftermath_happen(control: Control) -> None:
    """Move on to when abandoned payments are given up and the last day is settled."""
    for _ in range(_AFTERMATH_DAYS):
        control.post("clock", {"advance": _DAY})


def wait_until_quiet(stack: Stack) -> float:
    """Wait until nothing is on its way anywhere; returns when that was first seen (monotonic seconds)."""
    deadline = time.monotonic() + bound(stack.options)
    looks, since = 0, 0.0
    while looks < _QUIET_LOOKS:
        stack.supervisor.check()
        state = look(stack)
        if state:
            since = since or time.monotonic()
            looks += 1
        else:
            looks, since = 0, 0.0
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not quiet after {bound(stack.options):.0f} s: {state}")
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    return since


def look(stack: Stack) -> Quiet:
    """What is on its way at this moment."""
    status = json.loads(stack.manage("queue_status", "--json"))
    return Quiet(in_product=int(status["active"]), in_sandbox=int(stack.control.get("outgoing")["due"]))


def bound(options: Options) -> float:
    """How many seconds any one wait may take: generous, since faults and kills cost time."""
    slowness = 4 if options.is_hostile else 1
    return _SECONDS_BASE + slowness * _SECONDS_PER_ORDER * options.orders
