"""A whole period of trade against a throw-away installation, judged by the sandbox's auditor."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from config.demo.chaos import Chaos
from config.demo.options import Options
from config.demo.processes import progress, run
from config.demo.quiet import product_status
from config.demo.stack import Ports, Stack
from config.demo.trading import let_aftermath_happen, run_trade

_RUNS = Path(__file__).resolve().parents[2] / "var" / "runs"


def headless(options: Options) -> int:
    """Trade, wait, audit; prints the result as the last line of stdout. 0 only if all is well."""
    with throw_away_stack(options) as stack:
        result = trade_and_audit(stack)
        print(json.dumps(result, default=_plain), flush=True)
        well = is_well(result)
        if not well:
            _explain(stack)
    return 0 if well else 1


@contextmanager
def throw_away(options: Options) -> Iterator[Stack]:
    """A stack over data of its own, nothing started yet; deleted in the end unless something raised."""
    _RUNS.mkdir(parents=True, exist_ok=True)
    stack = Stack(Path(tempfile.mkdtemp(prefix="run-", dir=_RUNS)), Ports.free(), options)
    keep = True
    try:
        yield stack
        keep = options.keep
    finally:
        stack.stop()
        _clear(stack, keep=keep)


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
    chaos = Chaos(stack.victims, stack.options.seed)
    began = time.monotonic()
    if stack.options.is_hostile:
        chaos.start()
    try:
        run_trade(stack)
    finally:
        chaos.stop()
    progress("Waiting until nothing is on its way any more")
    seconds = let_aftermath_happen(stack) - began
    left = product_status(stack)["dead_letters"]
    return audit(stack) | {
        "dead_letters": left,
        "kills": chaos.kills,
        "seconds_until_quiet": round(seconds, 2),
    }


def audit(stack: Stack) -> dict[str, Any]:
    """Let the auditor compare what Opayo and the shop know with what is in the books."""
    progress("Auditing the sandbox's books")
    said = run([sys.executable, "-m", "sandbox.auditor", stack.sandbox_url], stack.env)
    result: dict[str, Any] = json.loads(said.splitlines()[-1], parse_float=Decimal)
    return result


def is_well(result: dict[str, Any]) -> bool:
    """True if no money is missing, doubled or wrong and the books balance."""
    counts = ("missing", "duplicates", "wrong_amount")
    return all(result[name] == 0 for name in counts) and bool(result["proof_ok"])


def _explain(stack: Stack) -> None:
    progress(f"What the product still holds: {product_status(stack)}")


def _clear(stack: Stack, *, keep: bool) -> None:
    if keep:
        progress(f"The logs and the data of this run are kept in {stack.var}")
        return
    stack.cluster.destroy()
    shutil.rmtree(stack.var)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    raise TypeError(f"{value!r} has no place in the result")
