from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from pytest_django import Settings

from integrations.models import Connection, Event, Payment
from integrations.secrets import decrypt
from sandbox.kernel.faults import Kind
from tests.integrations.messages import order_message, post_order
from tests.integrations.running_sandbox import SandboxInThread

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as TestResponse

CHECKOUT = {"return_url": "https://shop.example/orders/HF-10042"}


def _ask(client: Client, shop: Connection, message_id: str = "msg_1", **changes: Any) -> TestResponse:
    return post_order(client, shop, order_message(checkout=CHECKOUT, **changes), message_id)


def test_an_order_that_asks_for_a_page_gets_one(
    client: Client, shop: Connection, opayo: Connection, sandbox: SandboxInThread
) -> None:
    response = _ask(client, shop)
    payment, event = Payment.objects.get(), Event.objects.get()
    assert response.status_code == 200
    assert response.json() == {
        "event": f"evt_{event.pk}", "next_url": payment.next_url, "vendor_tx_code": "HF-10042-1",
    }  # fmt: skip
    assert payment.next_url.startswith(f"{sandbox.url}/opayo/pay/")
    assert (payment.state, payment.channel, payment.amount_minor, payment.currency) == (
        "registered", "bridge", 3834, "GBP",
    )  # fmt: skip
    assert (payment.order, payment.order_number, payment.return_url) == (
        None,
        "HF-10042",
        CHECKOUT["return_url"],
    )
    assert len(decrypt(payment.security_key)) == 10
    assert payment.security_key != decrypt(payment.security_key)
    assert sandbox.state_of(payment.vps_tx_id) == 2


def test_the_same_message_gets_the_same_page(client: Client, shop: Connection, opayo: Connection) -> None:
    assert _ask(client, shop).content == _ask(client, shop).content
    assert Payment.objects.count() == 1


def test_another_message_about_the_order_is_another_attempt(
    client: Client, shop: Connection, opayo: Connection
) -> None:
    _ask(client, shop)
    assert _ask(client, shop, "msg_2").json()["vendor_tx_code"] == "HF-10042-2"


@pytest.mark.parametrize("kind", [Kind.TIMEOUT_AFTER, Kind.TRUNCATE, Kind.SERVER_ERROR])
def test_when_nobody_knows_whether_it_was_registered_the_next_try_takes_a_new_code(
    client: Client, shop: Connection, opayo: Connection, sandbox: SandboxInThread, kind: Kind
) -> None:
    sandbox.fail("opayo.register", kind)
    response = _ask(client, shop)
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert "The order is kept." in response.json()["error"]["message"]
    assert _ask(client, shop).json()["vendor_tx_code"] == "HF-10042-2"
    first, second = Payment.objects.order_by("pk")
    assert (first.state, first.next_url, first.status_detail != "") == ("registered", "", True)
    assert second.next_url
    assert Event.objects.count() == 1


def test_when_it_was_certainly_not_registered_the_code_is_free_again(
    client: Client, shop: Connection, opayo: Connection, settings: Settings
) -> None:
    there, settings.OPAYO_TEST_URL = settings.OPAYO_TEST_URL, "http://127.0.0.1:9"
    assert _ask(client, shop).status_code == 503
    assert not Payment.objects.exists()
    settings.OPAYO_TEST_URL = there
    assert _ask(client, shop).json()["vendor_tx_code"] == "HF-10042-1"


def test_a_code_that_opayo_knows_already_is_passed_over(
    client: Client, shop: Connection, opayo: Connection, sandbox: SandboxInThread
) -> None:
    sandbox.register("HF-10042-1")
    assert _ask(client, shop).json()["vendor_tx_code"] == "HF-10042-2"
    assert Payment.objects.get().vendor_tx_code == "HF-10042-2"


def test_a_request_still_being_registered_is_not_registered_twice(
    client: Client, shop: Connection, opayo: Connection
) -> None:
    Payment.objects.create(
        pair=shop.pair, vendor_tx_code="HF-10042-1", channel="bridge", order_number="HF-10042",
        request_key=f"shop:{shop.pk}:msg_1",
    )  # fmt: skip
    response = _ask(client, shop)
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert Payment.objects.count() == 1


def test_without_a_connection_to_opayo_the_shop_is_told_so(client: Client, shop: Connection) -> None:
    response = _ask(client, shop)
    assert response.status_code == 503
    assert "not connected to Opayo" in response.json()["error"]["message"]
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    ("total", "reason"), [("0.00", "nothing to pay"), ("-1.00", "nothing to pay"), ("x", "not an amount")]
)
def test_what_cannot_be_paid_is_refused_but_kept(
    client: Client, shop: Connection, opayo: Connection, total: str, reason: str
) -> None:
    response = _ask(client, shop, total=total)
    assert response.status_code == 400
    assert reason in response.json()["error"]["message"]
    assert Event.objects.count() == 1
    assert not Payment.objects.exists()


def test_a_currency_opayo_cannot_take_is_for_a_person_to_set_right(
    client: Client, shop: Connection, opayo: Connection
) -> None:
    response = _ask(client, shop, currency="CHF")
    assert response.status_code == 503
    assert "merchant account" in response.json()["error"]["message"]
    assert not Payment.objects.exists()
