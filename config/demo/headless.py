"""A whole period of trade against a throw-away installation, judged by the sandbox's auditor."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from itertools import chain
from typing import Any

import orjson

from config.demo.card_data import lines_of, rows_of, search
from config.demo.chaos import Chaos
from config.demo.errands import Errands
from config.demo.options import Options
from config.demo.processes import ChildFailed, progress, run
from config.demo.reviewer import Reviewer
from config.demo.runs import KEPT, run_folder
from config.demo.stack import Ports, Stack
from config.demo.trading import is_trading, let_aftermath_happen, run_trade
from config.postgres.url import embedded_url

_MOST_SHOWN = 20


def headless(options: Options) -> int:
    """Trade, wait, audit; prints the result as the last line of stdout. 0 only if all is well."""
    with throw_away_stack(options) as stack:
        result = trade_and_audit(stack)
        print(_as_line(result), flush=True)
        well = is_well(result)
        if not well:
            _explain(stack)
    return 0 if well else 1


@contextmanager
def throw_away(options: Options) -> Iterator[Stack]:
    """A stack over data of its own, nothing started yet; deleted in the end unless something raised."""
    with run_folder(keep=options.keep) as var:
        stack = Stack(var, Ports.free(), options)
        try:
            yield stack
        finally:
            stack.stop()


@contextmanager
def throw_away_stack(options: Options) -> Iterator[Stack]:
    """The same with everything running and connected."""
    with throw_away(options) as stack:
        stack.prepare_database()
        stack.start_sandbox()
        stack.seed()
        stack.start_product()
        yield stack


def trade_and_audit(stack: Stack) -> dict[str, Any]:
    """Play the trade that was asked for, under kills if it is hostile, and audit the outcome."""
    chaos = Chaos(stack.victims, partial(is_trading, stack.control), stack.options.seed)
    began = time.monotonic()
    if stack.options.is_hostile:
        chaos.start()
    errands = Errands(stack)
    try:
        run_trade(stack, errands)
    finally:
        chaos.stop()
    progress("Waiting until nothing is on its way any more")
    seconds = let_aftermath_happen(stack, errands) - began
    left = stack.status.ask()["dead_letters"]
    audited = audit(stack)
    return audited | {
        **bank_lines(stack),
        "proof_ok": audited["proof_ok"] and proves_itself(stack),
        "card_data_found": card_data_found(stack),
        "dead_letters": left,
        "kills": chaos.kills,
        "seconds_until_quiet": round(seconds, 2),
    }


def audit(stack: Stack) -> dict[str, Any]:
    """Let the auditor compare what Opayo and the shop know with what is in the books."""
    progress("Auditing the sandbox's books")
    judged = ["--settlement"] if stack.options.settlement else []
    said = run([sys.executable, "-m", "sandbox.auditor", stack.sandbox_url, *judged], stack.env)
    result: dict[str, Any] = json.loads(said.splitlines()[-1], parse_float=Decimal)
    return result


def bank_lines(stack: Stack) -> dict[str, int]:
    """Who matched the acquirers' lines at the bank; wrong are those said to be what they are not."""
    if not stack.options.settlement:
        return {}
    judged = Reviewer(stack).judged()
    return {
        "bank_lines_auto": judged.auto,
        "bank_lines_by_person": judged.person,
        "bank_lines_open": judged.open,
        "bank_lines_wrong": judged.wrong,
    }


def proves_itself(stack: Stack) -> bool:
    """What the product finds: its chain whole, and its records as the received messages tell them once more."""
    try:
        stack.manage("verify_proof", "--from-log")
    except ChildFailed as failure:
        progress(str(failure))
        return False
    return True


def card_data_found(stack: Stack) -> int:
    """How many card numbers and security codes the database and the product's logs hold; each is reported."""
    logs = [child.log for child in stack.victims if child.log.exists()]
    found = search(chain(rows_of(str(embedded_url(stack.cluster))), lines_of(logs)))
    for each in found[:_MOST_SHOWN]:
        progress(f"A {each.what} ending in {each.ends_in} is in {each.place}")
    return len(found)


def is_well(result: dict[str, Any]) -> bool:
    """True if no money is missing, doubled or wrong, the books balance, and no card number was kept."""
    counts = ("missing", "duplicates", "wrong_amount", "card_data_found")
    return (
        all(result[name] == 0 for name in counts)
        and not result.get("bank_lines_wrong")
        and bool(result["proof_ok"])
    )


def _explain(stack: Stack) -> None:
    progress(f"What the product still holds: {stack.status.ask()}")
    (stack.var / KEPT).touch()


def _as_line(result: dict[str, Any]) -> str:
    """One line of JSON; sums as exact numbers."""
    return orjson.dumps(result, default=_exact).decode()


def _exact(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    raise TypeError(f"{value!r} has no place in the result")
