"""The auditor's report: one flat object of counts, sums and times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from sandbox.auditor.banked import judge_bank_lines, judge_fees, judge_reserve
from sandbox.auditor.clearing import clearing
from sandbox.auditor.disputes import (
    case_numbers,
    disputed_at_rest,
    disputes_are_settled,
    disputes_of,
    judge_disputes,
)
from sandbox.auditor.evidence import Case, Evidence, gather, money
from sandbox.auditor.findings import SHOWN, Fault, Findings
from sandbox.auditor.notes import add_notes
from sandbox.auditor.orders import judge_contacts, judge_order, note_strays
from sandbox.auditor.refunds import given_back_of_overpayments, judge_refunds
from sandbox.auditor.unbanked import unbanked

AGAINST_THE_BOOKS = (Fault.MISSING, Fault.DUPLICATE, Fault.WRONG_AMOUNT)


def audit(truth: Mapping[str, Any], *, settlement: bool = False) -> dict[str, Any]:
    """Judge the whole truth as `/control/truth` tells it; pure.

    With `settlement` the way to the bank is judged too; without, what the books move on is taken as it is.
    Sums are Decimal, times in seconds or milliseconds as named.
    """
    evidence, findings = gather(truth), Findings()
    evidence.strays.extend(add_notes(evidence.cases, truth))
    kept = {account["currency"] for account in truth["xero"]["balances"].values()}
    overpaid, disputed = given_back_of_overpayments(truth), case_numbers(truth)
    for case in evidence.cases.values():
        judge_order(case, kept, findings)
        judge_refunds(case, kept, overpaid, disputed, findings)
    judge_disputes(truth, evidence, findings)
    judge_contacts(evidence, findings)
    note_strays(evidence, findings)
    matched = _judge_settlement(truth, findings) if settlement else 0
    money_at_rest = unbanked(truth) if settlement else clearing(truth)
    balanced = money(truth["xero"]["trial_balance"]) == 0
    difference = sum((abs(each["difference"]) for each in money_at_rest.values()), Decimal(0))
    counts = findings.counts()
    sound = (
        balanced
        and difference == 0
        and disputes_are_settled(truth)
        and not any(counts[fault.value] for fault in AGAINST_THE_BOOKS)
    )
    return {
        **_what_happened(truth, evidence),
        **_settled(truth, matched),
        **_calls(truth),
        **counts,
        "clearing": money_at_rest,
        "clearing_difference": difference,
        "dispute_accounts": disputed_at_rest(truth),
        "ledger_balanced": balanced,
        "proof_ok": sound,
        **_confirmations(truth),
        **_times(truth, evidence),
        "problems": findings.problems[:SHOWN],
    }


def _what_happened(truth: Mapping[str, Any], evidence: Evidence) -> dict[str, Any]:
    transactions = truth["opayo"]["transactions"]
    disputes, asked = disputes_of(truth), truth["shop"].get("refunds", [])
    return {
        "orders": len(evidence.cases),
        "paid": sum(1 for case in evidence.cases.values() if case.captured),
        "declined": sum(1 for tx in transactions if tx["status"] in ("NOTAUTHED", "REJECTED")),
        "refunded": sum(1 for tx in transactions if tx["type"] == "REFUND" and money(tx["captured"]) > 0),
        "voided": sum(1 for case in evidence.cases.values() for _ in case.voided),
        "refunds_asked": len(asked),
        "refunds_refused": sum(1 for each in asked if each["refused"]),
        "refunds_not_accepted": sum(1 for each in asked if each["state"] != "accepted"),
        "credit_notes": sum(len(case.notes) for case in evidence.cases.values()),
        "disputes": len(disputes),
        "disputes_closed": sum(1 for each in disputes if each["is_closed"]),
        "disputes_lost": sum(1 for each in disputes if each["is_lost"]),
        "after_sales": dict(truth["trade"].get("after_sales", {}).get("ended", {})),
    }


def _judge_settlement(truth: Mapping[str, Any], findings: Findings) -> int:
    judge_fees(truth, findings)
    judge_reserve(truth, findings)
    return judge_bank_lines(truth, findings)


def _settled(truth: Mapping[str, Any], matched: int) -> dict[str, Any]:
    lines = truth.get("bank", {}).get("lines", [])
    ours = sum(1 for line in lines if line["is_ours"])
    return {
        "batches": len(truth["opayo"].get("batches", [])),
        "settlements": len(truth.get("acquirer", {}).get("settlements", [])),
        "bank_lines": ours,
        "bank_lines_of_others": len(lines) - ours,
        "bank_lines_matched": matched,
    }


def _calls(truth: Mapping[str, Any]) -> dict[str, Any]:
    counts = truth["counts"]
    purposes = dict(counts["xero_purposes"])
    return {
        "xero_calls": sum(purposes.values()),
        "xero_calls_by_purpose": purposes,
        "xero_429s": counts["too_many"].get("xero", 0),
        "faults_injected": sum(counts["faults"].values()),
    }


def _confirmations(truth: Mapping[str, Any]) -> dict[str, int]:
    events = truth["shop"]["confirmations"]
    return {
        "confirmations": len(events),
        "confirmations_repeated": sum(event["received"] - 1 for event in events),
        "orders_not_accepted": sum(1 for row in truth["shop"]["orders"] if not row["accepted"]),
    }


def _times(truth: Mapping[str, Any], evidence: Evidence) -> dict[str, Any]:
    """Until the last sale was booked, and from the first notification of each to its booking.

    Sales that were captured at once: what is released, authorised or given back waits for the business clock.
    """
    at_once = [
        case for case in evidence.cases.values() if all(tx["type"] == "PAYMENT" for tx in case.captured)
    ]
    posted = [
        float(payment["created_machine"])
        for case in at_once
        for payment in case.payments
        if payment.get("created_machine")
    ]
    began = float(truth["trade"].get("started_at") or 0)
    seconds = round(max(posted) - began, 3) if posted and began else 0.0
    latencies = sorted(_latencies(truth, at_once))
    return {
        "seconds": seconds,
        "payments_per_second": round(len(posted) / seconds, 2) if seconds > 0 else 0.0,
        "post_latency_p50_ms": percentile(latencies, 50),
        "post_latency_p95_ms": percentile(latencies, 95),
    }


def _latencies(truth: Mapping[str, Any], cases: Iterable[Case]) -> Iterable[float]:
    """Seconds from notification to booking, of orders paid once and notified of."""
    attempts = truth["trade"].get("payments", {})
    for case in cases:
        if len(case.captured) == len(case.payments) == 1:
            attempt = attempts.get(case.captured[0]["vendortxcode"], {})
            if attempt.get("notified_at"):
                yield float(case.payments[0]["created_machine"]) - float(attempt["notified_at"])


def percentile(ordered: list[float], share: int) -> int | None:
    """The nearest-rank percentile of sorted seconds, in milliseconds; `None` of nothing."""
    if not ordered:
        return None
    rank = -(-len(ordered) * share // 100)
    return round(ordered[rank - 1] * 1000)
