"""Every journal balances, and so does the ledger at every moment."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.xero.core import ledger, postings
from sandbox.xero.core.money import ZERO

DAY = date(2026, 6, 15)
AMOUNTS = st.decimals("0.01", "99999.99", places=2)
RATES = st.decimals("0.25", "250", places=4)
ENTRIES = st.lists(
    st.builds(postings.Entry, st.sampled_from(["sales", "other", "delivery"]), AMOUNTS, AMOUNTS),
    min_size=1,
    max_size=6,
)
SIGNS = st.sampled_from([1, -1])


def test_an_unbalanced_journal_is_never_posted() -> None:
    books = ledger.Ledger()
    with pytest.raises(ledger.Unbalanced):
        books.post(DAY, [ledger.of("bank", Decimal(1))])
    assert books.balance("bank").base == 0


@given(ENTRIES, SIGNS, RATES)
def test_documents_balance_in_any_currency(entries: list[postings.Entry], sign: int, rate: Decimal) -> None:
    lines = postings.document("control", "tax", entries, sign, rate)
    ledger.require_balance(lines)
    bank = postings.Side("bank", ZERO, sum((e.net + e.tax for e in entries), ZERO))
    ledger.require_balance(postings.bank_transaction(bank, "tax", entries, sign, rate))


@given(AMOUNTS, AMOUNTS, SIGNS)
def test_what_rates_moved_on_a_payment_goes_to_gains(bank: Decimal, control: Decimal, sign: int) -> None:
    lines = postings.payment(
        postings.Side("bank", bank, bank), postings.Side("control", control, control), "gains", sign
    )
    ledger.require_balance(lines)
    moved = {line.account: line.base for line in lines}
    assert moved.get("gains", ZERO) == (control - bank) * sign


@given(st.lists(st.tuples(ENTRIES, SIGNS, RATES, st.integers(0, 400)), max_size=10))
def test_the_trial_balance_is_nothing_on_every_day(
    documents: list[tuple[list[postings.Entry], int, Decimal, int]],
) -> None:
    books = ledger.Ledger()
    for entries, sign, rate, days in documents:
        books.post(DAY + timedelta(days=days), postings.document("control", "tax", entries, sign, rate))
    for days in (0, 100, 400):
        assert books.difference(DAY + timedelta(days=days)) == 0


def test_a_reversal_takes_back_what_was_received_instead_of_spending_it() -> None:
    books = ledger.Ledger()
    lines = (ledger.of("bank", Decimal(10)), ledger.of("sales", Decimal(-10)))
    books.post(DAY, lines)
    books.post(DAY, ledger.reversal(lines), undoes=True)
    balance = books.balance("bank")
    assert not any((balance.base, balance.base_received, balance.base_spent))


def test_balances_are_cut_by_day() -> None:
    books = ledger.Ledger()
    for day in range(3):
        on = DAY + timedelta(days=day)
        books.post(on, (ledger.of("bank", Decimal(10)), ledger.of("sales", Decimal(-10))))
    assert books.balance("bank", until=DAY).base == 10
    assert books.balance("bank", since=DAY + timedelta(days=1)).base == 20
