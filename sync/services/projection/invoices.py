"""An invoice made anew, restated or corrected."""

from __future__ import annotations

from integrations.models import Order, Payment
from sync.core.books import Revise
from sync.models import Posting
from sync.services.projection.amounts import books_total
from sync.services.projection.books import Books, add, new_posting


def revise(books: Books, order: Order, posting: Posting, step: Revise) -> None:
    """Give an unsent invoice another status or amount."""
    if _only_status_changes(books, order, posting, step):
        books.restated.append((posting.pk, step.status))
        return
    made = books.maker.invoice(
        order,
        number=step.key,
        status=step.status,
        vendor_tx_code=first_code(books, order),
        handling=books.standings.order.handling,
    )
    posting.document = made.document
    posting.mapping_version_id = made.mapping_version_id
    posting.amount_minor = step.amount_minor or posting.amount_minor
    books.changed.append(posting)


def amend(books: Books, order: Order) -> None:
    """The shop changed the order: an unsent invoice is made anew, a sent one is corrected."""
    invoice = _in_force(books, order)
    if invoice is None or invoice.pk is None:
        return
    if invoice.state in {Posting.State.POSTED, Posting.State.SENDING}:
        number = invoice.natural_key
        key = (Posting.Kind.INVOICE_UPDATE, f"{number}@{books.batch.amended[order.number]}")
        made = books.maker.invoice(
            order,
            number=number,
            status=invoice.document.get("Status", "DRAFT"),
            vendor_tx_code=first_code(books, order),
            handling=books.standings.order.handling,
        )
        posting = new_posting(books, order, key, made, books_total(order))
        books.standings.order.keep_back(posting)
        add(books, posting, (invoice.kind, invoice.natural_key))
    else:
        status = invoice.document.get("Status", "DRAFT")
        revise(books, order, invoice, Revise(invoice.kind, invoice.natural_key, status, books_total(order)))


def _in_force(books: Books, order: Order) -> Posting | None:
    """The order's invoice; the next one, under its own number, where that was closed or rolled back."""
    key, generation = order.number, 1
    while (
        found := books.postings.get((Posting.Kind.INVOICE, key))
    ) and found.state == Posting.State.REVERSED:
        generation += 1
        key = f"{order.number}-{generation}"
    return found


def _only_status_changes(books: Books, order: Order, posting: Posting, step: Revise) -> bool:
    """Whether mapping the order again would give the same invoice but for its status.

    So it is for most orders: told, and paid a moment later by the payment it was told with.
    """
    if posting._state.adding or order.number in books.batch.told_orders:
        return False
    same_amount = step.amount_minor in {0, posting.amount_minor}
    return same_amount and getattr(posting, "document_reference", None) == first_code(books, order)


def first_code(books: Books, order: Order) -> str:
    """The VendorTxCode that the invoice refers to: that of captured money first."""
    payments = books.batch.payments_of(order)
    captured = [row for row in payments if row.state == Payment.State.CAPTURED]
    chosen = (captured or payments)[:1]
    return chosen[0].vendor_tx_code if chosen else ""
