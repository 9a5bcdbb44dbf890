"""The customers of one batch: found by number, then by e-mail address; what is learned of them is gathered and stored at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from integrations.bulk import insert_missing, insert_rows
from integrations.customers.core.ownership import Owner, owner_of
from integrations.customers.core.sides import is_made_up
from integrations.models import Customer, CustomerChange, CustomerIdentity, CustomerOwnership, Pair

_NUMBERS = (CustomerIdentity.Kind.EXTERNAL_ID, CustomerIdentity.Kind.CONTACT_NUMBER)
_SHOP = CustomerIdentity.System.SHOP


@dataclass
class People:
    """The customers in hand. `by_number` holds them under every number the shop names them by."""

    pair: Pair
    now: datetime
    by_number: dict[str, Customer]
    emails: dict[str, str] = field(default_factory=dict)
    """The e-mail address told with a number, in lower case."""
    by_email: dict[str, list[Customer]] = field(default_factory=lambda: defaultdict(list))
    with_account: set[int] = field(default_factory=set)
    """Customers found by e-mail address that the shop has given a number of its own."""
    met: list[CustomerIdentity] = field(default_factory=list)
    changes: list[CustomerChange] = field(default_factory=list)
    pushes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Fields that Xero may have to be told, by the customer's contact number."""
    _owners: dict[str, str] | None = None

    def fetch(self, numbers: set[str]) -> None:
        """Read, and lock, the customers these numbers lead to, else those that their e-mail addresses do."""
        shop = CustomerIdentity.objects.filter(pair=self.pair, system=_SHOP, kind__in=_NUMBERS)
        known = dict(shop.filter(value__in=numbers).values_list("value", "customer_id"))
        unknown = numbers - known.keys()
        holders = self._holders({self.emails[number] for number in unknown if self.emails.get(number)})
        wanted = Q(pk__in={*known.values(), *(pk for pks in holders.values() for pk in pks)})
        rows = Customer.objects.filter(wanted | Q(contact_number__in=unknown), pair=self.pair)
        found = {row.pk: row for row in rows.select_for_update(of=("self",), no_key=True).order_by("pk")}
        self.by_number.update({row.contact_number: row for row in found.values() if not row.merged_into_id})
        self.by_number.update({number: found[pk] for number, pk in known.items()})
        for row in found.values():
            if row.merged_into_id and row.contact_number in unknown:
                self.by_number[row.contact_number] = standing(row)
        for email, pks in holders.items():
            self.by_email[email] += [found[pk] for pk in sorted(pks) if found[pk] not in self.by_email[email]]
        self._note_accounts({pk for pks in holders.values() for pk in pks})

    def _holders(self, emails: set[str]) -> dict[str, set[int]]:
        """E-mail address → the customers that have it."""
        holders: dict[str, set[int]] = defaultdict(set)
        rows = CustomerIdentity.objects.filter(pair=self.pair, kind="email", value__in=emails)
        for value, pk in rows.values_list("value", "customer_id") if emails else ():
            holders[value].add(pk)
        return holders

    def _note_accounts(self, pks: Iterable[int]) -> None:
        if pks:
            rows = CustomerIdentity.objects.filter(customer__in=pks, system=_SHOP, kind="external_id")
            self.with_account.update(rows.values_list("customer_id", flat=True))

    def find(self, number: str, email: str) -> Customer | None:
        """The customer of a shop's number, else the only one with the e-mail address.

        Two accounts of the shop with one address stay two customers: a person is asked (docs/customers.md).
        """
        if number in self.by_number:
            return self.by_number[number]
        holders = self.by_email.get(email.lower(), []) if email else []
        if len(holders) != 1 or not (is_made_up(number) or not self._has_account(holders[0])):
            return None
        self.by_number[number] = holders[0]
        self.meet(holders[0], _SHOP, kind_of(number), number)
        if not is_made_up(number):
            self.with_account.add(holders[0].pk)
        return holders[0]

    def _has_account(self, customer: Customer) -> bool:
        return not is_made_up(customer.contact_number) or customer.pk in self.with_account

    def enter(self, number: str, email: str) -> Customer:
        """A customer nobody knew."""
        customer = Customer(pair=self.pair, contact_number=number)
        self.by_number[number] = customer
        self.meet(customer, _SHOP, kind_of(number), number)
        if email:
            self.by_email[email.lower()].append(customer)
        return customer

    def meet(self, customer: Customer, system: str, kind: str, value: str) -> None:
        """One system knows the customer by this; stored once."""
        value = value.strip()[:255]
        if not value:
            return
        if kind == CustomerIdentity.Kind.EMAIL:
            value = value.lower()
        self.met.append(
            CustomerIdentity(
                pair=self.pair,
                customer=customer,
                system=system,
                kind=kind,
                value=value,
                first_seen_at=self.now,
            )
        )

    def note(self, customer: Customer, change: CustomerChange) -> None:
        """A side told something new of a field; stored with the rest."""
        change.customer, change.at = customer, self.now
        self.changes.append(change)

    def owner(self, name: str) -> Owner:
        """Who owns a field in this pair; read once."""
        if self._owners is None:
            self._owners = owners_of(self.pair)
        return owner_of(self._owners, name)

    def store(self) -> None:
        """Store identities and changes; the customers are stored by now."""
        for met in self.met:
            met.customer = met.customer
        for change in self.changes:
            change.customer = change.customer
        insert_missing([row for row in self.met if row.kind != CustomerIdentity.Kind.EMAIL])
        insert_rows(self._new_emails())
        insert_rows(self.changes)
        self.met.clear()
        self.changes.clear()

    def _new_emails(self) -> list[CustomerIdentity]:
        emails = {
            (row.customer_id, row.system, row.value): row
            for row in self.met
            if row.kind == CustomerIdentity.Kind.EMAIL
        }
        if not emails:
            return []
        old = CustomerIdentity.objects.filter(customer__in={key[0] for key in emails}, kind="email")
        known = set(old.values_list("customer_id", "system", "value"))
        return [row for key, row in emails.items() if key not in known]


def kind_of(number: str) -> CustomerIdentity.Kind:
    """A shop's own number of a customer, or one that we made for a guest."""
    return CustomerIdentity.Kind.CONTACT_NUMBER if is_made_up(number) else CustomerIdentity.Kind.EXTERNAL_ID


def owners_of(pair: Pair) -> dict[str, str]:
    """The pair's owners by field, where an administrator has chosen them."""
    chosen = CustomerOwnership.objects.filter(pair=pair).first()
    return dict(chosen.owners) if chosen else {}


def standing(customer: Customer) -> Customer:
    """The customer that this one's data belongs to: itself, or the one it was merged into, however often."""
    while customer.merged_into_id:
        customer = Customer.objects.get(pk=customer.merged_into_id)
    return customer
