"""The auditor over the real systems: books kept by a careful person are sound, careless ones are not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from sandbox.auditor import audit
from sandbox.kernel.server import Sandbox
from tests.sandbox.bookkeeping import keep_books, keep_disputes, keep_refunds, trading, truth

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def traded() -> AsyncIterator[Sandbox]:
    """Nothing happened after the payments."""
    async with trading({"server": 60, "checkout": 30, "pi": 10}) as sandbox:
        yield sandbox


async def test_books_kept_with_care_are_sound(traded: Sandbox) -> None:
    keep_books(traded)
    report = audit(truth(traded))
    unpaid = [each for each in report["problems"] if each["fault"] != "confirmations_missing"]
    assert unpaid == []
    assert (report["orders"], report["proof_ok"], report["ledger_balanced"]) == (40, True, True)
    assert report["paid"] == report["confirmations_missing"] > 30
    assert report["post_latency_p50_ms"] is not None


async def test_books_not_kept_at_all_lack_everything(traded: Sandbox) -> None:
    report = audit(truth(traded))
    assert report["missing"] >= report["paid"] > 30
    assert report["clearing_difference"] > 0
    assert report["proof_ok"] is False


async def test_one_payment_taken_back_is_found_by_its_order_and_its_sum(traded: Sandbox) -> None:
    keep_books(traded)
    xero: Any = traded.systems["xero"]
    payment = next(each for each in truth(traded)["xero"]["payments"] if each["AccountCode"] == "095")
    xero.person_edits("POST", f"Payments/{payment['PaymentID']}", {"Status": "DELETED"})
    report = audit(truth(traded))
    assert (report["missing"], report["clearing_difference"]) == (1, Decimal(payment["Amount"]))


# Money that went back


def faults(report: dict[str, Any]) -> list[dict[str, str]]:
    """Nobody confirms anything to the shop here."""
    return [each for each in report["problems"] if each["fault"] != "confirmations_missing"]


async def test_refunds_and_voids_kept_with_care_are_sound() -> None:
    async with trading({"server": 1, "pi": 1, "refund": 30, "void": 30}) as sandbox:
        keep_books(sandbox)
        report = audit(truth(sandbox))
        assert report["missing"] == report["refunded"] > 5
        assert report["clearing_difference"] > 0
        keep_refunds(sandbox)
        report = audit(truth(sandbox))
    assert faults(report) == []
    assert report["proof_ok"] is True
    assert report["voided"] > 5


async def test_a_credit_note_without_its_money_is_found() -> None:
    async with trading({"server": 1, "refund": 40}) as sandbox:
        keep_books(sandbox)
        keep_refunds(sandbox)
        told = truth(sandbox)
        payment = next(each for each in told["xero"]["payments"] if each["Property"] == "CreditNote")
        xero: Any = sandbox.systems["xero"]
        xero.person_edits("POST", f"Payments/{payment['PaymentID']}", {"Status": "DELETED"})
        report = audit(truth(sandbox))
    assert (report["missing"], report["duplicates"], report["wrong_amount"]) == (1, 0, 0)
    assert report["clearing_difference"] == Decimal(payment["Amount"])


async def test_disputes_kept_with_care_leave_nothing_disputed() -> None:
    async with trading({"server": 1, "disputes": 40}) as sandbox:
        keep_books(sandbox)
        report = audit(truth(sandbox))
        assert report["missing"] == report["disputes"] > 5
        keep_disputes(sandbox)
        report = audit(truth(sandbox))
    assert faults(report) == []
    assert report["dispute_accounts"]["disputed"] == 0
    assert report["dispute_accounts"]["fees"] > 0
    assert report["proof_ok"] is True
