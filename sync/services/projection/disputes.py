"""Disputes of the orders in hand: what the plan has to know of them, their documents, and what people are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from integrations.core.money import Money
from integrations.models import Dispute, Order, Payment
from mapping.services.documents import Made
from sync.core.books import Create, DisputeFacts, OrderFacts, PaidTwice
from sync.core.books.refunds import doubted
from sync.core.chargebacks import case_of_key, key_of_case
from sync.models import Posting, Problem
from sync.services.disputing.documents import Wanted, make
from sync.services.problems import open_problem, release_problem
from sync.services.projection.amounts import books_money, dispute_facts_of, fee_currency
from sync.services.projection.books import Books
from sync.services.projection.refunds import account_of_sale, earlier_credits

PAID_TWICE: Final = "double_refund"


def facts(books: Books, order: Order, payments: Sequence[Payment]) -> tuple[DisputeFacts, ...]:
    """All disputes of the order; those whose payment is not booked here are left alone."""
    booked = {payment.vendor_tx_code for payment in payments}
    cases = books.batch.cases
    return tuple(
        dispute_facts_of(order, dispute, cases.story(dispute), booked) for dispute in cases.of(order)
    )


def dispute_of(books: Books, order: Order, case: str) -> Dispute | None:
    """The dispute that a key begins with; one that was tied to another sale meanwhile has none here."""
    found = books.batch.cases.of(order)
    return next((row for row in found if key_of_case(row.case_id, row.tie_count) == case), None)


def document(books: Books, order: Order, step: Create) -> Made:
    """The Xero object of a dispute's posting; what undoes one needs none."""
    dispute = dispute_of(books, order, step.case)
    if dispute is None:
        return Made({}, None)
    wanted = Wanted(
        step.kind,
        step.key,
        _money(order, dispute, step),
        order,
        dispute,
        books.batch.cases.story(dispute),
        list(earlier_credits(books, order)),
        account_of_sale(books, step.payment_code),
    )
    return make(books.maker, wanted)


def _money(order: Order, dispute: Dispute, step: Create) -> Money:
    if step.key.startswith(f"{step.case}:fee"):
        return Money(step.amount_minor, fee_currency(order, dispute))
    return books_money(order, step.amount_minor)


def mark(books: Books, order: Order, posting: Posting, step: Create) -> None:
    """Tie a posting to its dispute. What undoes one of a dispute that is another order's by now keeps that one's."""
    if not step.case:
        return
    dispute = dispute_of(books, order, step.case)
    if dispute is not None:
        posting.dispute = dispute
        posting.currency = _money(order, dispute, step).currency
    elif step.about is not None:
        undone = books.postings[step.about]
        posting.dispute_id, posting.currency = undone.dispute_id, undone.currency


def case_of(posting: Posting) -> str:
    """The case whose posting it is, as the plan knows it."""
    return case_of_key(posting.natural_key) if posting.dispute_id else ""


def tell(books: Books, order: Order, step: PaidTwice) -> None:
    """Say once that money has gone out twice; who has marked that as fixed is not asked again."""
    dispute = dispute_of(books, order, step.case)
    if dispute is None:
        return
    books.paid_twice.add(dispute.case_id)
    subject = dispute.case_id[:120]
    if Problem.objects.filter(pair=books.batch.pair, code=PAID_TWICE, subject=subject).exists():
        return
    came, refunded = books_money(order, step.came_minor), books_money(order, step.refunded_minor)
    taken = books_money(order, step.taken_minor)
    open_problem(
        books.batch.pair,
        PAID_TWICE,
        subject,
        f"Order {order} was paid {came} by {step.payment_code}; {refunded} of it was refunded, and the acquirer took {taken} "
        f"for case {dispute.case_id}. The customer has money twice.",
        "Contest the dispute with the refund as evidence. What the acquirer took is booked, for it has left; no sale is "
        "credited twice. This is settled when the dispute is won.",
    )


def settle_questions(books: Books, planned: Sequence[tuple[Order, OrderFacts]]) -> None:
    """Questions about money paid twice that are answered by now: a dispute was won, or tied to another sale.

    After the postings are written: those that waited for an answer go on.
    """
    answered: list[str] = []
    for order, known in planned:
        disputes = books.batch.cases.of(order)
        if not disputes:
            continue
        answered += [row.case_id for row in disputes if row.case_id not in books.paid_twice]
        doubts = doubted(known)
        answered += [refund.code for refund in known.refunds if refund.code not in doubts]
    if not answered:
        return
    problems = Problem.objects.filter(
        pair=books.batch.pair, code=PAID_TWICE, subject__in=answered, resolved_at=None
    )
    for problem in problems.select_related("pair"):
        release_problem(problem)
