"""The auditor's judgement of what went back: refunds, voids, requests of the shop, disputes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from sandbox.auditor import audit
from tests.sandbox.test_auditor import Truth, append, invoice, payment, shop_order, spoil, transaction

ACCOUNTS = {
    "095": {"name": "Opayo clearing GBP", "currency": "GBP", "own": "0.00", "base": "0.00"},
    "405": {"name": "Chargeback losses", "currency": "GBP", "own": "0.00", "base": "0.00"},
    "406": {"name": "Dispute fees", "currency": "GBP", "own": "0.00", "base": "0.00"},
    "615": {"name": "Disputed receivables", "currency": "GBP", "own": "0.00", "base": "0.00"},
}


def sale(**fields: Any) -> Truth:
    return transaction("HF-1", vpstxid="A", state_name="AUTHORISED", system="Server", **fields)


def refund(amount: str = "28.95", code: str = "HF-1-1-R1", **fields: Any) -> Truth:
    made = {"vendortxcode": code, "type": "REFUND", "related": "A", "system": "MyOpayo"}
    return transaction("HF-1", amount, **{**made, **fields})


def note(total: str = "28.95", code: str = "HF-1-1-R1", **fields: Any) -> Truth:
    whole = invoice("HF-1")
    made = {
        "CreditNoteID": f"note of {code}", "CreditNoteNumber": f"CN-{code}", "Reference": code,
        "Type": "ACCRECCREDIT", "Status": "PAID", "Total": total,
    }  # fmt: skip
    return {**{name: whole[name] for name in ("CurrencyCode", "ContactID", "LineAmountTypes", "LineItems")},
            **made, **fields}  # fmt: skip


def paid_out(amount: str = "28.95", code: str = "HF-1-1-R1", **fields: Any) -> Truth:
    return payment(
        "HF-1", **{"DocumentID": f"note of {code}", "Property": "CreditNote", "Amount": amount, **fields}
    )


def lines(*parts: tuple[str, str, str]) -> list[Truth]:
    return [{"TaxType": tax_type, "LineAmount": amount, "TaxAmount": tax} for tax_type, amount, tax in parts]


HALF = lines(("ZERORATEDOUTPUT", "6.50", "0"), ("OUTPUT2", "6.00", "1.00"), ("OUTPUT2", "1.97", "0.33"))
OTHER_HALF = lines(("ZERORATEDOUTPUT", "6.50", "0"), ("OUTPUT2", "6.00", "1.00"), ("OUTPUT2", "1.98", "0.33"))


@pytest.fixture
def truth() -> Truth:
    """One order, paid, given back whole, and booked so."""
    return {
        "shop": {
            "orders": [shop_order("HF-1")],
            "confirmations": [{"id": "n1", "order_number": "HF-1", "type": "payment.confirmed", "received": 1}],
            "refunds": [],
        },
        "opayo": {"transactions": [sale(), refund()], "batches": []},
        "xero": {
            "contacts": [], "invoices": [invoice("HF-1")], "payments": [payment("HF-1"), paid_out()],
            "credit_notes": [note()], "allocations": [], "manual_journals": [], "bank_transfers": [],
            "bank_transactions": [], "balances": {code: dict(each) for code, each in ACCOUNTS.items()},
            "trial_balance": "0.00",
        },
        "counts": {"xero_purposes": {}, "too_many": {}, "faults": {}},
        "trade": {"started_at": 0, "payments": {}},
    }  # fmt: skip


def counts(report: Truth) -> tuple[int, int, int]:
    return (report["missing"], report["duplicates"], report["wrong_amount"])


def test_a_refund_with_its_credit_note_and_its_money_is_sound(truth: Truth) -> None:
    report = audit(truth)
    assert report["problems"] == []
    assert (report["refunded"], report["credit_notes"], report["proof_ok"]) == (1, 1, True)


def test_two_halves_come_to_the_whole(truth: Truth) -> None:
    truth["opayo"]["transactions"][1:] = [refund("14.47"), refund("14.48", "HF-1-1-R2")]
    truth["xero"]["credit_notes"] = [
        note("14.47", LineItems=HALF),
        note("14.48", "HF-1-1-R2", LineItems=OTHER_HALF),
    ]
    truth["xero"]["payments"][1:] = [paid_out("14.47"), paid_out("14.48", "HF-1-1-R2")]
    assert audit(truth)["problems"] == []
    truth["xero"]["credit_notes"][1]["LineItems"][2]["TaxAmount"] = "0.34"
    report = audit(truth)
    assert counts(report) == (0, 0, 1)
    assert "VAT of -0.01" in report["problems"][0]["why"]


WRONGS = [
    ("no credit note", spoil("xero.credit_notes", []), "missing", "has no credit note"),
    ("voided credit note", spoil("xero.credit_notes.0.Status", "VOIDED"), "missing", "has no credit note"),
    ("not paid out", spoil("xero.payments", [payment("HF-1")]), "missing", "is not paid out"),
    ("second credit note", append("xero.credit_notes", note()), "duplicates", "has 2 credit notes"),
    ("paid out twice", append("xero.payments", paid_out()), "duplicates", "more than once"),
    ("note too small", spoil("xero.credit_notes.0.Total", "28.94"), "wrong_amount", "is 28.94 GBP"),
    ("paid out too little", spoil("xero.payments.1.Amount", "28.94"), "wrong_amount", "28.94 is paid out"),
    ("another contact", spoil("xero.credit_notes.0.ContactID", "c9"), "wrong_amount", "another contact"),
    (
        "VAT at another rate", spoil("xero.credit_notes.0.LineItems.1.TaxType", "RROUTPUT"),
        "wrong_amount", "sales at 20 should be",
    ),
    (
        "a note for nothing", append("xero.credit_notes", note(code="HF-1-1", CreditNoteID="x")),
        "duplicates", "stands for no refund",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "kind", "words"), [each[1:] for each in WRONGS], ids=[each[0] for each in WRONGS]
)
def test_what_is_wrong_with_a_refund_is_counted_and_named(
    truth: Truth, change: Callable[[Truth], None], kind: str, words: str
) -> None:
    change(truth)
    report = audit(truth)
    assert report[kind] == 1
    assert any(words in problem["why"] and problem["fault"] == kind for problem in report["problems"])
    assert report["proof_ok"] is False


def test_a_credit_note_of_no_order_is_a_stray(truth: Truth) -> None:
    truth["xero"]["credit_notes"].append(note(code="ZZ-9", CreditNoteID="x"))
    report = audit(truth)
    assert (report["strays"], report["problems"][0]["why"][:13]) == (1, "a credit note")


def test_a_refund_may_be_set_against_an_unpaid_invoice(truth: Truth) -> None:
    truth["xero"]["payments"].pop()
    truth["xero"]["allocations"] = [
        {
            "CreditFamily": "CreditNotes", "CreditID": "note of HF-1-1-R1", "InvoiceID": "id of HF-1",
            "Amount": "28.95", "IsDeleted": False,
        }
    ]  # fmt: skip
    assert audit(truth)["problems"] == []


def test_a_refund_out_of_an_overpayment_needs_no_credit_note(truth: Truth) -> None:
    truth["opayo"]["transactions"].insert(1, {**sale(), "vpstxid": "B", "vendortxcode": "HF-1-2"})
    truth["xero"]["balances"]["095"]["own"] = "28.95"
    truth["xero"]["credit_notes"] = []
    truth["xero"]["payments"][1] = paid_out(Property="Overpayment", Reference="HF-1-1-R1")
    assert audit(truth)["problems"] == []


def test_a_voided_sale_has_no_payment(truth: Truth) -> None:
    truth["opayo"]["transactions"] = [{**sale(), "captured": "0", "state_name": "VOIDED"}]
    truth["xero"]["credit_notes"], truth["xero"]["payments"] = [], [payment("HF-1")]
    report = audit(truth)
    assert (report["voided"], *counts(report)) == (1, 0, 0, 1)
    assert "the sale was voided" in report["problems"][0]["why"]


# What the shop asked for


def asked(amount: str = "28.95", **fields: Any) -> Truth:
    return {
        "id": "RF-1", "order_number": "HF-1", "amount": amount, "currency": "GBP", "lines": [],
        "state": "accepted", "confirmed": 1, "refused": 0, "vendor_tx_code": "HF-1-1-R1", **fields,
    }  # fmt: skip


def asking(truth: Truth, *requests: Truth) -> Truth:
    truth["shop"]["refunds"] = list(requests)
    truth["opayo"]["transactions"][1]["system"] = "Pi"
    return audit(truth)


def test_a_request_that_was_followed_and_told_is_sound(truth: Truth) -> None:
    assert asking(truth, asked())["problems"] == []


def test_a_request_nothing_came_of_is_missing(truth: Truth) -> None:
    report = asking(truth, asked(), asked("5.00", id="RF-2", confirmed=0))
    assert counts(report) == (1, 0, 0)
    assert "neither made nor refused" in report["problems"][0]["why"]


def test_a_request_may_be_refused(truth: Truth) -> None:
    report = asking(truth, asked(), asked("5.00", id="RF-2", confirmed=0, refused=1))
    assert (report["problems"], report["refunds_refused"]) == ([], 1)


def test_one_request_followed_twice_is_a_double_refund(truth: Truth) -> None:
    truth["opayo"]["transactions"][1:] = [refund("10.00"), refund("10.00", "HF-1-1-R2", system="Pi")]
    assert any(
        "2 refunds were made for 1" in each["why"] for each in asking(truth, asked("10.00"))["problems"]
    )


def test_a_request_the_shop_was_not_told_about_is_unconfirmed(truth: Truth) -> None:
    assert asking(truth, asked(confirmed=0))["confirmations_missing"] == 1


def test_the_lines_that_came_back_are_credited_to_the_penny(truth: Truth) -> None:
    truth["shop"]["orders"][0]["order"]["lines"][1]["sku"] = "MUG"
    truth["opayo"]["transactions"][1] = refund("12.00")
    truth["xero"]["payments"][1] = paid_out("12.00")
    truth["xero"]["credit_notes"] = [note("12.00", LineItems=lines(("OUTPUT2", "12.00", "2.00")))]
    request = asked("12.00", lines=[{"sku": "MUG", "quantity": "1"}])
    truth["xero"]["balances"]["095"]["own"] = "16.95"
    assert asking(truth, request)["problems"] == []
    truth["xero"]["credit_notes"][0]["LineItems"] = HALF
    assert asking(truth, request)["wrong_amount"] == 1


# Disputes


def dispute(state: str = "lost", **fields: Any) -> Truth:
    taken = Decimal("0" if state in ("won", "reversed") else "28.95")
    return {
        "case_id": "CB70001", "vpstxid": "A", "amount": "28.95", "fee": "15.00", "currency": "GBP",
        "state": state, "net": str(-taken - 15), "is_closed": True, "is_lost": state == "lost",
        "history": [{"stage": "received"}, {"stage": state}], **fields,
    }  # fmt: skip


def bank(kind: str, account: str, amount: str) -> Truth:
    return {
        "Type": kind, "Status": "AUTHORISED", "Reference": "CB70001", "BankAccount": {"Code": "095"},
        "Total": amount, "LineItems": [{"AccountCode": account, "LineAmount": amount}],
    }  # fmt: skip


def journal(*amounts: tuple[str, str]) -> Truth:
    found = [{"AccountCode": account, "LineAmount": amount} for account, amount in amounts]
    return {"Status": "POSTED", "Narration": "Dispute CB70001: lost", "JournalLines": found}


@pytest.fixture
def disputed(truth: Truth) -> Truth:
    """One order, disputed and lost as a bad debt, booked so."""
    truth["opayo"]["transactions"] = [sale()]
    truth["acquirer"] = {"disputes": [dispute()]}
    truth["xero"]["payments"], truth["xero"]["credit_notes"] = [payment("HF-1")], []
    truth["xero"]["bank_transactions"] = [bank("SPEND", "615", "28.95"), bank("SPEND", "406", "15.00")]
    truth["xero"]["manual_journals"] = [journal(("405", "28.95"), ("615", "-28.95"))]
    truth["xero"]["balances"]["095"]["own"] = "-15.00"
    return truth


def test_a_lost_dispute_booked_as_a_loss_is_sound(disputed: Truth) -> None:
    report = audit(disputed)
    assert report["problems"] == []
    assert (report["disputes"], report["disputes_lost"], report["proof_ok"]) == (1, 1, True)


def test_a_lost_dispute_may_undo_the_sale(disputed: Truth) -> None:
    disputed["xero"]["manual_journals"] = []
    disputed["xero"]["credit_notes"] = [note(code="CB70001:lost", CreditNoteNumber="CB70001-lost")]
    disputed["xero"]["payments"].append(paid_out(code="CB70001:lost", AccountCode="615"))
    assert audit(disputed)["problems"] == []
    disputed["xero"]["credit_notes"][0]["LineItems"][1]["TaxType"] = "RROUTPUT"
    assert audit(disputed)["wrong_amount"] == 1


def test_a_dispute_that_was_won_leaves_only_its_fee(disputed: Truth) -> None:
    disputed["acquirer"]["disputes"] = [dispute("won")]
    disputed["xero"]["manual_journals"] = []
    disputed["xero"]["balances"]["095"]["own"] = "13.95"
    assert audit(disputed)["wrong_amount"] == 1
    disputed["xero"]["bank_transactions"].append(bank("RECEIVE", "615", "28.95"))
    assert audit(disputed)["problems"] == []


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        (spoil("xero.bank_transactions", []), "missing", "is not booked"),
        (append("xero.bank_transactions", bank("SPEND", "615", "28.95")), "duplicates", "is booked 2 times"),
        (spoil("xero.manual_journals", []), "wrong_amount", "disputed receivables is 28.95"),
        (append("xero.bank_transactions", bank("SPEND", "406", "15.00")), "wrong_amount", "fee is 30.00"),
        (
            append("xero.manual_journals", journal(("405", "28.95"), ("615", "-28.95"))),
            "wrong_amount", "lost is 57.90",
        ),
    ],
    ids=["not booked", "booked twice", "still open", "two fees", "lost twice"],
)  # fmt: skip
def test_what_is_wrong_with_a_dispute_is_counted_and_named(
    disputed: Truth, change: Callable[[Truth], None], kind: str, words: str
) -> None:
    change(disputed)
    report = audit(disputed)
    assert report[kind] == 1
    assert any(words in problem["why"] and problem["order"] == "HF-1" for problem in report["problems"])


def test_disputed_receivables_must_be_empty_once_all_disputes_are_closed(disputed: Truth) -> None:
    disputed["xero"]["balances"]["615"]["base"] = "3.00"
    report = audit(disputed)
    assert (report["problems"], report["dispute_accounts"]["disputed"]) == ([], Decimal("3.00"))
    assert report["proof_ok"] is False
