from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.core.signing import Signer
from django.test import Client

from integrations.checkout.links import done_url, order_id_of, pay_url, read_done
from integrations.models import Connection, Order, Payment
from sandbox.kernel.faults import Kind
from tests.factories import OrderFactory, PaymentFactory
from tests.integrations.running_sandbox import SandboxInThread


@pytest.fixture
def order(shop: Connection) -> Order:
    return OrderFactory(pair=shop.pair, connection=shop, number="HF-1", total_minor=2400)


def _path(order: Order) -> str:
    return urlsplit(pay_url(order)).path


def test_the_page_of_a_pay_link_shows_what_is_due(client: Client, order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(captured_minor=400, state=Order.State.PART_PAID)
    response = client.get(_path(order))
    page = response.content.decode()
    assert response.status_code == 200
    for words in ("HF-1", "harbour-finch", "24.00", "20.00", "Pay by card"):
        assert words in page


def test_the_form_may_lead_to_opayo_and_nowhere_else(client: Client, order: Order) -> None:
    policy = client.get(_path(order))["Content-Security-Policy"]
    (allowed,) = [part.split()[1:] for part in policy.split(";") if part.strip().startswith("form-action")]
    assert allowed[0] == "'self'"
    assert len(allowed) == 3
    assert "unsafe-inline" not in " ".join(part for part in policy.split(";") if "script-src" in part)


def test_paying_leads_to_a_page_for_what_is_due(
    client: Client, order: Order, opayo: Connection, sandbox: SandboxInThread
) -> None:
    response = client.post(_path(order))
    payment = Payment.objects.get()
    assert (response.status_code, response["Location"]) == (303, payment.next_url)
    assert (payment.order, payment.order_number, payment.vendor_tx_code, payment.amount_minor) == (
        order, "HF-1", "HF-1-1", 2400,
    )  # fmt: skip


def test_pressing_twice_leads_to_the_same_page(client: Client, order: Order, opayo: Connection) -> None:
    assert client.post(_path(order))["Location"] == client.post(_path(order))["Location"]


def test_after_a_declined_card_there_is_a_new_page(client: Client, order: Order, opayo: Connection) -> None:
    first = client.post(_path(order))["Location"]
    Payment.objects.update(state=Payment.State.FAILED)
    assert client.post(_path(order))["Location"] != first


def test_the_form_is_protected_against_forgery(order: Order, opayo: Connection) -> None:
    assert Client(enforce_csrf_checks=True).post(_path(order)).status_code == 403


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("paid", "is paid"),
        ("overpaid", "is paid"),
        ("cancelled", "was cancelled"),
        ("invalid", "being checked"),
    ],
)
def test_an_order_that_is_not_to_be_paid_says_so(
    client: Client, order: Order, opayo: Connection, state: str, words: str
) -> None:
    Order.objects.filter(pk=order.pk).update(state=state)
    for response in (client.get(_path(order)), client.post(_path(order))):
        assert words in response.content.decode()
        assert "Pay by card" not in response.content.decode()
    assert not Payment.objects.exists()


def test_when_opayo_is_away_the_customer_hears_that_nothing_was_charged(
    client: Client, order: Order, opayo: Connection, sandbox: SandboxInThread
) -> None:
    sandbox.fail("opayo.register", Kind.UNAVAILABLE)
    response = client.post(_path(order))
    assert response.status_code == 503
    assert "Nothing was charged" in response.content.decode()


@pytest.mark.parametrize("token", ["", "1", "1:forged", Signer(salt="tillbridge.paid").sign("1")])
def test_a_forged_link_leads_nowhere(client: Client, order: Order, token: str) -> None:
    assert order_id_of(token) is None
    assert client.get(f"/pay/{token}").status_code == 404


def test_the_link_of_a_pair_that_was_switched_off_leads_nowhere(client: Client, order: Order) -> None:
    order.pair.is_active = False
    order.pair.save()
    assert client.get(_path(order)).status_code == 404


def test_a_done_page_thanks_or_offers_another_try(client: Client, order: Order) -> None:
    payment = PaymentFactory(pair=order.pair, order=order, vendor_tx_code="HF-1-1")
    thanks = client.get(urlsplit(done_url(order.pair_id, "HF-1-1", is_paid=True)).path).content.decode()
    assert "Thank you" in thanks
    assert "HF-1" in thanks
    Payment.objects.filter(pk=payment.pk).update(state=Payment.State.FAILED)
    again = client.get(urlsplit(done_url(order.pair_id, "HF-1-1", is_paid=False)).path).content.decode()
    assert _path(order) in again


def test_a_payment_cancelled_after_all_is_not_thanked_for(client: Client, order: Order) -> None:
    PaymentFactory(pair=order.pair, order=order, vendor_tx_code="HF-1-1", state=Payment.State.REVERSED)
    page = client.get(urlsplit(done_url(order.pair_id, "HF-1-1", is_paid=True)).path).content.decode()
    assert "did not go through" in page


def test_done_links_carry_their_result_and_cannot_be_forged(client: Client, order: Order) -> None:
    token = urlsplit(done_url(7, "A.b-1", is_paid=False)).path.rsplit("/", 1)[1]
    done = read_done(token)
    assert done is not None
    assert (done.pair_id, done.vendor_tx_code, done.is_paid) == (7, "A.b-1", False)
    assert read_done(token.replace("failed", "paid")) is None
    assert client.get(f"/pay/done/{token}x").status_code == 404
