"""Orders a second from the shop's webhook to paid invoices in Xero, with everything on this machine.

The sandbox answers at once and without limits; web, workers, PostgreSQL and the sandbox share the cores.
"""

from __future__ import annotations

import os

from benchmarks.report import print_result
from config.demo.headless import throw_away_stack, trade_and_audit
from config.demo.options import read_options

ORDERS = 3000
# Payments by Pi are found by the sweep of Opayo's reports, whose rhythm is not what is measured here.
MIX = "server=2,checkout=1"


def main() -> None:
    rows = []
    line = {}
    for name, extra in (
        ("orders and payments mixed", []),
        ("back-fill, payments first", ["--payment-first"]),
    ):
        options = read_options(
            ["--headless", "--orders", str(ORDERS), "--limits", "off", "--mix", MIX, *extra]
        )
        with throw_away_stack(options) as stack:
            result = trade_and_audit(stack)
        rate = ORDERS / float(result["seconds"])
        rows.append((name, ORDERS, result["seconds"], f"{rate:.0f}", result["xero_calls"], result["missing"]))
        line["backfill_orders_per_second" if extra else "orders_per_second"] = round(rate, 1)
    columns = ("trade", "orders", "seconds", "orders/s", "Xero calls", "missing")
    print_result("throughput: orders a second, end to end", columns, rows, {**line, "cores": os.cpu_count()})
