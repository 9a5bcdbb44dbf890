"""The postings of the orders in hand, and what is to be written of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.utils import timezone

from integrations.bulk import insert_rows, update_rows
from integrations.models import KnownContact, Order, Pair
from mapping.services.documents import DocumentMaker, Made
from sync.core.books.facts import Key
from sync.models import Posting
from sync.services.batch import Batch
from sync.services.problems import open_problem
from sync.services.projection.amounts import books_currency
from sync.services.standings import Standings

# Postings name what they wait for, so they are inserted kind by kind in this order.
INSERT_ORDER = (
    Posting.Kind.CONTACT,
    Posting.Kind.INVOICE,
    Posting.Kind.INVOICE_UPDATE,
    Posting.Kind.INVOICE_AUTHORISE,
    Posting.Kind.PAYMENT,
    Posting.Kind.OVERPAYMENT,
    Posting.Kind.CREDIT_NOTE,
    Posting.Kind.CREDIT_NOTE_ALLOCATION,
    Posting.Kind.REFUND,
    Posting.Kind.SPEND,
    Posting.Kind.RECEIVE,
    Posting.Kind.JOURNAL,
    Posting.Kind.REFUND_DELETE,
    Posting.Kind.CREDIT_NOTE_VOID,
    Posting.Kind.PAYMENT_DELETE,
    Posting.Kind.OVERPAYMENT_DELETE,
    Posting.Kind.BANK_TRANSACTION_DELETE,
    Posting.Kind.JOURNAL_VOID,
    Posting.Kind.INVOICE_CLOSE,
)


_IN_XERO = frozenset({Posting.State.SENDING, Posting.State.POSTED, Posting.State.REVERSED})
_Ties = tuple[Key | None, Key | None]
"""What a posting waits for, and what it changes where that is another."""


@dataclass
class Books:
    """The postings of the orders in hand, by kind and natural key, and what is to be written."""

    batch: Batch
    maker: DocumentMaker
    standings: Standings
    postings: dict[Key, Posting] = field(default_factory=dict)
    of_order: dict[int, list[Posting]] = field(default_factory=lambda: defaultdict(list))
    """The postings that were there before, by their order."""
    new: dict[str, list[tuple[Posting, _Ties]]] = field(default_factory=lambda: defaultdict(list))
    changed: list[Posting] = field(default_factory=list)
    restated: list[tuple[int, str]] = field(default_factory=list)
    """Unsent invoices of which nothing but the status changes."""
    standing_still: set[int] = field(default_factory=set)
    """Ids of orders that were rolled back: nothing is planned of them until a person has them posted again."""
    paid_twice: set[str] = field(default_factory=set)
    """Case numbers of disputes whose money the customer has twice."""
    taken_names: set[str] = field(default_factory=set)
    contact_of: dict[int, Key] = field(default_factory=dict)
    """Contacts planned before and still wanted, by their customer's id."""
    contacts_by_number: dict[str, KnownContact] = field(default_factory=dict)
    contacts_by_email: dict[str, list[KnownContact]] = field(default_factory=lambda: defaultdict(list))


def new_posting(books: Books, order: Order, key: Key, made: Made, amount_minor: int) -> Posting:
    """An intended Xero object; one that the mapping could not make is stopped."""
    posting = Posting(
        pair=books.batch.pair,
        kind=key[0],
        natural_key=key[1],
        order=order,
        customer_id=_customer_of(books, order),
        event_id=books.batch.caused_by.get(order.number),
        mapping_version_id=made.mapping_version_id,
        document=made.document,
        amount_minor=amount_minor,
        currency=books_currency(order),
        created_at=timezone.now(),
    )
    if made.problems:
        _stop(books.batch.pair, posting, made)
    return posting


def _customer_of(books: Books, order: Order) -> int | None:
    """Whose contact the document names: that of the order's invoice once this is in Xero, however customers are merged.

    Xero sets a credit note only against an invoice of the same contact (Credit Notes, allocations).
    """
    invoice = books.postings.get((Posting.Kind.INVOICE, order.number))
    if invoice is not None and invoice.state in _IN_XERO:
        return invoice.customer_id
    return order.customer_id


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


def add(books: Books, posting: Posting, after: Key | None, about: Key | None = None) -> None:
    """Have a new posting written, behind the one it waits for."""
    books.standings.deciding.made(posting)
    books.postings[(posting.kind, posting.natural_key)] = posting
    books.new[posting.kind].append((posting, (after, about if about != after else None)))


def ready_if_free(books: Books, posting: Posting) -> None:
    """Ready, unless what it waits for is not in Xero yet."""
    if posting.state not in {Posting.State.WAITING, Posting.State.READY}:
        return
    waits_for = posting.waits_for
    if waits_for is None or waits_for.state == Posting.State.POSTED:
        posting.state = Posting.State.READY
        posting.ready_at = timezone.now()
    else:
        posting.state = Posting.State.WAITING


def contact_key(books: Books, order: Order) -> Key | None:
    """The contact that a document of the order waits for, if it is made here.

    After a merge it may be one that was planned under the other customer's number.
    """
    if order.customer is None:
        return None
    key = (Posting.Kind.CONTACT, order.customer.contact_number)
    return key if key in books.postings else books.contact_of.get(order.customer.pk)


def write(books: Books) -> None:
    """Store new and changed postings, in the order in which they name each other."""
    for kind in INSERT_ORDER:
        rows = books.new.get(kind, [])
        for posting, (after, about) in rows:
            posting.waits_for = books.postings.get(after) if after else None
            posting.changes = books.postings.get(about) if about else None
            ready_if_free(books, posting)
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
