"""From records to postings: the plan of each touched order, carried out in bulk."""

from __future__ import annotations

from django.db.models import Q
from django.db.models.fields.json import KT

from integrations.models import Order
from mapping.services.documents import DocumentMaker, Made
from sync.core.books import Ask, Cancel, Create, OrderFacts, PaidTwice, PostingFacts, Revive, Step, plan
from sync.core.books.facts import GONE
from sync.models import Posting, RolledBackOrder
from sync.services.batch import Batch
from sync.services.deciding import Deciding
from sync.services.projection import disputes, refunds
from sync.services.projection.amounts import books_money, order_facts
from sync.services.projection.books import Books, add, contact_key, new_posting, ready_if_free, write
from sync.services.projection.contacts import contact, load_contacts, names_of_others
from sync.services.projection.invoices import amend, first_code, revise
from sync.services.standing import GOES
from sync.services.standings import Standings


def project(batch: Batch) -> set[int]:
    """Bring the postings of the batch's changed orders in line with the records.

    Returns the ids of the orders looked at. Runs inside the batch's transaction.
    """
    orders = [batch.orders[number] for number in sorted(batch.changed_orders) if number in batch.orders]
    if not orders:
        return set()
    maker = DocumentMaker(batch.pair, batch.now)
    books = Books(batch, maker, Standings(Deciding(maker, batch.amended)))
    _load(books, orders)
    planned = [(order, known) for order in orders if (known := _plan_order(books, order)) is not None]
    refunds.close_answered(books)
    write(books)
    disputes.settle_questions(books, planned)
    batch.people.store()
    return {order.pk for order in orders}


def _load(books: Books, orders: list[Order]) -> None:
    """Existing postings, locked so that the dispatcher cannot move on while we add what waits for them."""
    pair = books.batch.pair
    customers = {order.customer_id for order in orders if order.customer_id}
    found = (
        Posting.objects.filter(pair=pair, is_retired=False)
        .filter(
            Q(order__in=[order.pk for order in orders]) | Q(customer__in=customers, kind=Posting.Kind.CONTACT)
        )
        .select_for_update(of=("self",), no_key=True)
        .select_related("waits_for")
        .annotate(
            document_status=KT("document__Status"),
            document_reference=KT("document__Reference"),
            document_account=KT("document__Account__Code"),
        )
        .defer("document", "waits_for__document")
        .order_by("pk")
    )
    for row in found:
        books.postings[row.kind, row.natural_key] = row
        books.of_order[row.order_id or 0].append(row)
        if row.kind == Posting.Kind.CONTACT and row.state not in GONE:
            books.contact_of.setdefault(row.customer_id or 0, (row.kind, row.natural_key))
    books.standing_still = set(
        RolledBackOrder.objects.filter(order__in=orders, lifted_at=None).values_list("order_id", flat=True)
    )
    books.standings.deciding.load(orders)
    books.taken_names = names_of_others(books, orders)
    load_contacts(books, [order.customer for order in orders if order.customer])


def _plan_order(books: Books, order: Order) -> OrderFacts | None:
    """Carry out the plan of one order; what it was made from, None where nothing is to be booked of it."""
    payments = books.batch.payments_of(order)
    if order.state == Order.State.INVALID or order.pk in books.standing_still:
        return None
    rows = {(row.kind, row.natural_key): row for row in books.of_order.get(order.pk, ())}
    payments = books.standings.decide(order, payments, rows)
    if books.standings.order.way == "none":
        books.standings.withdraw(rows.values())
        return None
    given_back = books.standings.decide_refunds(order, books.batch.refunds_of(order), rows)
    own = {key: _posting_facts(row) for key, row in rows.items()}
    contact(books, order)
    known = order_facts(order, payments, given_back, disputes.facts(books, order, payments))
    for step in plan(known, own):
        _carry_out(books, order, step)
    if order.number in books.batch.amended:
        amend(books, order)
    books.standings.align(order, rows.values())
    return known


def _posting_facts(row: Posting) -> PostingFacts:
    return PostingFacts(
        row.kind, row.natural_key, row.state, row.amount_minor, _status(row), disputes.case_of(row)
    )


def _status(posting: Posting) -> str:
    """The status an invoice is sent with, without reading its whole document."""
    known = getattr(posting, "document_status", None)
    return str(known or "") if posting.pk else str(posting.document.get("Status", ""))


def _carry_out(books: Books, order: Order, step: Step) -> None:
    if isinstance(step, Create):
        _create(books, order, step)
        return
    if isinstance(step, Ask):
        refunds.ask(books, order, step)
        return
    if isinstance(step, PaidTwice):
        disputes.tell(books, order, step)
        return
    posting = books.postings[step.kind, step.key]
    if isinstance(step, Cancel):
        posting.state, posting.error = Posting.State.CANCELLED, step.why
    elif isinstance(step, Revive):
        posting.state, posting.error, posting.error_class = Posting.State.WAITING, "", ""
        if not books.standings.of(posting).keep_back(posting):
            ready_if_free(books, posting)
    else:
        revise(books, order, posting, step)
        return
    books.changed.append(posting)


def _create(books: Books, order: Order, step: Create) -> None:
    posting = new_posting(
        books, order, (step.kind, step.key), _document(books, order, step), step.amount_minor
    )
    posting.payment = next(
        (row for row in books.batch.payments_of(order) if row.vendor_tx_code == step.payment_code), None
    )
    posting.refund = books.batch.refunds.get(step.refund_code)
    disputes.mark(books, order, posting, step)
    refunds.stop_for(books, order, posting, step)
    books.standings.of(posting).keep_back(posting)
    add(books, posting, step.after or contact_key(books, order), step.about)


def _document(books: Books, order: Order, step: Create) -> Made:
    """The Xero object of a new posting; the ids of other objects are added when it is sent."""
    refund = books.batch.refunds.get(step.refund_code)
    if step.case and not step.about:
        return disputes.document(books, order, step)
    if step.kind == Posting.Kind.INVOICE:
        return _invoice(books, order, step)
    if step.kind in {Posting.Kind.PAYMENT, Posting.Kind.OVERPAYMENT}:
        return _payment(books, order, step)
    if step.kind == Posting.Kind.CREDIT_NOTE:
        return refunds.credit_note(books, order, refund, step)
    if step.kind == Posting.Kind.REFUND and refund is not None:
        return refunds.cash_refund(books, order, refund, step)
    if step.kind == Posting.Kind.OVERPAYMENT_DELETE:
        return refunds.given_back(books, order, step)
    if step.kind == Posting.Kind.CREDIT_NOTE_ALLOCATION:
        return refunds.allocation(books, order, step)
    return Made({"Status": step.status} if step.status else {}, None)


def _invoice(books: Books, order: Order, step: Create) -> Made:
    return books.maker.invoice(
        order,
        number=step.key,
        status=step.status,
        vendor_tx_code=first_code(books, order),
        handling=books.standings.order.handling,
    )


def _payment(books: Books, order: Order, step: Create) -> Made:
    payment = next(row for row in books.batch.payments_of(order) if row.vendor_tx_code == step.payment_code)
    handling = books.standings.payments.get(step.payment_code, GOES).handling
    return books.maker.payment(payment, books_money(order, step.amount_minor), handling=handling)
