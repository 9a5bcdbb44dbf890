"""Which orders a payment of unknown order probably belongs to, with the reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rapidfuzz.distance import DamerauLevenshtein

MOST = 5
LEAST_SCORE = 30


@dataclass(frozen=True, slots=True)
class Stray:
    """A payment that fits no order. Amount in minor units."""

    vendor_tx_code: str
    amount_minor: int
    currency: str
    taken_at: datetime
    surname: str = ""


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order that may be the one. Amounts in minor units."""

    order_id: int
    number: str
    total_minor: int
    due_minor: int
    currency: str
    placed_at: datetime
    customer: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A likely order, its score from 0 to 100, and why."""

    order_id: int
    number: str
    score: int
    reasons: tuple[str, ...]


def likeliest(stray: Stray, orders: Iterable[OpenOrder]) -> tuple[Candidate, ...]:
    """The best few orders of the same currency, likeliest first."""
    scored = [_score(stray, order) for order in orders if order.currency == stray.currency]
    good = [candidate for candidate in scored if candidate.score >= LEAST_SCORE]
    return tuple(sorted(good, key=lambda candidate: (-candidate.score, candidate.number))[:MOST])


def _score(stray: Stray, order: OpenOrder) -> Candidate:
    parts = [_amount(stray, order), _code(stray, order), _time(stray, order), _name(stray, order)]
    return Candidate(
        order.order_id,
        order.number,
        sum(points for points, _ in parts),
        tuple(reason for points, reason in parts if points),
    )


def _amount(stray: Stray, order: OpenOrder) -> tuple[int, str]:
    if stray.amount_minor == order.due_minor:
        return 45, "the amount is exactly what is due"
    if stray.amount_minor == order.total_minor:
        return 30, "the amount is the order's total"
    return 0, ""


def _code(stray: Stray, order: OpenOrder) -> tuple[int, str]:
    code, number = stray.vendor_tx_code.upper(), order.number.upper()
    if number and number in code:
        return 35, f"the code contains {order.number}"
    distance = DamerauLevenshtein.distance(code[: len(number) + 2], number)
    close = DamerauLevenshtein.distance(code[: len(number)], number)
    distance = min(distance, close)
    if distance <= 2:
        return (
            35 - 8 * distance,
            f"the code differs from {order.number} in {distance} character{'s' * (distance > 1)}",
        )
    return 0, ""


def _time(stray: Stray, order: OpenOrder) -> tuple[int, str]:
    minutes = (stray.taken_at - order.placed_at).total_seconds() / 60
    if 0 <= minutes <= 60:
        return 15, f"paid {int(minutes)} minutes after the order"
    if 0 <= minutes <= 24 * 60:
        return 8, "paid within a day of the order"
    return 0, ""


def _name(stray: Stray, order: OpenOrder) -> tuple[int, str]:
    surname = stray.surname.strip().lower()
    if surname and surname in order.customer.lower().split():
        return 10, f"the cardholder's surname is the customer's ({stray.surname})"
    return 0, ""
