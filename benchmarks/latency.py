"""One payment on an idle system: how long from Opayo's notification until it stands in Xero.

Each call to the sandbox takes 150 ms, under Xero's own limits. Two cases: the draft invoice already stands
when the customer pays, and order and payment arrive together.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from benchmarks.report import print_result
from config.demo.control import wait_until
from config.demo.headless import audit, throw_away_stack
from config.demo.options import Options, read_options
from config.demo.quiet import QuietServer, product_is_quiet
from config.demo.stack import Stack
from config.demo.trading import trade_order

PAYMENTS = 20
LATENCY_MS = 150
_SECONDS_FOR_ONE = 120
# Xero allows 60 calls a minute and a payment takes three or four: closer together they would wait for that.
_SECONDS_IDLE = 5.0


def main() -> None:
    rows: list[tuple[object, ...]] = []
    line: dict[str, float] = {}
    for name, key, flag in (
        ("draft invoice stands already", "draft", "--orders-first"),
        ("order and payment together", "together", ""),
    ):
        result = _one_by_one(_options(flag))
        p50, p95 = (float(result[f"post_latency_{share}_ms"]) for share in ("p50", "p95"))
        rows.append((name, result["paid"], f"{p50:.0f}", f"{p95:.0f}"))
        line |= {f"{key}_p50_ms": p50, f"{key}_p95_ms": p95}
    columns = ("case", "payments", "p50 ms", "p95 ms")
    print_result("latency: notification to Xero on an idle system", columns, rows, line)


def _options(flag: str) -> Options:
    arguments = ["--headless", "--latency-ms", str(LATENCY_MS), "--orders", "1", "--mix", "server=1"]
    return read_options([*arguments, *([flag] if flag else [])])


def _one_by_one(options: Options) -> dict[str, Any]:
    with throw_away_stack(options) as stack:
        with QuietServer(stack.ports.quiet, partial(product_is_quiet, stack)) as quiet:
            for number in range(PAYMENTS):
                _trade_one(stack, {**trade_order(stack.options), "seed": number, "quiet_url": quiet.url})
                time.sleep(_SECONDS_IDLE)
        return audit(stack)


def _trade_one(stack: Stack, order: dict[str, Any]) -> None:
    stack.control.post("trade", order)
    wait_until(
        lambda: bool(stack.control.get("trade")["state"] == "finished"),
        _SECONDS_FOR_ONE,
        "one order",
        every=0.2,
    )
