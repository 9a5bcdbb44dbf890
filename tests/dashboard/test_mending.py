"""What the mapping in use can mend: counted with its money, and made anew by one press."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from integrations.models import AuditEntry, Pair, Role
from mapping.selectors import published_version
from mapping.services.versions import ensure_default_mappings
from sync import tasks
from sync.models import Posting, Wake
from tests.factories import MembershipFactory, OrderFactory, PairFactory, UserFactory
from tests.factories.pairs import usual_accounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> Pair:
    pair = PairFactory()
    ensure_default_mappings(pair)
    return pair


def refused_invoice(pair: Pair) -> Posting:
    """An invoice that Xero refused as an older mapping made it."""
    order = OrderFactory(pair=pair, total_minor=2400)
    return Posting.objects.create(
        pair=pair,
        kind=Posting.Kind.INVOICE,
        natural_key=order.number,
        order=order,
        customer=order.customer,
        mapping_version=published_version(pair.pk),
        document={"Status": "DRAFT", "InvoiceNumber": "wrong"},
        amount_minor=2400,
        currency="GBP",
        state=Posting.State.DEAD,
        error_class=Posting.ErrorClass.PERMANENT,
        error="Xero refused it.",
    )


def member(pair: Pair, role: str) -> Client:
    user = UserFactory()
    MembershipFactory(user=user, pair=pair, role=role)
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, pair: Pair) -> str:
    return client.get(reverse("attention-mend", args=[pair.slug])).content.decode()


def test_nothing_to_mend_is_said_so(pair: Pair) -> None:
    assert "Nothing to mend" in page(member(pair, Role.VIEWER), pair)


def test_what_can_go_is_counted_with_its_money_and_changes_nothing(pair: Pair) -> None:
    usual_accounts(pair)
    posting = refused_invoice(pair)

    text = page(member(pair, Role.OPERATOR), pair)

    assert "The mapping in use can mend 1 document" in text
    assert "£24.00" in text
    assert f"Invoice {posting.natural_key}" in text
    posting.refresh_from_db()
    assert (posting.state, posting.document["InvoiceNumber"]) == (Posting.State.DEAD, "wrong")


def test_what_still_stops_the_others_is_told(pair: Pair) -> None:
    refused_invoice(pair)  # and the pair has no sales account

    text = page(member(pair, Role.OPERATOR), pair)

    assert "The mapping in use mends none of them" in text
    assert "What still stops the others" in text
    assert "account" in text
    assert "Make them anew" not in text


def test_the_same_document_would_only_be_refused_again(pair: Pair) -> None:
    usual_accounts(pair)
    posting = refused_invoice(pair)
    tasks.replan(pair.pk)
    posting.refresh_from_db()
    Posting.objects.filter(pk=posting.pk).update(
        state=Posting.State.DEAD, error_class=Posting.ErrorClass.PERMANENT
    )

    assert "makes the same document, which Xero has refused" in page(member(pair, Role.OPERATOR), pair)


def test_the_button_lets_a_worker_make_them_anew_and_is_on_the_audit_log(pair: Pair) -> None:
    usual_accounts(pair)
    posting = refused_invoice(pair)
    client = member(pair, Role.OPERATOR)

    answer = client.post(reverse("attention-mend-all", args=[pair.slug]), follow=True)

    assert "1 document is being made anew" in answer.content.decode()
    assert Wake.objects.filter(name=f"replan:{pair.pk}").exists()
    assert AuditEntry.objects.filter(pair=pair, action="posting.reprocessed").exists()
    tasks.replan(pair.pk)
    posting.refresh_from_db()
    assert (posting.state, posting.document["InvoiceNumber"]) == (Posting.State.READY, posting.natural_key)


def test_viewers_see_it_and_press_nothing(pair: Pair) -> None:
    usual_accounts(pair)
    refused_invoice(pair)
    viewer = member(pair, Role.VIEWER)

    assert "Make them anew" not in page(viewer, pair)
    assert viewer.post(reverse("attention-mend-all", args=[pair.slug])).status_code == 403
