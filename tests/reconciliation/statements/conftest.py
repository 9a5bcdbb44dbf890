"""An account at the bank, and statements of the simulated bank for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.models import Pair
from reconciliation.models import BankAccount
from sandbox.bank.core.accounts import ACCOUNTS
from sandbox.bank.core.lines import Statement, statement_of
from sandbox.bank.formats import camt053, delimited, mt940, ofx
from tests.factories import PairFactory

AT = datetime(2026, 12, 31, 9, 30, tzinfo=UTC)
FORMATS: dict[str, Callable[[Statement], str]] = {
    **{f"csv {name}": write for name, write in delimited.LAYOUTS.items()},
    "ofx": ofx.sgml,
    "ofx2": ofx.xml,
    "mt940": mt940.messages,
    "camt053 02": lambda statement: camt053.document(statement, "02"),
    "camt053 08": lambda statement: camt053.document(statement, "08"),
}
FIRST = date(2026, 11, 2)

Row = tuple[int, str, str, str]
"""Days after FIRST, amount in pounds, name, reference."""


def bank_statement(rows: Sequence[Row], start: int = 0, end: int = 60) -> Statement:
    """What the bank knows of the days `start` to `end` after FIRST, when these rows are all that happened."""
    booked = [
        {
            "line_id": str(20000000000001 + place),
            "on": FIRST + timedelta(days=day),
            "amount": Decimal(amount),
            "code": "FPI" if Decimal(amount) > 0 else "DD",
            "name": name,
            "reference": reference,
        }
        for place, (day, amount, name, reference) in enumerate(rows)
    ]
    first, last = FIRST + timedelta(days=start), FIRST + timedelta(days=end)
    return statement_of(ACCOUNTS["GBP"], booked, first, last, AT)


def written(kind: str, rows: Sequence[Row], start: int = 0, end: int = 60) -> bytes:
    """The bank's file of those days."""
    return FORMATS[kind](bank_statement(rows, start, end)).encode()


@pytest.fixture
def account(db: None) -> BankAccount:
    return account_of(PairFactory())


def account_of(pair: Pair, **known: Any) -> BankAccount:
    """The business account at the bank of the sandbox."""
    values = {"name": "Business", "slug": "business", "currency": "GBP", "account_code": "090"}
    return BankAccount.objects.create(pair=pair, **(values | known))
