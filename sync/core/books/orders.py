"""An order, its invoice and its payments: rows 1 to 5, 8 and 9 of the posting table (docs/accounting.md)."""

from __future__ import annotations

from sync.core.books.facts import Key, OrderFacts, PaymentFacts, Postings, captured_minor, live_minor
from sync.core.books.steps import Cancel, Create, Revise, Revive, Step
from sync.core.states import UNSENT


def order_steps(order: OrderFacts, postings: Postings) -> list[Step]:
    """Steps for invoice and payments."""
    invoice_key = live_invoice_key(order, postings)
    paid = captured_minor(order.payments) > 0
    if order.is_closed and not paid:
        return _close(order, invoice_key, postings)
    steps = _invoice(invoice_key, order.total_minor, postings, paid=paid)
    steps += _payments(order, invoice_key, postings)
    return steps


def live_invoice_key(order: OrderFacts, postings: Postings) -> str:
    """The key of the invoice in force.

    An invoice deleted or voided in Xero stays dead. Money that comes after all needs another one, under a number of its
    own; so does an order that is posted again after its invoice was rolled back.
    """
    key, generation = order.number, 1
    while _is_closed(key, postings) or _is_reversed(key, postings):
        if _is_closed(key, postings) and not captured_minor(order.payments):
            break
        generation += 1
        key = f"{order.number}-{generation}"
    return key


def _is_closed(key: str, postings: Postings) -> bool:
    close = postings.get(("invoice_close", key))
    return close is not None and close.state not in UNSENT | {"cancelled"}


def _is_reversed(key: str, postings: Postings) -> bool:
    invoice = postings.get(("invoice", key))
    return invoice is not None and invoice.state == "reversed"


def _invoice(key: str, total_minor: int, postings: Postings, *, paid: bool) -> list[Step]:
    """Rows 1, 2 and 2a: a draft, approved when money came; approved at once when money is known."""
    steps: list[Step] = []
    close = postings.get(("invoice_close", key))
    if close and close.state in UNSENT:
        steps.append(Cancel("invoice_close", key, "The order is paid after all."))
    status = "AUTHORISED" if paid else "DRAFT"
    invoice = postings.get(("invoice", key))
    if invoice is None:
        return [*steps, Create("invoice", key, total_minor, status)]
    if invoice.state == "cancelled":
        return [*steps, Revive("invoice", key), Revise("invoice", key, status, total_minor)]
    if invoice.state in UNSENT:
        if invoice.status != status or invoice.amount_minor != total_minor:
            steps.append(Revise("invoice", key, status, total_minor))
        return steps
    if paid and invoice.status == "DRAFT" and ("invoice_authorise", key) not in postings:
        steps.append(Create("invoice_authorise", key, total_minor, "AUTHORISED", after=("invoice", key)))
    return steps


def _payments(order: OrderFacts, invoice_key: str, postings: Postings) -> list[Step]:
    """Rows 2, 4, 5, 8 and 9: each capture onto the invoice up to what is due, the rest as overpaid."""
    steps: list[Step] = []
    due = order.total_minor - _spoken_for(order, postings)
    for payment in order.payments:
        if payment.state == "captured":
            created, due = _capture(payment, due, invoice_key, postings)
            steps += created
        elif payment.state == "reversed":
            steps += _reversal(payment, postings)
    return steps


def _spoken_for(order: OrderFacts, postings: Postings) -> int:
    """What live payment postings of captured payments, and credit set against it, already take of the invoice."""
    credited = live_minor(
        posting for (kind, _), posting in postings.items() if kind == "credit_note_allocation"
    )
    return credited + sum(
        posting.amount_minor
        for payment in order.payments
        if payment.state == "captured"
        and (posting := postings.get(("payment", payment.code)))
        and posting.is_live
    )


def _capture(payment: PaymentFacts, due: int, invoice_key: str, postings: Postings) -> tuple[list[Step], int]:
    steps: list[Step] = []
    existing = postings.get(("payment", payment.code))
    over_key = ("overpayment", payment.code)
    if existing or over_key in postings:
        if existing and existing.state == "cancelled" and existing.amount_minor <= due:
            return [Revive("payment", payment.code)], due - existing.amount_minor
        return steps + _told_more(payment, invoice_key, postings), due
    onto_invoice = max(0, min(payment.amount_minor, due))
    if onto_invoice:
        steps.append(
            Create(
                "payment",
                payment.code,
                onto_invoice,
                payment_code=payment.code,
                after=approved_invoice(invoice_key, postings),
            )
        )
    if payment.amount_minor > onto_invoice:
        rest = payment.amount_minor - onto_invoice
        steps.append(Create(*over_key, rest, payment_code=payment.code, after=("invoice", invoice_key)))
    return steps, due - onto_invoice


def _told_more(payment: PaymentFacts, invoice_key: str, postings: Postings) -> list[Step]:
    """Opayo has taken more than was booked before its report was read (a surcharge): the rest is overpaid."""
    booked = postings.get(("payment", payment.code))
    if booked is None or not booked.is_live or ("overpayment", payment.code) in postings:
        return []
    rest = payment.amount_minor - booked.amount_minor
    if rest <= 0:
        return []
    return [
        Create("overpayment", payment.code, rest, payment_code=payment.code, after=("invoice", invoice_key))
    ]


def approved_invoice(invoice_key: str, postings: Postings) -> Key:
    """A payment needs an approved invoice: the approval if there is one, else the invoice itself."""
    invoice = postings.get(("invoice", invoice_key))
    sent_as_draft = invoice and invoice.state not in UNSENT | {"cancelled"} and invoice.status == "DRAFT"
    return ("invoice_authorise" if sent_as_draft else "invoice", invoice_key)


def _reversal(payment: PaymentFacts, postings: Postings) -> list[Step]:
    """Rows 4 and 5: what was booked of a payment that Opayo took back is undone."""
    steps: list[Step] = []
    for kind, undo in (("payment", "payment_delete"), ("overpayment", "overpayment_delete")):
        posting = postings.get((kind, payment.code))
        if posting is None or not posting.is_live:
            continue
        if posting.state in UNSENT:
            why = "Opayo took the payment back."
            steps.append(Cancel(kind, payment.code, why))
            if (planned := postings.get((undo, payment.code))) and planned.state in UNSENT:
                steps.append(Cancel(undo, payment.code, why))
        elif (undo, payment.code) not in postings:
            steps.append(
                Create(
                    undo,
                    payment.code,
                    posting.amount_minor,
                    payment_code=payment.code,
                    after=(kind, payment.code),
                )
            )
    return steps


def _close(order: OrderFacts, key: str, postings: Postings) -> list[Step]:
    """Row 3: an order that will not be paid leaves no open invoice behind."""
    steps = [
        step
        for payment in order.payments
        if payment.state == "reversed"
        for step in _reversal(payment, postings)
    ]
    invoice = postings.get(("invoice", key))
    if invoice is None or not invoice.is_live:
        return steps
    if invoice.state in UNSENT:
        return [*steps, Cancel("invoice", key, "The order was closed before its invoice was sent.")]
    close = postings.get(("invoice_close", key))
    if close is None:
        undo = next((step for step in steps if isinstance(step, Create)), None)
        after = (undo.kind, undo.key) if undo else last_of_invoice(key, postings)
        steps.append(Create("invoice_close", key, invoice.amount_minor, after=after, about=("invoice", key)))
    elif close.state == "cancelled":
        steps.append(Revive("invoice_close", key))
    return steps


def last_of_invoice(key: str, postings: Postings) -> Key:
    """What an invoice waits for before it can be ended or credited."""
    return ("invoice_authorise" if ("invoice_authorise", key) in postings else "invoice", key)
