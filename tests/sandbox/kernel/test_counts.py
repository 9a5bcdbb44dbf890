"""What calls to Xero count as."""

from __future__ import annotations

import pytest

from sandbox.kernel.counts import PURPOSES, Counts, xero_purpose
from sandbox.kernel.store import Store
from sandbox.kernel.wire import Request


@pytest.mark.parametrize(
    ("route", "method", "headers", "purpose"),
    [
        ("xero.contacts.write", "POST", {}, "contacts"),
        ("xero.invoices.write", "PUT", {}, "invoices"),
        ("xero.payments.write", "PUT", {}, "payments"),
        ("xero.credit_notes.write", "PUT", {}, "credit_notes"),
        ("xero.bank_transfers.write", "PUT", {}, "bank"),
        ("xero.invoices.read", "GET", {"if-modified-since": "2026-11-22T00:00:00"}, "polling"),
        ("xero.invoices.read", "GET", {}, "lookups"),
        ("xero.settings.read", "GET", {}, "lookups"),
        ("xero.reports", "GET", {}, "reports"),
        ("xero.auth", "POST", {}, "auth"),
        ("xero.connections", "GET", {}, "auth"),
    ],
)
def test_a_call_has_a_purpose(route: str, method: str, headers: dict[str, str], purpose: str) -> None:
    assert xero_purpose(route, Request(method, "/", headers=headers)) == purpose
    assert purpose in PURPOSES


def test_only_the_systems_own_refusals_count_as_429() -> None:
    counts = Counts(Store().table("kernel.counts"))
    counts.answered("xero", 429)
    counts.answered("xero", 200)
    counts.fault("xero.invoices.write", "429")
    assert counts.totals()["too_many"] == {"xero": 1}
    assert counts.totals()["faults"] == {"xero.429": 1}


def test_kept_totals_are_there_again() -> None:
    store = Store()
    counts = Counts(store.table("kernel.counts"))
    counts.incoming("xero", "xero.invoices.write", Request("POST", "/"))
    counts.keep()
    again = Counts(store.table("kernel.counts"))
    assert again.totals()["xero_purposes"]["invoices"] == 1
