"""From records to postings: the plan of each touched order, carried out in bulk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Q
from django.db.models.fields.json import KT
from django.utils import timezone

from integrations.bulk import insert_rows, update_rows
from integrations.core.money import Money
from integrations.models import Customer, KnownContact, Order, Pair, Payment
from mapping.services.documents import DocumentMaker, Made
from sync.core.books import Cancel, Create, OrderFacts, PaymentFacts, PostingFacts, Revise, Revive, plan
from sync.core.conversion import share
from sync.models import Posting
from sync.services.batch import Batch
from sync.services.deciding import Deciding
from sync.services.problems import open_problem
from sync.services.standing import GOES
from sync.services.standings import Standings

# Postings name what they wait for, so they are inserted kind by kind in this order.
_INSERT_ORDER = (
    Posting.Kind.CONTACT,
    Posting.Kind.INVOICE,
    Posting.Kind.INVOICE_UPDATE,
    Posting.Kind.INVOICE_AUTHORISE,
    Posting.Kind.PAYMENT,
    Posting.Kind.OVERPAYMENT,
    Posting.Kind.PAYMENT_DELETE,
    Posting.Kind.OVERPAYMENT_DELETE,
    Posting.Kind.INVOICE_CLOSE,
)
Key = tuple[str, str]


@dataclass
class _Books:
    """The postings of the orders in hand, by kind and natural key, and what is to be written."""

    batch: Batch
    maker: DocumentMaker
    standings: Standings
    postings: dict[Key, Posting] = field(default_factory=dict)
    of_order: dict[int, list[Posting]] = field(default_factory=lambda: defaultdict(list))
    """The postings that were there before, by their order."""
    new: dict[str, list[tuple[Posting, Key | None]]] = field(default_factory=lambda: defaultdict(list))
    changed: list[Posting] = field(default_factory=list)
    restated: list[tuple[int, str]] = field(default_factory=list)
    """Unsent invoices of which nothing but the status changes."""
    taken_names: set[str] = field(default_factory=set)
    contacts_by_number: dict[str, KnownContact] = field(default_factory=dict)
    contacts_by_email: dict[str, list[KnownContact]] = field(default_factory=lambda: defaultdict(list))


def project(batch: Batch) -> set[int]:
    """Bring the postings of the batch's changed orders in line with the records.

    Returns the ids of the orders looked at. Runs inside the batch's transaction.
    """
    orders = [batch.orders[number] for number in sorted(batch.changed_orders) if number in batch.orders]
    if not orders:
        return set()
    maker = DocumentMaker(batch.pair, batch.now)
    books = _Books(batch, maker, Standings(Deciding(maker, batch.amended)))
    _load(books, orders)
    for order in orders:
        _plan_order(books, order)
    _write(books)
    return {order.pk for order in orders}


def _load(books: _Books, orders: list[Order]) -> None:
    """Existing postings, locked so that the dispatcher cannot move on while we add what waits for them."""
    pair = books.batch.pair
    customers = {order.customer_id for order in orders if order.customer_id}
    found = (
        Posting.objects.filter(pair=pair)
        .filter(
            Q(order__in=[order.pk for order in orders]) | Q(customer__in=customers, kind=Posting.Kind.CONTACT)
        )
        .select_for_update(of=("self",), no_key=True)
        .select_related("waits_for")
        .annotate(document_status=KT("document__Status"), document_reference=KT("document__Reference"))
        .defer("document", "waits_for__document")
        .order_by("pk")
    )
    for row in found:
        books.postings[row.kind, row.natural_key] = row
        books.of_order[row.order_id or 0].append(row)
    books.standings.deciding.load(orders)
    books.taken_names = _names_of_others(books, orders)
    _load_contacts(books, [order.customer for order in orders if order.customer])


def _load_contacts(books: _Books, customers: list[Customer]) -> None:
    new = [customer for customer in customers if not customer.xero_contact_id]
    if not new:
        return
    numbers = Q(contact_number__in=[customer.contact_number for customer in new])
    emails = Q(email__in=[customer.email.lower() for customer in new if customer.email])
    for contact in KnownContact.objects.filter(numbers | emails, pair=books.batch.pair, is_archived=False):
        if contact.contact_number:
            books.contacts_by_number[contact.contact_number] = contact
        books.contacts_by_email[contact.email].append(contact)


def _names_of_others(books: _Books, orders: list[Order]) -> set[str]:
    """Names that more than one customer has: Xero wants each contact's name once."""
    names = {order.customer.name for order in orders if order.customer}
    numbers: dict[str, set[str]] = defaultdict(set)
    rows = Customer.objects.filter(pair=books.batch.pair, name__in=names)
    for name, number in rows.values_list("name", "contact_number"):
        numbers[name.casefold()].add(number)
    return {name for name, holders in numbers.items() if len(holders) > 1}


def _plan_order(books: _Books, order: Order) -> None:
    payments = books.batch.payments_of(order)
    if order.state == Order.State.INVALID:
        return
    rows = {(row.kind, row.natural_key): row for row in books.of_order.get(order.pk, ())}
    payments = books.standings.decide(order, payments, rows)
    if books.standings.order.way == "none":
        books.standings.withdraw(rows.values())
        return
    own = {
        key: PostingFacts(row.kind, row.natural_key, row.state, row.amount_minor, _status(row))
        for key, row in rows.items()
    }
    _contact(books, order)
    for step in plan(_facts(order, payments), own):
        _carry_out(books, order, payments, step)
    if order.number in books.batch.amended:
        _amend(books, order)
    books.standings.align(order, rows.values())


def _status(posting: Posting) -> str:
    """The status an invoice is sent with, without reading its whole document."""
    known = getattr(posting, "document_status", None)
    return str(known or "") if posting.pk else str(posting.document.get("Status", ""))


def _facts(order: Order, payments: list[Payment]) -> OrderFacts:
    """Amounts in the currency of the invoice."""
    total = _books_total(order)
    return OrderFacts(
        number=order.number,
        total_minor=total,
        is_postable=order.state != Order.State.INVALID,
        is_closed=order.state == Order.State.CANCELLED,
        payments=tuple(
            PaymentFacts(
                payment.vendor_tx_code,
                payment.state,
                share(payment.amount_minor or 0, order.total_minor, total),
            )
            for payment in payments
            if payment.currency in {"", order.currency}
        ),
    )


def _contact(books: _Books, order: Order) -> None:
    """Row 1: the customer's contact, once."""
    customer = order.customer
    if customer is None or customer.xero_contact_id or _known_in_xero(books, customer):
        return
    key = (Posting.Kind.CONTACT, customer.contact_number)
    if key in books.postings:
        books.standings.share_contact(customer, books.postings[key])
        return
    taken = customer.name.casefold() in books.taken_names
    made = books.maker.contact(customer, name_is_taken=taken, handling=books.standings.order.handling)
    posting = _posting(books, order, key, made, 0)
    posting.order, posting.customer = None, customer
    books.standings.order.keep_back(posting)
    _add(books, posting, None)


def _known_in_xero(books: _Books, customer: Customer) -> bool:
    """Whether polling has seen the customer's contact: by ContactNumber, else by an e-mail only one has.

    A contact that some other system has numbered is left to that system.
    """
    known = books.contacts_by_number.get(customer.contact_number)
    if known is None and customer.email:
        found = books.contacts_by_email.get(customer.email.lower(), [])
        known = found[0] if len(found) == 1 and not found[0].contact_number else None
    if known is None:
        return False
    customer.xero_contact_id = known.contact_id
    Customer.objects.filter(pk=customer.pk).update(xero_contact_id=known.contact_id)
    return True


def _carry_out(
    books: _Books, order: Order, payments: list[Payment], step: Create | Cancel | Revise | Revive
) -> None:
    key = (step.kind, step.key)
    if isinstance(step, Create):
        payment = next((row for row in payments if row.vendor_tx_code == step.payment_code), None)
        posting = _posting(books, order, key, _document(books, order, payment, step), step.amount_minor)
        posting.payment = payment
        books.standings.of(posting).keep_back(posting)
        _add(books, posting, step.after or _contact_key(books, order))
        return
    posting = books.postings[key]
    if isinstance(step, Cancel):
        posting.state, posting.error = Posting.State.CANCELLED, step.why
    elif isinstance(step, Revive):
        posting.state, posting.error, posting.error_class = Posting.State.WAITING, "", ""
        if not books.standings.of(posting).keep_back(posting):
            _ready_if_free(books, posting)
    else:
        _revise(books, order, posting, step)
        return
    books.changed.append(posting)


def _contact_key(books: _Books, order: Order) -> Key | None:
    key = (Posting.Kind.CONTACT, order.customer.contact_number) if order.customer else None
    return key if key in books.postings else None


def _document(books: _Books, order: Order, payment: Payment | None, step: Create) -> Made:
    """The Xero object of a new posting; the ids of other objects are added when it is sent."""
    if step.kind == Posting.Kind.INVOICE:
        code = _first_code(books, order)
        handling = books.standings.order.handling
        return books.maker.invoice(
            order, number=step.key, status=step.status, vendor_tx_code=code, handling=handling
        )
    if step.kind in {Posting.Kind.PAYMENT, Posting.Kind.OVERPAYMENT} and payment is not None:
        handling = books.standings.payments.get(step.payment_code, GOES).handling
        amount = Money(step.amount_minor, _books_currency(order))
        return books.maker.payment(payment, amount, handling=handling)
    return Made({"Status": step.status} if step.status else {}, None)


def _first_code(books: _Books, order: Order) -> str:
    payments = books.batch.payments_of(order)
    captured = [row for row in payments if row.state == Payment.State.CAPTURED]
    chosen = (captured or payments)[:1]
    return chosen[0].vendor_tx_code if chosen else ""


def _books_total(order: Order) -> int:
    return int(order.conversion["total_minor"]) if order.conversion else order.total_minor


def _books_currency(order: Order) -> str:
    return str(order.conversion["target"]) if order.conversion else order.currency


def _posting(books: _Books, order: Order, key: Key, made: Made, amount_minor: int) -> Posting:
    posting = Posting(
        pair=books.batch.pair,
        kind=key[0],
        natural_key=key[1],
        order=order,
        customer=order.customer,
        event_id=books.batch.caused_by.get(order.number),
        mapping_version_id=made.mapping_version_id,
        document=made.document,
        amount_minor=amount_minor,
        currency=_books_currency(order),
        created_at=timezone.now(),
    )
    if made.problems:
        _stop(books.batch.pair, posting, made)
    return posting


def _stop(pair: Pair, posting: Posting, made: Made) -> None:
    """What the mapping could not make is not sent: settings hold it, a wrong record needs a person."""
    posting.error = " ".join(problem.message for problem in made.problems)
    if any(problem.cause == "record" for problem in made.problems):
        posting.state, posting.error_class = Posting.State.DEAD, Posting.ErrorClass.PERMANENT
        return
    posting.state, posting.error_class = Posting.State.HELD, Posting.ErrorClass.CONFIGURATION
    first = made.problems[0]
    posting.problem = open_problem(
        pair,
        "mapping_incomplete",
        first.target or posting.kind,
        first.message,
        "Complete the pair's settings or its mapping, then mark this as fixed.",
    )


def _add(books: _Books, posting: Posting, after: Key | None) -> None:
    books.standings.deciding.made(posting)
    books.postings[(posting.kind, posting.natural_key)] = posting
    books.new[posting.kind].append((posting, after))


def _revise(books: _Books, order: Order, posting: Posting, step: Revise) -> None:
    if _only_status_changes(books, order, posting, step):
        books.restated.append((posting.pk, step.status))
        return
    made = books.maker.invoice(
        order,
        number=step.key,
        status=step.status,
        vendor_tx_code=_first_code(books, order),
        handling=books.standings.order.handling,
    )
    posting.document = made.document
    posting.mapping_version_id = made.mapping_version_id
    posting.amount_minor = step.amount_minor or posting.amount_minor
    books.changed.append(posting)


def _amend(books: _Books, order: Order) -> None:
    """The shop changed the order: an unsent invoice is made anew, a sent one is corrected."""
    invoice = books.postings.get((Posting.Kind.INVOICE, order.number))
    if invoice is None or invoice.pk is None:
        return
    if invoice.state in {Posting.State.POSTED, Posting.State.SENDING}:
        key = (Posting.Kind.INVOICE_UPDATE, f"{order.number}@{books.batch.amended[order.number]}")
        made = books.maker.invoice(
            order,
            number=order.number,
            status=invoice.document.get("Status", "DRAFT"),
            vendor_tx_code=_first_code(books, order),
            handling=books.standings.order.handling,
        )
        posting = _posting(books, order, key, made, _books_total(order))
        books.standings.order.keep_back(posting)
        _add(books, posting, (invoice.kind, invoice.natural_key))
    else:
        status = invoice.document.get("Status", "DRAFT")
        _revise(books, order, invoice, Revise(invoice.kind, invoice.natural_key, status, _books_total(order)))


def _only_status_changes(books: _Books, order: Order, posting: Posting, step: Revise) -> bool:
    """Whether mapping the order again would give the same invoice but for its status.

    So it is for most orders: told, and paid a moment later by the payment it was told with.
    """
    if posting._state.adding or order.number in books.batch.told_orders:
        return False
    same_amount = step.amount_minor in {0, posting.amount_minor}
    return same_amount and getattr(posting, "document_reference", None) == _first_code(books, order)


def _ready_if_free(books: _Books, posting: Posting) -> None:
    """Ready, unless what it waits for is not in Xero yet."""
    if posting.state not in {Posting.State.WAITING, Posting.State.READY}:
        return
    waits_for = posting.waits_for
    if waits_for is None or waits_for.state == Posting.State.POSTED:
        posting.state = Posting.State.READY
        posting.ready_at = timezone.now()
    else:
        posting.state = Posting.State.WAITING


def _write(books: _Books) -> None:
    for kind in _INSERT_ORDER:
        rows = books.new.get(kind, [])
        for posting, after in rows:
            posting.waits_for = books.postings.get(after) if after else None
            _ready_if_free(books, posting)
        insert_rows([posting for posting, _ in rows])
    _update(books.changed)
    _restate(books.restated)
    books.batch.messages += books.standings.write(books.batch.pair)


def _restate(restated: list[tuple[int, str]]) -> None:
    if not restated:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sync_posting AS old SET document = jsonb_set(old.document, '{Status}', to_jsonb(new.status)) "
            "FROM unnest(%s::bigint[], %s::text[]) AS new(id, status) WHERE old.id = new.id",
            [[pk for pk, _ in restated], [status for _, status in restated]],
        )


def _update(postings: Iterable[Posting]) -> None:
    rows = list({posting.pk: posting for posting in postings}.values())
    update_rows(
        rows, ["state", "error", "error_class", "document", "mapping_version", "amount_minor", "ready_at"]
    )
