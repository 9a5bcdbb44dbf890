"""Customers found, kept in line, merged, split and undone, on the database."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from integrations.customers.core.moving import MoveRefusedError, Thing
from integrations.models import (
    AuditEntry,
    Connection,
    Customer,
    CustomerChange,
    CustomerIdentity,
    CustomerMerge,
    CustomerOwnership,
    CustomerSuggestion,
    Event,
    KnownContact,
    Order,
    Pair,
    User,
)
from sync.models import Posting
from sync.services import pipeline
from sync.services.customers.deciding_fields import say, sides_of
from sync.services.customers.merging import merge_customers, split_customer, undo_act
from sync.services.customers.suggesting import confirm, reject, suggest
from tests.factories import EventFactory, UserFactory
from tests.sync.messages import order, shop_event

pytestmark = pytest.mark.django_db
_ADA = {"first_name": "Ada", "last_name": "Moss", "email": "ada@example.com", "phone": "07700 900123"}
_DOOR = {"line1": "88 High Street", "city": "Leeds", "postcode": "LS1 4AB", "country": "GB"}


@pytest.fixture
def person(db: None) -> User:
    return UserFactory()


def sell(shop: Connection, number: str, *, kind: str = "order.created", **customer: Any) -> Order:
    """An order of a customer, through the pipeline."""
    told = {**_ADA, "billing_address": _DOOR, **customer}
    payment = {"method": "opayo_server", "vendor_tx_code": f"{number}-1"}
    shop_event(shop, kind, **order(number, customer=told, payment=payment))
    pipeline.process_batch(shop.pair_id)
    return Order.objects.select_related("customer").get(number=number)


def polled(pair: Pair, **contact: Any) -> None:
    """A page of contacts, as polling stores it."""
    body = orjson.dumps({"Contacts": [{"ContactID": "x-1", "ContactStatus": "ACTIVE", **contact}]})
    EventFactory(pair=pair, connection=None, source=Event.Source.XERO, kind="contacts", body=body)
    pipeline.process_batch(pair.pk)


def in_xero(customer: Customer | None, contact_id: str = "x-1") -> Customer:
    """The customer, once its contact is posted."""
    assert customer is not None
    postings = Posting.objects.filter(customer=customer, kind="contact")
    postings.update(state="posted", remote_id=contact_id)
    Posting.objects.filter(waits_for__in=postings, state="waiting").update(state="ready")
    Customer.objects.filter(pk=customer.pk).update(xero_contact_id=contact_id)
    customer.refresh_from_db()
    return customer


def updates() -> list[dict[str, Any]]:
    return [row.document for row in Posting.objects.filter(kind="contact_update").order_by("pk")]


def test_a_guest_is_found_by_e_mail_and_two_accounts_of_the_shop_stay_two(
    pair: Pair, shop: Connection
) -> None:
    account = sell(shop, "HF-1", id="C-1").customer
    assert sell(shop, "HF-2", id="", email="Ada@Example.com").customer == account
    assert sell(shop, "HF-3", id="C-2").customer != account
    assert Customer.objects.count() == 2
    kinds = CustomerIdentity.objects.filter(customer=account).order_by("pk").values_list("system", "kind")
    assert list(kinds) == [("shop", "external_id"), ("shop", "email"), ("shop", "contact_number")]
    assert suggest(pair) == 1
    suggestion = CustomerSuggestion.objects.get()
    assert suggestion.score == 100
    assert {
        "about": "e-mail",
        "points": 45,
        "words": "the same e-mail address (ada@example.com)",
    } in suggestion.reasons


def test_a_merge_moves_what_is_unsent_leaves_what_is_posted_and_is_undone_exactly(
    pair: Pair, shop: Connection, person: User
) -> None:
    kept = in_xero(sell(shop, "HF-1", id="C-1").customer)
    other = in_xero(sell(shop, "HF-2", id="C-2", email="a.moss@example.com").customer, "x-2")
    Posting.objects.filter(natural_key="HF-2", kind="invoice").update(state="posted", remote_id="inv-2")
    sell(shop, "HF-3", id="C-2", email="a.moss@example.com")
    postings = Posting.objects.order_by("pk")
    before = list(postings.values_list("pk", "customer", "waits_for", "state"))
    owners = dict(Order.objects.values_list("number", "customer"))
    act = merge_customers(kept, other, person, "Moved in together")
    assert set(Order.objects.values_list("customer", flat=True)) == {kept.pk}
    assert set(CustomerIdentity.objects.values_list("customer", flat=True)) == {kept.pk}
    assert Posting.objects.get(natural_key="HF-2", kind="invoice").customer == other
    assert Posting.objects.get(natural_key="HF-3", kind="invoice").customer == kept
    assert sell(shop, "HF-4", id="C-2", email="a.moss@example.com").customer == kept
    undo_act(act, person, "They are sisters")
    assert dict(Order.objects.exclude(number="HF-4").values_list("number", "customer")) == owners
    assert Order.objects.get(number="HF-4").customer == other
    assert Posting.objects.get(natural_key="HF-4", kind="invoice").customer == other
    new = Posting.objects.filter(order__number="HF-4").values("pk")
    assert list(postings.exclude(pk__in=new).values_list("pk", "customer", "waits_for", "state")) == before
    audited = AuditEntry.objects.filter(action__startswith="customer.").order_by("pk")
    assert list(audited.values_list("action", "actor", "reason")) == [
        ("customer.merged", person.pk, "Moved in together"),
        ("customer.merge_undone", person.pk, "They are sisters"),
    ]
    suggest(pair)
    assert not CustomerSuggestion.objects.filter(state="open").exists()


def test_a_contact_not_made_yet_is_not_made_when_its_customer_is_merged_and_is_after_undoing(
    shop: Connection, person: User
) -> None:
    kept = in_xero(sell(shop, "HF-1", id="C-1").customer)
    other = sell(shop, "HF-2", id="C-2", email="a.moss@example.com").customer
    assert other is not None
    act = merge_customers(kept, other, person, "One person")
    contact, invoice = Posting.objects.get(natural_key="C-2"), Posting.objects.get(natural_key="HF-2")
    assert (contact.state, invoice.state, invoice.customer, invoice.waits_for) == (
        "cancelled",
        "ready",
        kept,
        None,
    )
    undo_act(act, person, "Two people")
    contact.refresh_from_db()
    invoice.refresh_from_db()
    assert (contact.state, invoice.state, invoice.customer, invoice.waits_for) == (
        "ready",
        "waiting",
        other,
        contact,
    )


def test_of_two_that_xero_does_not_know_the_survivor_takes_the_contact_over(
    shop: Connection, person: User
) -> None:
    first, second = sell(shop, "HF-1", id="C-1").customer, sell(shop, "HF-2", id="C-2").customer
    assert first is not None and second is not None
    Posting.objects.filter(kind="contact", natural_key="C-1").update(state="cancelled")
    act = merge_customers(first, second, person, "One person")
    assert Posting.objects.get(natural_key="C-2", kind="contact").customer == first
    assert sell(shop, "HF-3", id="C-1").customer == first
    assert Posting.objects.filter(kind="contact").count() == 2
    in_xero(first, "x-9")
    undo_act(act, person, "Two people")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.xero_contact_id, second.xero_contact_id) == ("", "x-9")


def test_a_split_gives_orders_and_numbers_to_a_new_customer_with_a_contact_of_its_own(
    shop: Connection, person: User
) -> None:
    customer = in_xero(sell(shop, "HF-1", id="C-1").customer)
    sell(shop, "HF-2", id="C-2", email="other@example.com")
    second = Customer.objects.get(contact_number="C-2")
    merge_customers(customer, second, person, "One person")
    moved = [Thing("order", Order.objects.get(number="HF-2").pk)]
    moved += [Thing("identity", pk) for pk in second.identities.values_list("pk", flat=True)]
    moved += [Thing("identity", CustomerIdentity.objects.get(value="C-2").pk)]
    act = split_customer(customer, moved, person, "Two people after all")
    new = act.other
    assert new not in (customer, second)
    invoice = Posting.objects.get(natural_key="HF-2", kind="invoice")
    assert invoice.customer == new
    assert invoice.waits_for is not None and invoice.waits_for.customer == new
    assert sell(shop, "HF-3", id="C-2", email="other@example.com").customer == new
    with pytest.raises(MoveRefusedError, match="undo the later act first"):
        undo_act(CustomerMerge.objects.get(kind="merge"), person, "Too early")
    undo_act(act, person, "No: one")
    assert set(Order.objects.values_list("customer", flat=True)) == {customer.pk}


def test_a_rejection_is_remembered_and_a_contact_of_xero_is_taken_on_by_a_person(
    pair: Pair, shop: Connection, person: User
) -> None:
    polled(pair, Name="Mrs A Moss", EmailAddress="moss@work.example", Phones=[{"PhoneType": "DEFAULT", "PhoneNumber": "07700900123"}],
           Addresses=[{"AddressType": "POBOX", "AddressLine1": "88 High St", "PostalCode": "LS14AB"}])  # fmt: skip
    customer = sell(shop, "HF-1", id="C-1").customer
    assert suggest(pair) == 1
    suggestion = CustomerSuggestion.objects.get()
    assert suggestion.contact is not None
    assert reject(suggestion, person, "Her mother")
    assert not reject(suggestion, person)
    Customer.objects.update(compared_at=None)
    suggest(pair)
    assert CustomerSuggestion.objects.count() == 1
    CustomerSuggestion.objects.update(state="open")
    suggestion.refresh_from_db()
    survivor = confirm(suggestion, person, "She herself")
    assert survivor.xero_contact_id == "x-1"
    invoice = Posting.objects.get(kind="invoice")
    assert (invoice.customer, invoice.state) == (survivor, "ready")
    assert sell(shop, "HF-2", id="C-1").customer == survivor != customer


def test_the_shops_change_is_told_to_xero_once_and_its_answer_starts_nothing(
    pair: Pair, shop: Connection
) -> None:
    in_xero(sell(shop, "HF-1", id="C-1").customer)
    sell(shop, "HF-2", id="C-1")
    assert updates() == []
    sell(shop, "HF-3", id="C-1", phone="01904 123456")
    sell(shop, "HF-4", id="C-1", phone="01904 123456", email="new@example.com")
    [update] = updates()
    assert update["EmailAddress"] == "new@example.com"
    assert update["Phones"][0]["PhoneNumber"] == "01904 123456"
    assert "Name" not in update
    assert "ContactPersons" not in update
    Posting.objects.filter(kind="contact_update").update(state="posted", remote_id="x-1")
    for spelling in ("(01904) 12 34 56", "01904123456"):
        polled(pair, Name="Ada Moss", FirstName="Ada", LastName="Moss", EmailAddress="NEW@example.com",
               Phones=[{"PhoneType": "DEFAULT", "PhoneNumber": spelling}])  # fmt: skip
    assert len(updates()) == 1
    polled(pair, Name="Ada Moss", FirstName="Ada", LastName="Moss", EmailAddress="someone@else.example")
    assert [each["EmailAddress"] for each in updates()] == ["new@example.com", "new@example.com"]
    changes = CustomerChange.objects.filter(source="xero").values_list("field", "told", "counted")
    assert list(changes) == [("email", "someone@else.example", False)]


def test_a_name_corrected_in_xero_counts_and_the_shops_does_not(
    pair: Pair, shop: Connection, person: User
) -> None:
    customer = in_xero(sell(shop, "HF-1", id="C-1").customer)
    polled(
        pair, Name="Ada Moss-Brown", FirstName="Ada", LastName="Moss-Brown", EmailAddress="ada@example.com"
    )
    customer.refresh_from_db()
    assert customer.name == "Ada Moss-Brown"
    sell(shop, "HF-2", id="C-1", last_name="Brown")
    customer.refresh_from_db()
    assert customer.name == "Ada Moss-Brown"
    assert updates() == []
    shops, xeros = sides_of(customer, "name")
    assert (shops["last_name"], xeros["last_name"]) == ("Brown", "Moss-Brown")
    say(customer, "name", shops, person, "She uses Brown")
    customer.refresh_from_db()
    assert customer.name == "Ada Brown"
    [update] = updates()
    assert (update["Name"], update["LastName"]) == ("Ada Brown", "Brown")


def test_the_latest_change_wins_where_the_pair_says_so(pair: Pair, shop: Connection) -> None:
    CustomerOwnership.objects.create(pair=pair, owners={"email": "latest"})
    customer = in_xero(sell(shop, "HF-1", id="C-1").customer)
    polled(pair, Name="Ada Moss", FirstName="Ada", LastName="Moss", EmailAddress="from@xero.example")
    customer.refresh_from_db()
    assert customer.email == "from@xero.example"
    assert updates() == []
    sell(shop, "HF-2", id="C-1", email="from@shop.example")
    customer.refresh_from_db()
    assert customer.email == "from@shop.example"
    assert [each["EmailAddress"] for each in updates()] == ["from@shop.example"]


def test_the_persons_of_a_contact_are_sent_along_because_xero_may_drop_those_not_named(
    pair: Pair, shop: Connection
) -> None:
    in_xero(sell(shop, "HF-1", id="C-1").customer)
    persons = [{"FirstName": "Grace", "LastName": "Moss", "EmailAddress": "grace@example.com"}]
    polled(pair, **Posting.objects.get(kind="contact").document, ContactPersons=persons)
    sell(shop, "HF-2", id="C-1", email="new@example.com")
    assert updates() == [{"EmailAddress": "new@example.com", "ContactPersons": persons}]


def test_a_contact_polled_first_by_its_customers_own_words_changes_nothing(
    pair: Pair, shop: Connection
) -> None:
    in_xero(sell(shop, "HF-1", id="C-1").customer)
    document = Posting.objects.get(kind="contact").document
    polled(pair, **document)
    assert not CustomerChange.objects.exists()
    assert updates() == []
    assert KnownContact.objects.get().details["billing_address"]["PostalCode"] == "LS1 4AB"


def test_a_rejection_and_an_open_question_are_carried_through_chains_of_merges(
    pair: Pair, shop: Connection, person: User
) -> None:
    first, second, third, other, asked = (
        in_xero(sell(shop, f"HF-{number}", id=f"C-{number}").customer, f"x-{number}") for number in range(5)
    )
    assert suggest(pair) == 10
    kept_apart = CustomerSuggestion.objects.get(first=first, second=other)
    assert reject(kept_apart, person, "Mother and daughter")
    merge_customers(second, first, person, "One")
    merge_customers(third, second, person, "One")
    CustomerSuggestion.objects.filter(first=third).delete()
    Customer.objects.update(compared_at=None)
    suggest(pair)
    open_ = CustomerSuggestion.objects.filter(state="open", first__merged_into=None, second__merged_into=None)
    assert set(open_.values_list("first", "second")) == {(third.pk, asked.pk), (other.pk, asked.pk)}
