"""What bank lines are by the sandbox's truth, and how the product's matches are held against it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from config.demo.payouts import Judged, Payout, Truth, judge, read_truth, recognise

MID = "21000401"


def _line(
    line_id: str, amount: str, *payments: str, name: str = "ELAVON", reference: str = ""
) -> dict[str, Any]:
    return {
        "line_id": line_id, "on": "2026-11-23", "currency": "GBP", "amount": Decimal(amount), "name": name,
        "reference": reference, "payments": list(payments), "is_ours": bool(payments),
    }  # fmt: skip


def _settlement(number: int, net: str) -> dict[str, Any]:
    return {"settlement_id": f"S{number}", "mid": MID, "reference": str(number), "net": Decimal(net)}


def _funding(key: str, *settlements: str, kind: str = "funding", of: str = "") -> dict[str, Any]:
    return {"funding_id": key, "mid": MID, "kind": kind, "of": of, "settlements": list(settlements)}


def _truth(lines: list[dict[str, Any]], *fundings: dict[str, Any]) -> Truth:
    settlements = [_settlement(1, "100.00"), _settlement(2, "50.00")]
    bill = {"bill_id": f"{MID}-202611", "mid": MID, "gross": Decimal("9.40")}
    return read_truth({"lines": lines}, {"settlements": settlements, "bills": [bill], "fundings": fundings})


def _told(pk: int, minor: int, text: str, state: str = "", *references: str) -> dict[str, Any]:
    settlements = [{"mid": MID, "reference": reference} for reference in references]
    matches = [{"state": state, "settlements": settlements}] if state else []
    return {
        "bank_line": pk, "on": "2026-11-23", "minor": minor, "currency": "GBP", "text": text, "matches": matches,
    }  # fmt: skip


def test_a_payment_in_two_lines_is_one_payout() -> None:
    truth = _truth([_line("1", "60.00", "F1"), _line("2", "40.00", "F1")], _funding("F1", "S1"))
    assert truth.payouts == (Payout(("1", "2"), frozenset({(MID, "1")}), is_whole=True),)


def test_two_payments_in_one_line_are_one_payout() -> None:
    truth = _truth([_line("1", "150.00", "F1", "F2")], _funding("F1", "S1"), _funding("F2", "S2"))
    assert truth.payouts == (Payout(("1",), frozenset({(MID, "1"), (MID, "2")}), is_whole=True),)


def test_a_short_payment_is_whole_once_it_is_made_up() -> None:
    short, rest = _line("1", "90.00", "F1"), _line("2", "10.00", "F2")
    fundings = _funding("F1", "S1"), _funding("F2", kind="make_up", of="F1")
    assert [payout.is_whole for payout in _truth([short], *fundings).payouts] == [False]
    assert [payout.is_whole for payout in _truth([short, rest], *fundings).payouts] == [True]


def test_a_bill_is_collected_from_the_bank() -> None:
    bill = f"{MID}-202611"
    truth = _truth([_line("1", "-9.40", "F1")], _funding("F1", kind="fee_bill", of=bill))
    assert truth.payouts == (Payout(("1",), frozenset({(MID, bill)}), is_whole=True),)


def test_a_stranger_with_the_same_amount_is_told_apart_by_the_name() -> None:
    ours, stranger = _line("1", "100.00", "F1", reference=f"{MID} 1"), _line("2", "100.00", name="T YILMAZ")
    told = [_told(7, 10000, "T Yilmaz INV 1"), _told(8, 10000, f"ELAVON {MID} 1")]
    found = recognise([ours, stranger], told)
    assert {line: row["bank_line"] for line, row in found.items()} == {"1": 8, "2": 7}


def test_who_matched_is_counted() -> None:
    lines = [_line("1", "100.00", "F1"), _line("2", "50.00", "F2"), _line("3", "-9.40", "F3")]
    fundings = [
        _funding("F1", "S1"),
        _funding("F2", "S2"),
        _funding("F3", kind="fee_bill", of=f"{MID}-202611"),
    ]
    told = [
        _told(7, 10000, "ELAVON", "auto", "1"),
        _told(8, 5000, "ELAVON", "confirmed", "2"),
        _told(9, -940, "ELAVON", "suggested", f"{MID}-202611"),
    ]
    assert judge(_truth(lines, *fundings), told) == Judged(auto=1, person=1, open=1, wrong=0)


def test_another_settlement_a_part_of_one_and_a_stranger_are_wrong() -> None:
    together = _truth([_line("1", "150.00", "F1", "F2")], _funding("F1", "S1"), _funding("F2", "S2"))
    assert judge(together, [_told(7, 15000, "ELAVON", "auto", "1")]).wrong == 1
    one = _truth([_line("1", "100.00", "F1")], _funding("F1", "S1"))
    assert judge(one, [_told(7, 10000, "ELAVON", "auto", "2")]).wrong == 1
    stranger = _truth([_line("1", "100.00", name="T YILMAZ")])
    assert judge(stranger, [_told(7, 10000, "T YILMAZ", "confirmed", "1")]) == Judged(wrong=1)


def test_a_part_of_a_payment_may_be_matched_before_the_rest_comes() -> None:
    truth = _truth([_line("1", "90.00", "F1")], _funding("F1", "S1"))
    assert judge(truth, [_told(7, 9000, "ELAVON", "confirmed", "1")]) == Judged(person=1)
