"""The pages about customers: found, compared, merged, split, undone, and whose word counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from integrations.models import (
    AuditEntry,
    Customer,
    CustomerIdentity,
    CustomerMerge,
    CustomerOwnership,
    CustomerSuggestion,
    KnownContact,
    Pair,
    Role,
)
from sync.models import Posting
from sync.services.customers.suggesting import suggest
from tests.factories import CustomerFactory, OrderFactory, PaymentFactory

pytestmark = pytest.mark.django_db
PairClient = Callable[[Pair, str], Client]
_DOOR = {"line1": "14 Fossgate", "city": "York", "postcode": "YO1 7HH", "country": "GB"}


def customer(pair: Pair, number: str, **told: Any) -> Customer:
    """A customer with one open order and its number as identity."""
    details = {"first_name": "Ada", "last_name": "Moss", "email": f"{number}@example.com".lower(), **told}
    name = f"{details['first_name']} {details['last_name']}"
    row = CustomerFactory(
        pair=pair, contact_number=number, name=name, email=details["email"], details=details
    )
    usual = {"pair": pair, "customer": row, "first_seen_at": timezone.now(), "system": "shop"}
    CustomerIdentity.objects.create(**usual, kind="external_id", value=number)
    OrderFactory(pair=pair, customer=row, number=f"HF-{number}", total_minor=4200, currency="GBP")
    return row


@pytest.fixture
def two(pair: Pair) -> tuple[Customer, Customer]:
    """Two records of Ada at one door."""
    return customer(pair, "C-1", billing_address=_DOOR), customer(
        pair, "C-2", first_name="A", billing_address=_DOOR
    )


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def address(name: str, *rest: Any) -> str:
    return reverse(name, args=["harbour-finch", *rest])


def test_a_customer_is_found_by_name_number_and_the_last_four_of_a_card(
    pair: Pair, two: tuple[Customer, Customer], client_of: PairClient
) -> None:
    viewer = client_of(pair, Role.VIEWER)
    order = two[1].orders.get()
    PaymentFactory(pair=pair, order=order, last_four="4242", state="registered")
    for words, found in (("moss", 2), ("C-2", 1), ("c-1@example", 1), ("4242", 1), ("9999", 0)):
        page = text(viewer.get(address("customers"), {"q": words}))
        assert page.count('class="row-link"') == found, words
    suggest(pair)
    page = text(viewer.get(address("customers"), {"show": "suggested"}))
    assert page.count('class="row-link"') == 2
    assert "1 pair of records may be one customer each" in page


def test_the_page_shows_who_the_customer_is_what_it_owes_and_where_the_sides_differ(
    pair: Pair, two: tuple[Customer, Customer], client_of: PairClient
) -> None:
    Customer.objects.filter(pk=two[0].pk).update(xero_contact_id="x-1")
    KnownContact.objects.create(
        pair=pair, contact_id="x-1", name="Ada Moss", details={"email": "old@example.com"}
    )
    page = text(client_of(pair, Role.OPERATOR).get(address("customers-page", two[0].pk)))
    assert "£42.00" in page
    assert "<dt>Xero</dt><dd>old@example.com</dd>" in page
    assert "The shop owns it" in page
    assert 'value="xero"' in page
    viewed = text(client_of(pair, Role.VIEWER).get(address("customers-page", two[0].pk)))
    assert 'value="xero"' not in viewed
    decided = {"use": "xero", "reason": "She told us"}
    client_of(pair, Role.OPERATOR).post(address("customers-field", two[0].pk, "email"), decided)
    two[0].refresh_from_db()
    assert two[0].email == "old@example.com"
    assert not Posting.objects.filter(kind="contact_update").exists()
    history = text(client_of(pair, Role.VIEWER).get(address("customers-history", two[0].pk)))
    assert "She told us" in history


def test_a_suggestion_is_looked_at_confirmed_with_a_reason_and_undone(
    pair: Pair, two: tuple[Customer, Customer], client_of: PairClient
) -> None:
    suggest(pair)
    suggestion, operator = CustomerSuggestion.objects.get(), client_of(pair, Role.OPERATOR)
    page = text(operator.get(address("customers-suggestions")))
    assert "the initial fits" in page.lower()
    assert "The same door (number 14, YO1 7HH)" in page
    preview = text(operator.get(address("customers-confirm", suggestion.pk)))
    assert "1 order, 1 identity of A Moss go to Ada Moss" in preview
    assert operator.post(address("customers-confirm", suggestion.pk), {"reason": ""}).status_code == 422
    operator.post(address("customers-confirm", suggestion.pk), {"reason": "Same person", "keep": two[0].pk})
    assert two[0].orders.count() == 2
    act = CustomerMerge.objects.get()
    assert "Merged into" in text(operator.get(address("customers-page", two[1].pk)))
    operator.post(address("customers-undo", act.pk), {"reason": "Not the same"})
    assert two[0].orders.count() == two[1].orders.count() == 1
    told = AuditEntry.objects.filter(action__startswith="customer.").order_by("pk")
    assert list(told.values_list("reason", flat=True)) == ["Same person", "Not the same"]
    assert "Nobody seems to be here twice" in text(operator.get(address("customers-suggestions")))


def test_two_are_kept_apart_merged_by_hand_and_split_again(
    pair: Pair, two: tuple[Customer, Customer], client_of: PairClient
) -> None:
    suggest(pair)
    operator, suggestion = client_of(pair, Role.OPERATOR), CustomerSuggestion.objects.get()
    operator.post(address("customers-reject", suggestion.pk))
    suggestion.refresh_from_db()
    assert suggestion.state == "rejected"
    found = text(operator.get(address("customers-merge", two[0].pk), {"q": "A Moss"}))
    assert f"?other={two[1].pk}" in found
    merged = {"other": two[1].pk, "reason": "One after all"}
    operator.post(address("customers-merge", two[0].pk), merged)
    order = two[0].orders.get(number="HF-C-2")
    nothing = operator.post(address("customers-split", two[0].pk), {"reason": "No"})
    assert "Choose the orders, cards or identities" in text(nothing)
    chosen = {"order": [order.pk], "to": two[1].pk, "reason": "Two people"}
    operator.post(address("customers-split", two[0].pk), chosen)
    assert list(two[1].orders.all()) == [order]


def test_only_administrators_say_whose_word_counts(pair: Pair, client_of: PairClient) -> None:
    owners = {
        "name": "shop", "email": "latest", "phone": "person", "billing_address": "shop", "shipping_address": "shop",
        "tax_number": "xero", "account_number": "xero",
    }  # fmt: skip
    page = address("settings-customers")
    assert client_of(pair, Role.OPERATOR).post(page, owners).status_code == 403
    assert client_of(pair, Role.ADMINISTRATOR).post(page, owners).status_code == 302
    assert CustomerOwnership.objects.get(pair=pair).owners["email"] == "latest"
    entry = AuditEntry.objects.get(action="customer.owners_changed")
    assert entry.data["email"] == {"before": "shop", "after": "latest"}
