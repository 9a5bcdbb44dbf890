"""What waits for a person, with its price."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from dashboard.selectors.lists import events_of, notices_of, postings_of
from dashboard.selectors.needs import orders_held, prices
from dashboard.selectors.prices import Price
from integrations.models import Event, Order, Pair, Payment
from sync.models import Notice, Posting, Problem

_MOST_STRAYS = 50


@dataclass(frozen=True, slots=True)
class OpenProblem:
    """A problem, how many documents it holds, and the money of their orders."""

    problem: Problem
    held: int
    prices: tuple[Price, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An order a payment may be for: `score` from 0 to 100, and why."""

    order: Order
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StrayPayment:
    """A payment that fits no order, with the likeliest ones."""

    payment: Payment
    candidates: tuple[Candidate, ...]


def open_problems(pair: Pair) -> list[OpenProblem]:
    """The open problems, oldest first."""
    held = Count("postings", filter=Q(postings__state=Posting.State.HELD))
    problems = Problem.objects.filter(pair=pair, resolved_at=None).annotate(held=held).order_by("opened_at")
    return [
        OpenProblem(problem, problem.held, prices(orders_held(Q(problem=problem), pair), "total_minor"))
        for problem in problems
    ]


def dead_postings(pair: Pair) -> QuerySet[Posting]:
    """Documents Xero refused."""
    return postings_of(pair).filter(state=Posting.State.DEAD)


def dead_events(pair: Pair) -> QuerySet[Event]:
    """Messages that could not be read."""
    return events_of(pair).filter(state=Event.State.DEAD)


def dead_notices(pair: Pair) -> QuerySet[Notice]:
    """Confirmations nobody took."""
    return notices_of(pair).filter(state=Notice.State.DEAD)


def stray_payments(pair: Pair, words: str) -> list[StrayPayment]:
    """Captured payments that fit no order, newest first; two queries."""
    strays = Payment.objects.filter(pair=pair, is_unmatched=True).order_by("-pk")
    if words:
        strays = strays.filter(Q(vendor_tx_code__icontains=words) | Q(last_four=words))
    return _with_candidates(pair, list(strays[:_MOST_STRAYS]))


def stray_payment(payment: Payment) -> StrayPayment:
    """One payment with its likeliest orders."""
    return _with_candidates(payment.pair, [payment])[0]


def _with_candidates(pair: Pair, payments: list[Payment]) -> list[StrayPayment]:
    ids = {found["order"] for payment in payments for found in payment.candidates}
    orders = Order.objects.filter(pair=pair).select_related("customer").defer("document").in_bulk(ids)
    return [StrayPayment(payment, tuple(_candidates(payment.candidates, orders))) for payment in payments]


def _candidates(found: list[dict[str, Any]], orders: dict[int, Order]) -> Iterable[Candidate]:
    for one in found:
        order = orders.get(one["order"])
        if order is not None:
            yield Candidate(order, one["score"], tuple(one["reasons"]))


def orders_to_assign(pair: Pair, payment: Payment, words: str) -> list[Order]:
    """Orders in the payment's currency that a person looks for by number, customer or e-mail."""
    if not words:
        return []
    found = (
        Q(number__icontains=words) | Q(customer__name__icontains=words) | Q(customer__email__icontains=words)
    )
    orders = Order.objects.filter(found, pair=pair, currency=payment.currency)
    return list(orders.select_related("customer").defer("document").order_by("-placed_at")[:20])
