"""Everything else that happens on a business account: customers, suppliers, wages, rent, rates, charges, cash."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sandbox.bank.core.lines import Code
from sandbox.bank.core.references import cut
from sandbox.kernel.calendar import banking_day_from, is_banking_day, is_last_banking_day_of_month

PEOPLE: Final = (
    "R HAWTHORNE", "MS J OKAFOR", "PATEL & DAUGHTERS", "THE LINEN ROOM LTD", "D MACLEOD", "BRIGHTSIDE INTERIORS",
    "MRS A WHITTAKER", "KESTREL HOTELS LTD", "S O'BRIEN", "COPPERFIELD EVENTS", "T YILMAZ", "NORTHBANK GALLERY",
)  # fmt: skip
SUPPLIERS: Final = (
    "ATLAS PACKAGING LTD", "MERIDIAN CERAMICS", "SWIFT PARCELS UK", "OAKLEY & REEVE LLP", "INKWELL PRINT CO",
    "HALCYON TEXTILES", "BEACON CLEANING", "TAMAR TIMBER LTD",
)  # fmt: skip
OTHER_ACQUIRERS: Final = ("DOJO PAYMENTS", "PAYPAL PAYMENTS", "STRIPE PAYMENTS UK")
"""They pay too, for sales that did not come through the gateway."""

_FIXED: Final = (
    (1, Code.STANDING_ORDER, "QUAYSIDE ESTATES", "UNIT 4 RENT", "-1850.00"),
    (5, Code.DIRECT_DEBIT, "CITY COUNCIL NNDR", "BUSINESS RATES", "-312.00"),
    (12, Code.DIRECT_DEBIT, "ELMET ENERGY", "A/C 7719201", "-188.42"),
    (18, Code.DIRECT_DEBIT, "BRITELINE BROADBAND", "BL40021", "-54.00"),
    (20, Code.TRANSFER, "TO A/C 57813424", "RESERVE SAVINGS", "-500.00"),
    (25, Code.FASTER_OUT, "L FINCH", "SALARY", "-2140.16"),
    (25, Code.FASTER_OUT, "M HARBOUR", "SALARY", "-2318.77"),
    (28, Code.DIRECT_DEBIT, "HMRC VAT", "GB318447126", "-1204.33"),
)
"""Day of the month or the next banking day, and what moves."""


def everyday(currency: str, day: date, noise: str, rng: random.Random) -> list[dict[str, Any]]:
    """The lines of one day that no acquirer has to do with; noise is `none`, `normal` or `busy`."""
    if noise == "none" or not is_banking_day(day):
        return []
    if currency != "GBP":
        return _abroad(day, rng)
    most = 12 if noise == "busy" else 4
    lines = [_receipt(rng) for _ in range(rng.randrange(most))]
    lines += [_payment(rng) for _ in range(rng.randrange(most - 1))]
    if day.weekday() == 0:
        lines.append(
            stranger(_amount(rng, 40, 600, 10), Code.CASH, "CASH DEPOSIT", f"SLIP {rng.randrange(10**6):06d}")
        )
    if day.weekday() in (1, 4):
        lines.append(
            stranger(
                _amount(rng, 20, 900), Code.GIRO, rng.choice(OTHER_ACQUIRERS), f"PO{rng.randrange(10**8):08d}"
            )
        )
    lines += [_fixed(row) for row in _FIXED if banking_day_from(day.replace(day=row[0])) == day]
    return lines + _charges(day, "-8.50")


def _abroad(day: date, rng: random.Random) -> list[dict[str, Any]]:
    lines = []
    if rng.randrange(5) == 0:
        lines.append(_payment(rng))
    if rng.randrange(6) == 0:
        lines.append(_receipt(rng))
    return lines + _charges(day, "-4.00")


def _charges(day: date, amount: str) -> list[dict[str, Any]]:
    if not is_last_banking_day_of_month(day):
        return []
    return [stranger(Decimal(amount), Code.CHARGE, "ACCOUNT CHARGES", f"TO {day:%d%b}")]


def _receipt(rng: random.Random) -> dict[str, Any]:
    code = rng.choice((Code.FASTER_IN, Code.FASTER_IN, Code.GIRO))
    return stranger(_amount(rng, 5, 900), code, rng.choice(PEOPLE), f"INV {rng.randrange(1000, 9999)}")


def _payment(rng: random.Random) -> dict[str, Any]:
    return stranger(
        -_amount(rng, 10, 1200), Code.FASTER_OUT, rng.choice(SUPPLIERS), f"H&F {rng.randrange(10**5)}"
    )


def _fixed(row: tuple[int, Code, str, str, str]) -> dict[str, Any]:
    _, code, name, reference, amount = row
    return stranger(Decimal(amount), code, name, reference)


def _amount(rng: random.Random, least: int, most: int, step: int = 0) -> Decimal:
    """Major units; to the penny unless there is a step in whole units."""
    if step:
        return Decimal(rng.randrange(least, most, step)).quantize(Decimal("0.01"))
    return Decimal(rng.randrange(least * 100, most * 100)) / 100


def stranger(
    amount: Decimal, code: Code, name: str, reference: str, origin: str = "everyday"
) -> dict[str, Any]:
    """A line that no acquirer has to do with, without its id."""
    return {
        "amount": amount,
        "code": code.value,
        "name": cut(name),
        "reference": cut(reference),
        "payments": [],
        "origin": origin,
        "is_ours": False,
    }
