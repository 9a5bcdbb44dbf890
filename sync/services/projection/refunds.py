"""The documents of money that goes back, and the questions that only a person can answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils import timezone

from integrations.core.money import Money
from integrations.models import Order, Refund
from mapping.services.documents import Made
from mapping.services.records import Credit
from sync.core.books import Ask, Create
from sync.core.books.facts import GONE
from sync.models import Posting, Problem
from sync.services.problems import open_problem
from sync.services.projection.amounts import books_money
from sync.services.projection.books import Books
from sync.services.standing import GOES

_FIXES: Final = {
    "double_refund": "Find out whether the customer has the money twice, and claim it back from your acquirer if so. "
    "Then mark this as fixed: the refund has left Opayo, and is booked.",
    "refund_exceeds": "Compare the payment and its refunds here with MyOpayo. When the missing payment is known, the refund "
    "is booked by itself; else book it in Xero by hand and mark this as fixed.",
}


def credit_note(books: Books, order: Order, refund: Refund | None, step: Create) -> Made:
    """A refund's credit note, or that of what is left due of an ended order."""
    amount, earlier = books_money(order, step.amount_minor), list(earlier_credits(books, order))
    if refund is None:
        return books.maker.closing_credit_note(
            order, Credit(amount), number=_number(books, step.key), earlier=earlier
        )
    return books.maker.credit_note(
        refund,
        order,
        Credit(amount, refund.lines),
        earlier=earlier,
        number="" if step.key == refund.vendor_tx_code else _number(books, step.key),
        handling=books.standings.refunds.get(refund.pk, GOES).handling,
    )


def cash_refund(books: Books, order: Order, refund: Refund, step: Create) -> Made:
    """The money given back, out of the clearing account that the sale went to."""
    handling = books.standings.refunds.get(refund.pk, GOES).handling
    made = books.maker.refund(refund, order, books_money(order, step.amount_minor), handling=handling)
    account = account_of_sale(books, step.payment_code)
    if account and made.document:
        made.document["Account"] = {"Code": account}
    return made


def given_back(books: Books, order: Order, step: Create) -> Made:
    """An overpayment undone: Xero deletes none, so the money leaves it as it came (Xero Accounting API, Payments)."""
    payment = next(row for row in books.batch.payments_of(order) if row.vendor_tx_code == step.payment_code)
    made = books.maker.payment(payment, books_money(order, step.amount_minor))
    made.document["Date"] = books.maker.context()["today"]
    return made


def allocation(books: Books, order: Order, step: Create) -> Made:
    """A credit note set against its invoice (Xero Accounting API, CreditNotes, Allocations)."""
    amount = books_money(order, step.amount_minor).to_decimal()
    return Made({"Amount": amount, "Date": books.maker.context()["today"]}, None)


def stop_for(books: Books, order: Order, posting: Posting, step: Create) -> None:
    """Keep a posting from being sent until a person has answered the plan's question about it."""
    if step.asks is None or posting.state == Posting.State.DEAD:
        return
    amount = books_money(order, step.amount_minor)
    posting.problem = open_problem(
        books.batch.pair,
        step.asks,
        step.refund_code,
        f"Refund {step.refund_code} of {amount} is of a payment that the cardholder's bank has taken back, or wants to. "
        f"Order {order} may be given back twice.",
        _FIXES[step.asks],
    )
    posting.state, posting.error_class = Posting.State.HELD, Posting.ErrorClass.CONFIGURATION
    posting.error = posting.problem.message


def ask(books: Books, order: Order, question: Ask) -> None:
    """Say once that a refund is more than came in; who has marked that as fixed is not asked again."""
    subject = question.refund_code
    if Problem.objects.filter(pair=books.batch.pair, code=question.question, subject=subject).exists():
        return
    given, left = books_money(order, question.amount_minor), books_money(order, question.left_minor)
    open_problem(
        books.batch.pair,
        question.question,
        subject,
        f"Opayo gave back {given} of order {order} as refund {subject}, but only {left} of that payment is left here.",
        _FIXES[question.question],
    )


def close_answered(books: Books) -> None:
    """Questions about refunds that are booked by now have answered themselves."""
    booked = {
        posting.refund.vendor_tx_code
        for kind in (Posting.Kind.CREDIT_NOTE, Posting.Kind.REFUND)
        for posting, _ in books.new.get(kind, ())
        if posting.refund
    }
    if booked:
        Problem.objects.filter(
            pair=books.batch.pair, code="refund_exceeds", subject__in=booked, resolved_at=None
        ).update(resolved_at=timezone.now())


def earlier_credits(books: Books, order: Order) -> Iterator[Credit]:
    """What credit notes took back of the order before, in their order."""
    old = [row for row in books.of_order.get(order.pk, ()) if row.kind == Posting.Kind.CREDIT_NOTE]
    new = [row for row, _ in books.new.get(Posting.Kind.CREDIT_NOTE, ()) if row.order_id == order.pk]
    lines = {refund.pk: refund.lines for refund in books.batch.refunds_of(order)}
    for row in [*old, *new]:
        is_undone = (Posting.Kind.CREDIT_NOTE_VOID, row.natural_key) in books.postings
        if row.state not in GONE and not is_undone:
            yield Credit(Money(row.amount_minor, row.currency), lines.get(row.refund_id or 0, ()))


def account_of_sale(books: Books, code: str) -> str:
    """The clearing account that a payment was booked to; empty while it is not."""
    for kind in (Posting.Kind.PAYMENT, Posting.Kind.OVERPAYMENT):
        posting = books.postings.get((kind, code))
        if posting is not None and posting.state not in GONE:
            known = getattr(posting, "document_account", None)
            return (
                str(known or "") if posting.pk else str(posting.document.get("Account", {}).get("Code", ""))
            )
    return ""


def _number(books: Books, key: str) -> str:
    """A credit note's own number, from its key."""
    return books.batch.pair.invoice_prefix + key.replace(":", "-").replace("~", "-")
