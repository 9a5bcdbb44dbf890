"""What the simulated Xero costs: CPU time of batch calls of 50, all included but the socket.

Run with `python -m benchmarks.sandbox_xero`; prints a table and, last, one JSON line.
"""

from __future__ import annotations

import cProfile
import json
import pstats
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.report import percentile, print_result
from sandbox.credentials import XERO_CLIENT_ID, XERO_CLIENT_SECRET
from sandbox.kernel.clock import Clock
from sandbox.kernel.store import Store
from sandbox.kernel.wire import Reply, Request
from sandbox.kernel.world import World
from sandbox.xero.apps import DEMO_TENANT
from sandbox.xero.system import XeroSystem

BATCH = 50
ROUNDS = 40
TARGETS_MS = {"contacts": 8.0, "invoices": 25.0, "payments": 12.0}
REDIRECT = "http://localhost:8000/callback"


class Client:
    """Calls the system directly, as the kernel's edge would."""

    def __init__(self, system: XeroSystem) -> None:
        self._system = system
        self._count = 0
        code = system.consent(redirect_uri=REDIRECT)
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
        form |= {"client_id": XERO_CLIENT_ID, "client_secret": XERO_CLIENT_SECRET}
        reply = system.handle(Request("POST", "/connect/token", {}, {}, urlencode(form).encode()))
        self._headers = {
            "authorization": f"Bearer {json.loads(reply.body)['access_token']}",
            "xero-tenant-id": DEMO_TENANT,
            "accept": "application/json",
            "content-type": "application/json",
        }

    def put(self, endpoint: str, body: bytes) -> Reply:
        """One batch with its own Idempotency-Key."""
        self._count += 1
        headers = {**self._headers, "idempotency-key": f"bench-{self._count}"}
        query = {"summarizeErrors": "false"}
        return self._system.handle(Request("PUT", f"/api.xro/2.0/{endpoint}", query, headers, body))


def contacts(number: int) -> dict[str, Any]:
    """A batch of new customers."""
    rows = [
        {
            "Name": f"Customer {number}-{place}",
            "ContactNumber": f"CUST-{number}-{place}",
            "FirstName": "Ada",
            "LastName": "Brown",
            "EmailAddress": f"ada.{number}.{place}@example.com",
            "Addresses": [
                {"AddressType": "STREET", "AddressLine1": "1 Quay", "City": "Hull", "PostalCode": "HU1 1AA"}
            ],
        }
        for place in range(BATCH)
    ]
    return {"Contacts": rows}


def invoices(number: int) -> dict[str, Any]:
    """A batch of approved invoices with three lines each."""
    lines = [
        {
            "Description": "Mug",
            "Quantity": 2,
            "UnitAmount": 12.49,
            "AccountCode": "200",
            "TaxType": "OUTPUT2",
        },
        {
            "Description": "Book",
            "Quantity": 1,
            "UnitAmount": 9.99,
            "AccountCode": "200",
            "TaxType": "ZERORATEDOUTPUT",
        },
        {
            "Description": "Delivery",
            "Quantity": 1,
            "UnitAmount": 3.95,
            "AccountCode": "260",
            "TaxType": "OUTPUT2",
        },
    ]
    rows = [
        {
            "Type": "ACCREC",
            "Contact": {"ContactNumber": f"CUST-{number}-{place}"},
            "Date": "2026-11-22",
            "DueDate": "2026-12-22",
            "InvoiceNumber": f"ORD-{number}-{place}",
            "Reference": f"tx-{number}-{place}",
            "LineAmountTypes": "Inclusive",
            "CurrencyCode": "GBP",
            "Status": "AUTHORISED",
            "LineItems": lines,
        }
        for place in range(BATCH)
    ]
    return {"Invoices": rows}


def payments(number: int) -> dict[str, Any]:
    """A batch of payments in full."""
    rows = [
        {
            "Invoice": {"InvoiceNumber": f"ORD-{number}-{place}"},
            "Account": {"Code": "095"},
            "Date": "2026-11-22",
            "Amount": 38.92,
            "Reference": f"tx-{number}-{place}",
        }
        for place in range(BATCH)
    ]
    return {"Payments": rows}


BUILDERS: dict[str, Callable[[int], dict[str, Any]]] = {
    "contacts": contacts,
    "invoices": invoices,
    "payments": payments,
}


def measure(client: Client) -> dict[str, list[float]]:
    """CPU milliseconds of each call, by endpoint."""
    spent: dict[str, list[float]] = {name: [] for name in BUILDERS}
    for number in range(ROUNDS):
        for name, build in BUILDERS.items():
            body = json.dumps(build(number)).encode()
            before = time.process_time()
            reply = client.put(name.capitalize(), body)
            spent[name].append((time.process_time() - before) * 1000)
            if reply.status != 200 or b'"ERROR"' in reply.body:
                raise SystemExit(f"{name} was refused: {reply.body[:500].decode()}")
    return spent


def main() -> None:
    """Measure, print a table and a JSON line; with `--profile`, where the time goes instead."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "journal")
        client = Client(XeroSystem(World(Clock(), store, switches={"xero.limits": "off"})))
        if "--profile" in sys.argv:
            with cProfile.Profile() as profile:
                measure(client)
            pstats.Stats(profile).sort_stats("tottime").print_stats(35)
            return
        spent = measure(client)
        store.close()
    medians = {name: percentile(times, 0.5) for name, times in spent.items()}
    print_result(
        f"sandbox_xero: CPU of a call of {BATCH} elements to the simulated Xero",
        ("call", "median ms", "target ms"),
        [(name, f"{median:.2f}", f"< {TARGETS_MS[name]:.0f}") for name, median in medians.items()],
        {f"{name}_ms": round(median, 3) for name, median in medians.items()},
    )


if __name__ == "__main__":
    main()
