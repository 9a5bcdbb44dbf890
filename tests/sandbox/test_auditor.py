"""The auditor's judgement: what is right passes, and every kind of wrong is named."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.auditor import audit
from sandbox.auditor.__main__ import as_json
from sandbox.auditor.report import percentile

Truth = dict[str, Any]


def shop_order(number: str, customer: str = "C-1", **fields: Any) -> Truth:
    """28.95 GBP: tea at nought, a mug at 20 %, delivery at 20 %."""
    order = {
        "number": number, "currency": "GBP", "prices_include_tax": True, "customer": {"id": customer},
        "lines": [
            {"tax_rate": "0", "tax": "0.00", "total": "13.00"},
            {"tax_rate": "20", "tax": "2.00", "total": "12.00"},
        ],
        "delivery": {"tax_rate": "20", "tax": "0.66", "total": "3.95"},
        "total": "28.95",
    }  # fmt: skip
    attempts = [{"vendor_tx_code": f"{number}-1"}]
    return {
        "number": number, "order": {**order, **fields}, "attempts": attempts, "accepted": True, "cancelled": False,
    }  # fmt: skip


def transaction(number: str, captured: str = "28.95", **fields: Any) -> Truth:
    status = "OK" if Decimal(captured) else "NOTAUTHED"
    return {
        "vendortxcode": f"{number}-1", "type": "PAYMENT", "status": status, "captured": captured,
        "currency": "GBP", **fields,
    }  # fmt: skip


def invoice(number: str, **fields: Any) -> Truth:
    lines = [
        {"TaxType": "ZERORATEDOUTPUT", "LineAmount": "13.00", "TaxAmount": "0.00"},
        {"TaxType": "OUTPUT2", "LineAmount": "12.00", "TaxAmount": "2.00"},
        {"TaxType": "OUTPUT2", "LineAmount": "3.95", "TaxAmount": "0.66"},
    ]
    return {
        "InvoiceID": f"id of {number}", "InvoiceNumber": number, "Type": "ACCREC", "Status": "PAID",
        "Total": "28.95", "CurrencyCode": "GBP", "ContactID": "contact 1", "LineAmountTypes": "Inclusive",
        "LineItems": lines, **fields,
    }  # fmt: skip


def payment(number: str, **fields: Any) -> Truth:
    return {
        "DocumentID": f"id of {number}", "Property": "Invoice", "Status": "AUTHORISED", "Amount": "28.95",
        "created_machine": 1001.5, **fields,
    }  # fmt: skip


@pytest.fixture
def truth() -> Truth:
    """One order paid and booked, one declined whose draft is deleted: all as it should be."""
    confirmed = {"id": "n1", "order_number": "HF-1", "type": "payment.confirmed", "received": 2}
    deleted = invoice("HF-2", Status="DELETED", ContactID="contact 1")
    return {
        "shop": {"orders": [shop_order("HF-1"), shop_order("HF-2")], "confirmations": [confirmed]},
        "opayo": {"transactions": [transaction("HF-1"), transaction("HF-2", "0")], "batches": []},
        "xero": {
            "contacts": [{"ContactID": "contact 1", "ContactNumber": "C-1", "ContactStatus": "ACTIVE"}],
            "invoices": [invoice("HF-1"), deleted],
            "payments": [payment("HF-1")],
            "bank_transfers": [],
            "bank_transactions": [],
            "balances": {"095": {"name": "Opayo clearing GBP", "currency": "GBP", "own": "28.95"}},
            "trial_balance": "0.00",
        },
        "counts": {
            "xero_purposes": {"contacts": 1, "invoices": 2, "payments": 1, "polling": 5},
            "too_many": {"xero": 3},
            "faults": {"xero.500": 4},
        },
        "trade": {"started_at": 1000.0, "payments": {"HF-1-1": {"notified_at": 1000.3}}},
    }


def test_books_that_follow_what_happened_are_sound(truth: Truth) -> None:
    report = audit(truth)
    assert report["problems"] == []
    assert (report["missing"], report["duplicates"], report["wrong_amount"], report["strays"]) == (0, 0, 0, 0)
    assert (report["orders"], report["paid"], report["declined"]) == (2, 1, 1)
    assert (report["ledger_balanced"], report["clearing_difference"], report["proof_ok"]) == (True, 0, True)


def test_calls_and_times_are_reported(truth: Truth) -> None:
    report = audit(truth)
    assert (report["xero_calls"], report["xero_429s"], report["faults_injected"]) == (9, 3, 4)
    assert (report["seconds"], report["payments_per_second"]) == (1.5, 0.67)
    assert report["post_latency_p95_ms"] == 1200
    assert (report["confirmations"], report["confirmations_repeated"]) == (1, 1)


def test_what_was_released_days_later_is_not_timed(truth: Truth) -> None:
    truth["opayo"]["transactions"][0]["type"] = "DEFERRED"
    report = audit(truth)
    assert (report["seconds"], report["post_latency_p95_ms"], report["proof_ok"]) == (0.0, None, True)


def spoil_number(truth: Truth) -> None:
    truth["xero"]["invoices"][0]["InvoiceNumber"] = "INV-0007"


def spoil(path: str, value: Any) -> Callable[[Truth], None]:
    def change(truth: Truth) -> None:
        *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
        place: Any = truth
        for step in steps:
            place = place[step]
        place[last] = value

    return change


def append(path: str, row: Truth) -> Callable[[Truth], None]:
    def change(truth: Truth) -> None:
        system, table = path.split(".")
        truth[system][table].append(row)

    return change


WRONGS = [
    ("no payment booked", spoil("xero.payments", []), "missing", "no payment is booked"),
    ("payment deleted", spoil("xero.payments.0.Status", "DELETED"), "missing", "no payment is booked"),
    ("a bill instead of an invoice", spoil("xero.invoices.0.Type", "ACCPAY"), "missing", "no invoice stands"),
    ("invoice voided", spoil("xero.invoices.0.Status", "VOIDED"), "missing", "no invoice stands"),
    ("invoice of another number", spoil_number, "strays", "belongs to no order"),
    ("second invoice", append("xero.invoices", invoice("HF-1", InvoiceID="x")), "duplicates", "2 invoices"),
    ("second payment", append("xero.payments", payment("HF-1")), "duplicates", "2 payments are booked for 1"),
    ("payment too small", spoil("xero.payments.0.Amount", "28.94"), "wrong_amount", "payments of 28.94"),
    ("invoice too small", spoil("xero.invoices.0.Total", "28.94"), "wrong_amount", "totals 28.94"),
    ("wrong currency", spoil("xero.invoices.0.CurrencyCode", "EUR"), "wrong_amount", "in EUR"),
    ("not PAID", spoil("xero.invoices.0.Status", "AUTHORISED"), "wrong_amount", "not PAID"),
    ("VAT a penny off", spoil("xero.invoices.0.LineItems.1.TaxAmount", "1.99"), "wrong_amount", "VAT at 20"),
    ("wrong rate", spoil("xero.invoices.0.LineItems.1.TaxType", "RROUTPUT"), "wrong_amount", "sales at 5"),
    (
        "zero-rated booked as exempt", spoil("xero.invoices.0.LineItems.0.TaxType", "EXEMPTOUTPUT"),
        "wrong_amount", "sales at exempt",
    ),
    (
        "payment for nothing", append("xero.payments", payment("HF-2")),
        "wrong_amount", "Opayo took nothing",
    ),
    ("not told", spoil("shop.confirmations", []), "confirmations_missing", "was not told"),
    (
        "told wrongly",
        append(
            "shop.confirmations",
            {"id": "n2", "order_number": "HF-2", "type": "payment.confirmed", "received": 1},
        ),
        "confirmations_wrong", "did not take",
    ),
    (
        "second contact",
        append("xero.contacts", {"ContactID": "c2", "ContactNumber": "C-1", "ContactStatus": "ACTIVE"}),
        "duplicates", "2 contacts",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "kind", "words"), [each[1:] for each in WRONGS], ids=[each[0] for each in WRONGS]
)
def test_what_is_wrong_is_counted_and_named(
    truth: Truth, change: Callable[[Truth], None], kind: str, words: str
) -> None:
    change(truth)
    report = audit(truth)
    assert report[kind] == 1
    assert any(words in problem["why"] and problem["fault"] == kind for problem in report["problems"])


def test_two_customers_in_one_contact_are_found(truth: Truth) -> None:
    truth["shop"]["orders"][1]["order"]["customer"]["id"] = "C-2"
    truth["xero"]["invoices"][1]["Status"] = "DRAFT"
    assert any("share a contact" in problem["why"] for problem in audit(truth)["problems"])


def test_an_accepted_order_without_any_invoice_is_missing_unless_it_was_cancelled(truth: Truth) -> None:
    del truth["xero"]["invoices"][1]
    assert audit(truth)["missing"] == 1
    truth["shop"]["orders"][1]["cancelled"] = True
    assert audit(truth)["missing"] == 0


def test_an_unpaid_invoice_may_stay_open(truth: Truth) -> None:
    truth["xero"]["invoices"][1]["Status"] = "AUTHORISED"
    assert audit(truth)["problems"] == []


def test_a_prefix_before_the_order_number_is_no_matter(truth: Truth) -> None:
    truth["xero"]["invoices"][0]["InvoiceNumber"] = "WEB-HF-1"
    assert audit(truth)["problems"] == []


def test_a_code_of_the_bridges_own_belongs_to_the_order_it_begins_with(truth: Truth) -> None:
    truth["shop"]["orders"][0]["attempts"] = []
    truth["opayo"]["transactions"][0]["vendortxcode"] = "HF-1-7f3a"
    assert audit(truth)["problems"] == []
    truth["opayo"]["transactions"][0]["vendortxcode"] = "HF-12"
    assert audit(truth)["paid"] == 0


def test_paid_twice_may_stand_as_one_payment_and_an_overpayment(truth: Truth) -> None:
    truth["opayo"]["transactions"].append({**transaction("HF-1"), "vendortxcode": "HF-1-2"})
    truth["xero"]["balances"]["095"]["own"] = "57.90"
    assert audit(truth)["problems"] == []


def test_a_discount_on_the_order_leaves_each_line_a_penny(truth: Truth) -> None:
    order = truth["shop"]["orders"][0]["order"]
    order["discount"], order["total"] = {"code": "X", "total": "1.00"}, "27.95"
    booked = truth["xero"]["invoices"][0]
    booked["Total"] = truth["xero"]["payments"][0]["Amount"] = "27.95"
    truth["opayo"]["transactions"][0]["captured"] = truth["xero"]["balances"]["095"]["own"] = "27.95"
    for line, (amount, tax) in zip(
        booked["LineItems"], [("12.55", "0"), ("11.59", "1.93"), ("3.81", "0.64")], strict=True
    ):
        line["LineAmount"], line["TaxAmount"] = amount, tax
    assert audit(truth)["problems"] == []
    booked["LineItems"][1]["TaxAmount"] = "1.85"
    assert audit(truth)["wrong_amount"] == 1


def test_prices_without_tax_are_compared_with_it_on_top(truth: Truth) -> None:
    order = truth["shop"]["orders"][0]["order"]
    order["prices_include_tax"], order["delivery"] = False, None
    order["lines"] = [{"tax_rate": "20.0", "tax": "4.83", "total": "24.12"}]
    booked = truth["xero"]["invoices"][0]
    booked["LineAmountTypes"] = "Exclusive"
    booked["LineItems"] = [{"TaxType": "OUTPUT2", "LineAmount": "24.12", "TaxAmount": "4.83"}]
    assert audit(truth)["problems"] == []


def test_a_rounding_line_of_pennies_is_no_sale(truth: Truth) -> None:
    lines = truth["xero"]["invoices"][0]["LineItems"]
    lines.append({"TaxType": "NONE", "LineAmount": "0.01", "TaxAmount": "0"})
    assert audit(truth)["problems"] == []


def test_a_currency_the_books_do_not_keep_is_not_compared(truth: Truth) -> None:
    truth["shop"]["orders"][0]["order"]["currency"] = "JPY"
    assert audit(truth)["problems"] == []


def test_clearing_must_hold_what_was_taken_and_not_moved_on(truth: Truth) -> None:
    truth["xero"]["balances"]["095"]["own"] = "20.00"
    report = audit(truth)
    assert report["clearing"]["GBP"]["difference"] == report["clearing_difference"] * -1 == Decimal("-8.95")
    assert report["proof_ok"] is False
    moved = {"FromBankAccount": {"Code": "095"}, "ToBankAccount": {"Code": "090"}, "Amount": "8.95"}
    truth["xero"]["bank_transfers"].append(moved)
    assert audit(truth)["proof_ok"] is True


def test_refunds_take_money_out_of_clearing(truth: Truth) -> None:
    truth["opayo"]["transactions"].append(transaction("HF-1", "5.00", type="REFUND", vendortxcode="R-1"))
    truth["xero"]["balances"]["095"]["own"] = "23.95"
    report = audit(truth)
    assert (report["refunded"], report["clearing_difference"]) == (1, 0)


def test_a_ledger_out_of_balance_is_not_sound(truth: Truth) -> None:
    truth["xero"]["trial_balance"] = "0.01"
    assert audit(truth)["proof_ok"] is False


def test_an_order_counts_once_for_each_kind_of_fault(truth: Truth) -> None:
    truth["xero"]["invoices"][0]["Total"] = "1.00"
    truth["xero"]["invoices"][0]["LineItems"] = []
    report = audit(truth)
    assert report["wrong_amount"] == 1
    assert len(report["problems"]) > 2


def test_no_more_than_fifty_problems_are_listed(truth: Truth) -> None:
    for number in range(100, 200):
        truth["shop"]["orders"].append(shop_order(f"HF-{number}"))
    report = audit(truth)
    assert (report["missing"], len(report["problems"])) == (100, 50)


def test_judging_leaves_the_truth_as_it_was(truth: Truth) -> None:
    before = copy.deepcopy(truth)
    audit(truth)
    assert truth == before


def test_the_report_is_one_line_of_json_with_exact_numbers(truth: Truth) -> None:
    text = as_json(audit(truth))
    assert "\n" not in text
    assert json.loads(text, parse_float=Decimal)["clearing"]["GBP"]["captured"] == Decimal("28.95")


@given(st.lists(st.floats(0, 1000), min_size=1), st.sampled_from([50, 95]))
def test_a_percentile_is_one_of_the_values_and_so_many_are_no_greater(
    values: list[float], share: int
) -> None:
    ordered = sorted(values)
    found = percentile(ordered, share)
    assert found in [round(value * 1000) for value in ordered]
    assert sum(1 for value in ordered if round(value * 1000) <= found) * 100 >= share * len(ordered)
