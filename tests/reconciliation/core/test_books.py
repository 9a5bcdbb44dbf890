from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciliation.core.books import (
    BankLineFacts,
    DifferenceFacts,
    Existing,
    LineFacts,
    SettlementFacts,
    adjustment_of,
    charges_of,
    plan,
    transfer_of,
)

DAY = date(2026, 3, 10)


def settlement(*lines: LineFacts) -> SettlementFacts:
    return SettlementFacts("2100001:400001", "400001", DAY, lines)


def bank_line(minor: int, match: str = "m1") -> BankLineFacts:
    return BankLineFacts("B123", DAY, minor, "400001 B123", match)


def test_a_bank_line_is_one_transfer_of_its_amount_and_day() -> None:
    wanted = transfer_of(bank_line(108_240))
    assert (wanted.kind, wanted.minor, wanted.on, wanted.is_inward) == ("bank_transfer", 108_240, DAY, True)


def test_money_that_the_acquirer_takes_goes_back_from_the_bank() -> None:
    wanted = transfer_of(bank_line(-5_100))
    assert (wanted.minor, wanted.is_inward) == (5_100, False)


def test_the_worked_example_leaves_nothing_in_clearing() -> None:
    lines = (
        LineFacts("sale", 120_000), LineFacts("refund", -6_000), LineFacts("chargeback", -3_600, case_id="CB1"),
        LineFacts("fee", -2_160, "service_charge"),
    )  # fmt: skip
    (fee,) = charges_of(settlement(*lines))
    assert (fee.kind, fee.minor, fee.role) == ("spend", 2_160, "fees")
    assert 120_000 - 6_000 - 3_600 - fee.minor - transfer_of(bank_line(108_240)).minor == 0


def test_each_kind_of_fee_is_booked_by_itself_with_its_vat() -> None:
    lines = (
        LineFacts("fee", -120, "service_charge", -20), LineFacts("fee", -60, "service_charge", -10),
        LineFacts("fee", -3, "per_item"), LineFacts("fee", 40, "other"),
    )  # fmt: skip
    wanted = charges_of(settlement(*lines))
    assert [(each.kind, each.fee_kind, each.minor, each.vat_minor) for each in wanted] == [
        ("receive", "other", 40, 0), ("spend", "per_item", 3, 0), ("spend", "service_charge", 180, 30),
    ]  # fmt: skip


def test_money_of_a_dispute_is_booked_with_the_dispute_and_never_again() -> None:
    lines = (
        LineFacts("chargeback", -3_600, case_id="CB1"), LineFacts("fee", -1_500, "dispute", case_id="CB1"),
        LineFacts("chargeback_returned", 3_600, case_id="CB1"),
    )  # fmt: skip
    assert charges_of(settlement(*lines)) == []


def test_a_reserve_is_spent_and_its_release_received() -> None:
    (held,) = charges_of(settlement(LineFacts("reserve_held", -1_000), LineFacts("reserve_released", 400)))
    (back,) = charges_of(settlement(LineFacts("reserve_released", 400)))
    assert [(each.kind, each.minor, each.role) for each in (held, back)] == [
        ("spend", 600, "reserve"), ("receive", 400, "reserve"),
    ]  # fmt: skip


def test_a_difference_is_booked_only_as_a_person_says() -> None:
    def difference(kind: str, minor: int = -50) -> Any:
        return adjustment_of(DifferenceFacts("m1", minor, kind, DAY, "400001"))

    assert difference("") is None
    assert difference("date") is None
    assert (difference("fee").kind, difference("fee").role, difference("fee").minor) == ("spend", "fees", 50)
    assert (difference("rounding", 3).kind, difference("rounding", 3).role) == ("receive", "rounding")


def test_what_stands_and_is_not_wanted_is_taken_back_once() -> None:
    stands = Existing("bank_transfer", "B123/m1", "posted")
    assert plan([], [stands]).take_back == (("bank_transfer", "B123/m1"),)
    assert plan([], [Existing("bank_transfer", "B123/m1", "posted", is_being_undone=True)]).take_back == ()
    assert plan([], [Existing("bank_transfer", "B123/m1", "reversed")]).take_back == ()


def test_what_somebody_undid_in_xero_is_not_made_again_by_itself() -> None:
    wanted = [transfer_of(bank_line(100))]
    assert plan(wanted, [Existing("bank_transfer", "B123/m1", "reversed")]).make == ()


def test_a_new_match_of_the_same_line_is_booked_anew() -> None:
    steps = plan([transfer_of(bank_line(100, "m2"))], [Existing("bank_transfer", "B123/m1", "reversed")])
    assert [each.key for each in steps.make] == ["B123/m2"]


def test_what_was_given_up_unsent_and_is_wanted_again_goes_on() -> None:
    wanted = [transfer_of(bank_line(100))]
    assert plan(wanted, [Existing("bank_transfer", "B123/m1", "cancelled")]).revive == (
        ("bank_transfer", "B123/m1"),
    )


AMOUNTS = st.integers(-5_000, 5_000).filter(bool)


@given(
    st.lists(st.tuples(st.sampled_from(["service_charge", "per_item", "other"]), AMOUNTS), max_size=8),
    st.lists(AMOUNTS, max_size=4),
)
def test_what_is_booked_of_a_settlement_is_exactly_its_fees_and_reserves(
    fees: list[tuple[str, int]], reserves: list[int]
) -> None:
    lines = [LineFacts("fee", minor, kind) for kind, minor in fees]
    lines += [LineFacts("reserve_held" if minor < 0 else "reserve_released", minor) for minor in reserves]
    booked = sum(
        each.minor if each.kind == "receive" else -each.minor for each in charges_of(settlement(*lines))
    )
    assert booked == sum(line.amount_minor for line in lines)


@given(st.sets(AMOUNTS, max_size=5), st.sets(AMOUNTS, max_size=5))
def test_carrying_a_plan_out_leaves_nothing_to_do(now: set[int], before: set[int]) -> None:
    wanted = [transfer_of(BankLineFacts(f"B{minor}", DAY, minor, "", "m1")) for minor in now]
    existing = {("bank_transfer", f"B{minor}/m1"): "posted" for minor in before}
    steps = plan(wanted, [Existing(*key, state) for key, state in existing.items()])
    existing |= {(each.kind, each.key): "ready" for each in steps.make} | dict.fromkeys(
        steps.take_back, "reversed"
    )
    after = plan(wanted, [Existing(*key, state) for key, state in existing.items()])
    assert after == type(after)()
