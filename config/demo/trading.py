"""A period of trade in the sandbox, and the wait until the product has done all it leads to."""

from __future__ import annotations

from typing import Any

from config.demo.control import Control, wait_until
from config.demo.days import DayEnds
from config.demo.errands import Errands
from config.demo.options import Options
from config.demo.processes import ChildFailed, progress
from config.demo.quiet import QuietServer, bound, look, wait_until_quiet
from config.demo.stack import Stack

_DAY = 86_400.0
# The payment monitor gives up on an abandoned page after 15 minutes; settlement comes a day later.
_AFTERMATH_DAYS = 2
# What happens to payments afterwards (refunds, releases, disputes) goes on for weeks, some days at a time.
_DAYS_AT_A_TIME = 4
_MOST_STEPS = 120
_SECONDS_BETWEEN_LOOKS = 0.5
# Hostile trade is paced, so that kills fall into it and not after it.
_SECONDS_UNDER_FIRE = 40.0
_MOST_ORDERS_A_SECOND_UNDER_FIRE = 20.0


def trade_order(options: Options) -> dict[str, Any]:
    """The order for the sandbox's maker of trade. Raises ValueError when `--mix` cannot be read."""
    order: dict[str, Any] = {"orders": options.orders, "days": options.days, "seed": options.seed}
    if options.mix:
        weights = (part.partition("=") for part in options.mix.split(","))
        order["mix"] = {name.strip(): int(weight) for name, _, weight in weights}
    if options.is_hostile:
        order["rate"] = min(options.orders / _SECONDS_UNDER_FIRE, _MOST_ORDERS_A_SECOND_UNDER_FIRE)
    if options.first == "payments":
        order["payment_first"] = True
    if options.first == "orders":
        order["orders_first"] = True
    return order


def run_trade(stack: Stack, errands: Errands) -> None:
    """Trade the whole period, each day to its end, and wait until the sandbox has played it out."""
    stack.status.ask()  # its start would else fall into the trade, and cost it a second
    errands.begin()
    days = DayEnds(stack, errands.run)
    try:
        with QuietServer(stack.ports.quiet, days.may_go_on) as quiet:
            limits = {"quiet_url": quiet.url, "quiet_timeout": bound(stack.options)}
            # Trade that was cut off by a stop goes on by itself when the sandbox is started again.
            if stack.control.get("trade")["state"] != "trading":
                stack.control.post("trade", trade_order(stack.options) | limits)
            _wait_for_its_end(stack, days)
    finally:
        days.close()


def _wait_for_its_end(stack: Stack, days: DayEnds) -> None:
    watch = _Watch(stack, days)
    seconds = bound(stack.options) * stack.options.days
    try:
        wait_until(watch.is_finished, seconds, "the trade to end", every=_SECONDS_BETWEEN_LOOKS)
    except TimeoutError as error:
        raise TimeoutError(f"{error} Trade: {stack.control.get('trade')}; product: {look(stack)}") from error


def is_trading(control: Control) -> bool:
    """True while people are in the shop; false while a day waits for the work it has made to be done."""
    return bool(str(control.get("trade")["phase"]).startswith("trading"))


class _Watch:
    """Reports how far the trade is, about every tenth of it."""

    def __init__(self, stack: Stack, days: DayEnds) -> None:
        self._stack = stack
        self._days = days
        self._said = -1

    def is_finished(self) -> bool:
        self._stack.supervisor.check()
        self._days.check()
        status = self._stack.control.get("trade")
        if status["error"]:
            raise ChildFailed(f"The trade ended with an error: {status['error']}")
        begun, wanted = int(status["orders_begun"]), self._stack.options.orders
        if begun * 10 // wanted != self._said:
            self._said = begun * 10 // wanted
            progress(f"{begun} of {wanted} orders begun, {status['paid']} paid")
        return bool(status["state"] == "finished")


def let_aftermath_happen(stack: Stack, errands: Errands) -> float:
    """Move on to when abandoned payments are given up and the last day is settled, and work it all off.

    Then on, until nothing more is to happen to any payment and all its money has come. Returns when everything was first
    seen to be quiet (monotonic seconds).
    """
    quiet_since = wait_until_quiet(stack)
    for _ in range(_AFTERMATH_DAYS):
        _let_days_pass(stack, errands, 1)
    at_a_time = 1 if stack.options.settlement and stack.options.days > 1 else _DAYS_AT_A_TIME
    steps = 0
    while after_sales(stack)["next"] is not None:
        if steps == _MOST_STEPS:
            raise TimeoutError(f"The aftermath never ends: {after_sales(stack)}")
        _let_days_pass(stack, errands, at_a_time)
        steps += 1
    if after_sales(stack)["ended"]:
        _let_days_pass(stack, errands, 1)  # the last of it is settled, and swept up
    if stack.options.settlement:
        _let_money_arrive(stack, errands)
        errands.review()
    return quiet_since


def _let_money_arrive(stack: Stack, errands: Errands) -> None:
    """Day by day, until the acquirers have paid all they will, and one more for its statement."""
    for _ in range(_MOST_STEPS):
        is_last = stack.control.post("acquirer/due", {})["next"] is None
        _let_days_pass(stack, errands, 1)
        if is_last:
            return
    raise TimeoutError(f"The acquirers never pay: {stack.control.post('acquirer/due', {})}")


def after_sales(stack: Stack) -> dict[str, Any]:
    """What was done about payments after the customer left, and when anything is to be done next, or null."""
    status: dict[str, Any] = stack.control.get("trade")["after_sales"]
    return status


def _let_days_pass(stack: Stack, errands: Errands, days: int) -> None:
    stack.control.post("clock", {"advance": days * _DAY})
    errands.run()
