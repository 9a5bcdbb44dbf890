"""How a day's payments of the acquirers reach the account: one line each, or split, or together, or with a double."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sandbox.bank.core.everyday import PEOPLE, stranger
from sandbox.bank.core.lines import Code
from sandbox.bank.core.references import WEIGHTS, draw_style, written
from sandbox.kernel.calendar import is_last_banking_day_of_month

Payment = Mapping[str, Any]
Draft = dict[str, Any]
"""A line without its id."""

PENNY: Final = Decimal("0.01")
SMALLEST_SPLIT: Final = Decimal(50)


@dataclass(frozen=True, slots=True)
class Manners:
    """How untidy the bank is."""

    references: str = "mixed"
    """`good`, `mixed` or `poor`."""
    splits: bool = True
    """Whether payments are split, above all at the end of a month, and put together."""
    twins_in_hundred: int = 8
    """Of a hundred payments, how many meet a stranger's credit of the same amount on the same day."""


def arrive(payments: Sequence[Payment], day: date, manners: Manners, rng: random.Random) -> list[Draft]:
    """The lines of one day and currency; what is nothing leaves no line."""
    moved = [payment for payment in payments if payment["paid"]]
    drafts: list[Draft] = []
    for group in _together(moved, manners, rng):
        style = draw_style(WEIGHTS[manners.references], rng)
        name, reference = written(group[0], style)
        known = {"name": name, "reference": reference, "payments": [each["funding_id"] for each in group]}
        for amount in _parts(sum((each["paid"] for each in group), Decimal(0)), day, manners, rng):
            drafts.append(_draft(amount, group[0], known))
            if amount > 0 and rng.randrange(100) < manners.twins_in_hundred:
                drafts.append(twin(amount, rng))
    return drafts


def _together(payments: Sequence[Payment], manners: Manners, rng: random.Random) -> list[list[Payment]]:
    """Now and then one line is for several payments of an acquirer."""
    groups: list[list[Payment]] = []
    for payment in payments:
        last = groups[-1][-1] if groups else None
        alike = last is not None and last["acquirer"] == payment["acquirer"]
        both_in = last is not None and last["paid"] > 0 and payment["paid"] > 0
        if manners.splits and alike and both_in and rng.randrange(8) == 0:
            groups[-1].append(payment)
        else:
            groups.append([payment])
    return groups


def _parts(amount: Decimal, day: date, manners: Manners, rng: random.Random) -> list[Decimal]:
    one_in = 3 if is_last_banking_day_of_month(day) else 60
    if not manners.splits or amount < SMALLEST_SPLIT or rng.randrange(one_in):
        return [amount]
    first = (amount * rng.randrange(20, 80) / 100).quantize(PENNY)
    return [first, amount - first]


def _draft(amount: Decimal, payment: Payment, known: Mapping[str, Any]) -> Draft:
    code = Code.GIRO if amount > 0 else Code.DIRECT_DEBIT
    return {"amount": amount, "code": code.value, "origin": payment["kind"], "is_ours": True, **known}


def twin(amount: Decimal, rng: random.Random) -> Draft:
    """A stranger's credit that looks the same from afar."""
    return stranger(amount, Code.FASTER_IN, rng.choice(PEOPLE), f"INV {rng.randrange(1000, 9999)}", "twin")
