"""What an order's books should look like, given what happened: the plan of its postings.

The plan is made from the records alone, so it does not matter in which order events arrived: each
time an order is touched the wished-for postings are worked out anew and compared with those that
exist. Rows of the posting table in docs/accounting.md are named in the comments.
"""

from __future__ import annotations

from sync.core.books.disputes import dispute_steps
from sync.core.books.facts import (
    DisputeFacts,
    DisputeMove,
    OrderFacts,
    PaymentFacts,
    PostingFacts,
    Postings,
    RefundFacts,
    captured_minor,
)
from sync.core.books.orders import order_steps
from sync.core.books.refunds import refund_steps
from sync.core.books.steps import Ask, Cancel, Create, PaidTwice, Revise, Revive, Step, carried_out

__all__ = [
    "Ask",
    "Cancel",
    "Create",
    "DisputeFacts",
    "DisputeMove",
    "OrderFacts",
    "PaidTwice",
    "PaymentFacts",
    "PostingFacts",
    "Postings",
    "RefundFacts",
    "Revise",
    "Revive",
    "Step",
    "captured_minor",
    "carried_out",
    "plan",
]


def plan(order: OrderFacts, postings: Postings) -> list[Step]:
    """The steps from the postings that exist to the ones the records call for.

    Each part is planned on what the parts before it leave.
    """
    if not order.is_postable:
        return []
    steps = order_steps(order, postings)
    steps += refund_steps(order, carried_out(postings, steps))
    steps += dispute_steps(order, carried_out(postings, steps))
    return steps
