"""How many messages a second are verified, on disk and answered, with 20 clients on kept connections.

The measure is a bare loop of one-row INSERTs with a commit each, by the same number of connections into the same
PostgreSQL. The web server is the one of the demo; workers are off, so that what is measured is the answer alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django

from benchmarks.baseline import committed_rows_per_second
from benchmarks.load import Load, drive
from benchmarks.report import percentile, print_result
from config.demo.headless import throw_away
from config.demo.options import read_options
from config.demo.stack import Stack

CLIENTS = 20
SECONDS = 5.0
# More than can be answered in the time: none is sent twice.
_PREPARED = 30_000
_WARM_UP_SECONDS = 1.0


def main() -> None:
    with _web_server() as stack:
        from benchmarks.messages import make_connections, notification_requests, order_requests

        port = stack.ports.web
        shop, opayo = make_connections()
        body = next(order_requests(shop, port, 1)).partition(b"\r\n\r\n")[2]
        before = committed_rows_per_second(stack.cluster, body, CLIENTS, SECONDS)
        orders = _measure(port, order_requests(shop, port, _PREPARED))
        notifications = _measure(port, iter(notification_requests(opayo, port, _PREPARED)))
        after = committed_rows_per_second(stack.cluster, body, CLIENTS, SECONDS)
    _tell((before + after) / 2, orders, notifications)


@contextmanager
def _web_server() -> Iterator[Stack]:
    with throw_away(read_options(["--headless"])) as stack:
        stack.prepare_database()
        os.environ.update(stack.own_environment())
        django.setup()
        stack.start_web()
        yield stack


def _measure(port: int, requests: Iterator[bytes]) -> Load:
    prepared = iter(list(requests))
    drive(port, prepared, CLIENTS, _WARM_UP_SECONDS)
    return drive(port, prepared, CLIENTS, SECONDS)


def _tell(baseline: float, orders: Load, notifications: Load) -> None:
    rows: list[tuple[object, ...]] = [("INSERT and commit, nothing else", f"{baseline:.0f}", "1.00", "", "")]
    line: dict[str, float] = {"baseline_per_second": round(baseline)}
    for name, key, load in (
        ("shop webhook", "shop", orders),
        ("Opayo notification", "opayo", notifications),
    ):
        p50, p95 = (percentile(load.latencies, share) * 1000 for share in (0.5, 0.95))
        ratio = load.per_second / baseline
        rows.append((name, f"{load.per_second:.0f}", f"{ratio:.2f}", f"{p50:.1f}", f"{p95:.1f}"))
        line |= {f"{key}_per_second": round(load.per_second), f"{key}_ratio": round(ratio, 3)}
        line |= {f"{key}_p95_ms": round(p95, 2)}
    columns = ("what", "per second", "ratio", "p50 ms", "p95 ms")
    print_result(
        f"inbound: answers on disk first, {CLIENTS} clients", columns, rows, {**line, "clients": CLIENTS}
    )
