"""One refund on an idle system: how long from the shop's wish until the credit note is paid out in Xero.

Each call to the sandbox takes 150 ms, under Xero's own limits: Opayo's refund, the credit note, and the money on it. Each
order is paid first, then a part of it is asked back; the first refund is not counted, for it warms up what a system that
has just been started never used.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from benchmarks.latency import LATENCY_MS
from benchmarks.report import percentile, print_result
from config.demo.control import wait_until
from config.demo.headless import throw_away_stack
from config.demo.options import Options, read_options
from config.demo.quiet import QuietServer, product_is_quiet
from config.demo.stack import Stack
from config.demo.trading import trade_order

REFUNDS = 15
_SECONDS_FOR_ONE = 120
# Xero allows 60 calls a minute: closer together they would wait for that.
_SECONDS_IDLE = 5.0


def main() -> None:
    arguments = ["--headless", "--latency-ms", str(LATENCY_MS), "--orders", "1", "--mix", "server=1"]
    milliseconds = _measured(read_options(arguments))[1:]
    p50, p95 = (percentile(milliseconds, share) for share in (0.5, 0.95))
    rows = [("part of a sale", len(milliseconds), f"{p50:.0f}", f"{p95:.0f}")]
    columns = ("case", "refunds", "p50 ms", "p95 ms")
    print_result(
        "refund_latency: the shop's wish to the credit note paid in Xero, on an idle system",
        columns,
        rows,
        {"p50_ms": p50, "p95_ms": p95},
    )


def _measured(options: Options) -> list[float]:
    with throw_away_stack(options) as stack:
        # Trade of one day is refunded on that day.
        stack.control.post("switches", {"opayo.refund_before_settlement": "allowed"})
        with QuietServer(stack.ports.quiet, partial(product_is_quiet, stack)) as quiet:
            for number in range(REFUNDS + 1):
                order = {**trade_order(options), "seed": number, "quiet_url": quiet.url}
                stack.control.post("trade", order)
                wait_until(lambda: _is_traded(stack), _SECONDS_FOR_ONE, "one order", every=0.2)
        return [_refund(stack, each["number"]) for each in _paid(stack)[: REFUNDS + 1]]


def _is_traded(stack: Stack) -> bool:
    return bool(stack.control.get("trade")["state"] == "finished")


def _paid(stack: Stack) -> list[dict[str, Any]]:
    """Orders whose payment stands in Xero."""
    truth = stack.control.get("truth")
    posted = {
        row["Reference"].rpartition("-")[0] for row in truth["xero"]["payments"] if row.get("Reference")
    }
    return [order for order in truth["shop"]["orders"] if order["number"] in posted]


def _refund(stack: Stack, number: str) -> float:
    """Ask one pound of an order back; milliseconds until its cash refund stands in Xero."""
    time.sleep(_SECONDS_IDLE)
    known = len(_payments(stack))
    asked = stack.control.post(
        "shop/refund", {"order_number": number, "amount": "1.00", "reason": "Arrived late"}
    )
    wait_until(lambda: len(_payments(stack)) > known, _SECONDS_FOR_ONE, "one refund", every=0.2)
    seconds = float(_payments(stack)[-1]["created_machine"]) - float(asked["asked_machine"])
    return seconds * 1000


def _payments(stack: Stack) -> list[dict[str, Any]]:
    payments: list[dict[str, Any]] = stack.control.get("truth/xero")["payments"]
    return payments
