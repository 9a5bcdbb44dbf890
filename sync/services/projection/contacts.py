"""The customer's contact in Xero: found, or made once."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Q

from integrations.models import Customer, KnownContact, Order
from sync.models import Posting
from sync.services.projection.books import Books, add, contact_key, new_posting


def load_contacts(books: Books, customers: list[Customer]) -> None:
    """What polling has seen of the customers that have no contact of ours yet."""
    new = [customer for customer in customers if not customer.xero_contact_id]
    if not new:
        return
    numbers = Q(contact_number__in=[customer.contact_number for customer in new])
    emails = Q(email__in=[customer.email.lower() for customer in new if customer.email])
    for contact in KnownContact.objects.filter(numbers | emails, pair=books.batch.pair, is_archived=False):
        if contact.contact_number:
            books.contacts_by_number[contact.contact_number] = contact
        books.contacts_by_email[contact.email].append(contact)


def names_of_others(books: Books, orders: list[Order]) -> set[str]:
    """Names that more than one customer has: Xero wants each contact's name once."""
    names = {order.customer.name for order in orders if order.customer}
    numbers: dict[str, set[str]] = defaultdict(set)
    rows = Customer.objects.filter(pair=books.batch.pair, name__in=names)
    for name, number in rows.values_list("name", "contact_number"):
        numbers[name.casefold()].add(number)
    return {name for name, holders in numbers.items() if len(holders) > 1}


def contact(books: Books, order: Order) -> None:
    """Row 1: the customer's contact, once."""
    customer = order.customer
    if customer is None or customer.xero_contact_id or _known_in_xero(books, customer):
        return
    key = (Posting.Kind.CONTACT, customer.contact_number)
    known = contact_key(books, order)
    if known is not None:
        books.standings.share_contact(customer, books.postings[known])
        return
    taken = customer.name.casefold() in books.taken_names
    made = books.maker.contact(customer, name_is_taken=taken, handling=books.standings.order.handling)
    posting = new_posting(books, order, key, made, 0)
    posting.order, posting.customer = None, customer
    books.standings.order.keep_back(posting)
    add(books, posting, None)


def _known_in_xero(books: Books, customer: Customer) -> bool:
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
    books.batch.people.meet(customer, "xero", "contact_id", known.contact_id)
    return True
