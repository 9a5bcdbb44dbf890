"""What is left of a document follows from payments and credits, and back again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sandbox.xero.core import settlement

DAY = date(2026, 6, 15)


@given(
    st.decimals("0.01", "5000", places=2),
    st.decimals("0.5", "2", places=4),
    st.lists(st.tuples(st.integers(1, 100), st.booleans(), st.integers(0, 10)), max_size=12),
)
def test_any_payments_keep_the_identity_and_come_back_to_the_penny(
    total: Decimal, rate: Decimal, steps: list[tuple[int, bool, int]]
) -> None:
    base_total = (total / rate).quantize(Decimal("0.01"))
    state = settlement.opened(total, base_total)
    held: list[tuple[Decimal, Decimal, bool]] = []
    for percent, credit, undo in steps:
        if held and undo == 0:
            amount, base, was_credit = held.pop(0)
            state = settlement.unsettle(state, amount, base, credit=was_credit)
        else:
            amount = (state.left * percent / 100).quantize(Decimal("0.01"))
            if not amount:
                continue
            base = settlement.base_part(state, amount)
            state = settlement.settle(state, amount, base, DAY, credit=credit)
            held.append((amount, base, credit))
        assert state.left == state.total - state.paid - state.credited
        assert (state.status == "PAID") is (state.left == 0) is (state.fully_paid_on is not None)
    for amount, base, was_credit in held:
        state = settlement.unsettle(state, amount, base, credit=was_credit)
    assert (state.left, state.base_left) == (total, base_total)
    assert not state.paid
    assert not state.credited


def test_the_last_payment_clears_the_base_amount_whole() -> None:
    state = settlement.opened(Decimal("10.00"), Decimal("8.55"))
    for amount in (Decimal("3.33"), Decimal("3.33"), Decimal("3.34")):
        base = settlement.base_part(state, amount)
        state = settlement.settle(state, amount, base, DAY, credit=False)
    assert (state.status, state.fully_paid_on) == ("PAID", DAY)
    assert state.base_left == 0
