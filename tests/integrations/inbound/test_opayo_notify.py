from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import OperationalError
from django.http import HttpResponseBase
from django.test import Client

from integrations.inbound import opayo_notify
from integrations.models import Connection, Event, Pair, Payment
from integrations.opayo.core.notification import parse_notification
from integrations.secrets import encrypt
from tests.factories import OrderFactory, PaymentFactory
from tests.integrations.messages import SECURITY_KEY, notification, post_notification


@pytest.fixture
def payment(pair: Pair, shop: Connection) -> Payment:
    """A registered payment whose SecurityKey is known."""
    return PaymentFactory(
        pair=pair, order=OrderFactory(pair=pair, connection=shop, number="HF-10042"),
        vendor_tx_code="HF-10042-1", vps_tx_id="", state=Payment.State.REGISTERED, status="",
        security_key=encrypt(SECURITY_KEY),
    )  # fmt: skip


def _lines(response: HttpResponseBase) -> dict[str, str]:
    text = b"".join(response).decode()
    assert text.endswith("\r\n")
    return dict(line.split("=", 1) for line in text.split("\r\n") if line)


def test_a_verified_notification_is_kept_and_answered_to_the_letter(
    client: Client, opayo: Connection, payment: Payment, woken: list[int]
) -> None:
    response = post_notification(client, opayo, notification())
    assert response.status_code == 200
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content == (
        b"Status=OK\r\nRedirectURL=http://127.0.0.1:9/orders?order=HF-10042&status=paid\r\n"
    )
    assert not response.cookies
    event = Event.objects.get()
    assert (event.source, event.kind, event.authenticity) == ("opayo", "notification", "verified")
    assert event.dedupe_key == "F955C22E-F67B-4DA3-8EA3-6DAC68FA59D2:OK"
    assert woken == [opayo.pair_id]


def test_a_duplicate_is_answered_the_same_and_kept_once(
    client: Client, opayo: Connection, payment: Payment
) -> None:
    first = post_notification(client, opayo, notification())
    second = post_notification(client, opayo, notification())
    assert second.content == first.content
    assert Event.objects.count() == 1


def test_abort_after_ok_is_another_event(client: Client, opayo: Connection, payment: Payment) -> None:
    post_notification(client, opayo, notification())
    response = post_notification(client, opayo, notification(Status="ABORT"))
    assert _lines(response)["Status"] == "OK"
    assert _lines(response)["RedirectURL"].endswith("status=failed")
    assert Event.objects.count() == 2


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("OK", "paid"),
        ("AUTHENTICATED", "paid"),
        ("NOTAUTHED", "failed"),
        ("REJECTED", "failed"),
        ("ERROR", "failed"),
    ],
)
def test_the_customer_is_sent_on_with_the_result(
    client: Client, opayo: Connection, payment: Payment, status: str, told: str
) -> None:
    lines = _lines(post_notification(client, opayo, notification(Status=status)))
    assert lines["Status"] == "OK"
    assert parse_qs(urlsplit(lines["RedirectURL"]).query) == {"order": ["HF-10042"], "status": [told]}


def test_protocol_3_is_verified_without_the_fields_of_4(
    client: Client, opayo: Connection, payment: Payment
) -> None:
    body = notification(VPSProtocol="3.00") + b"&ACSTransID=not-signed-in-3"
    assert _lines(post_notification(client, opayo, body))["Status"] == "OK"


def test_latin_1_and_blanks_are_decoded_before_the_signature_is_checked(
    client: Client, opayo: Connection, payment: Payment
) -> None:
    body = notification(StatusDetail="0000 : Café").replace(b"Caf%C3%A9", b"Caf%E9")
    assert _lines(post_notification(client, opayo, body))["Status"] == "OK"


@pytest.mark.parametrize(
    "body",
    [
        notification(security_key="WRONGKEY00"),
        notification(vendor="somebody"),
        notification().replace(b"Status=OK", b"Status=ABORT"),
        notification().replace(b"VPSSignature=", b"VPSSignature=0"),
    ],
)
def test_a_wrong_signature_is_answered_invalid_and_not_kept(
    client: Client, opayo: Connection, payment: Payment, woken: list[int], body: bytes
) -> None:
    response = post_notification(client, opayo, body)
    lines = _lines(response)
    assert response.status_code == 200
    assert (lines["Status"], lines["StatusDetail"]) == ("INVALID", "Wrong signature.")
    assert lines["RedirectURL"].endswith("status=failed")
    assert not Event.objects.exists()
    assert woken == []
    opayo.refresh_from_db()
    assert opayo.refused_count == 1


def test_a_payment_nobody_announced_is_accepted_but_kept_as_unverified(
    client: Client, opayo: Connection, shop: Connection
) -> None:
    lines = _lines(post_notification(client, opayo, notification()))
    assert lines["Status"] == "OK"
    # The order number is read out of the VendorTxCode.
    assert lines["RedirectURL"] == "http://127.0.0.1:9/orders?order=HF-10042&status=paid"
    assert Event.objects.get().authenticity == "pending"


def test_a_forged_notification_cannot_take_the_place_of_the_real_one(
    client: Client, opayo: Connection
) -> None:
    post_notification(client, opayo, notification(security_key="FORGED0000"))
    post_notification(client, opayo, notification())
    assert Event.objects.filter(authenticity="pending").count() == 2


def test_without_any_page_of_a_shop_the_customer_comes_to_ours(client: Client, opayo: Connection) -> None:
    url = _lines(post_notification(client, opayo, notification(Status="NOTAUTHED")))["RedirectURL"]
    assert len(url) <= 255
    page = client.get(urlsplit(url).path)
    assert page.status_code == 200
    assert "did not go through" in page.content.decode()


def test_the_page_the_order_asked_for_comes_first(
    client: Client, opayo: Connection, payment: Payment
) -> None:
    Payment.objects.filter(pk=payment.pk).update(return_url="https://shop.example/orders/1?ref=a#top")
    lines = _lines(post_notification(client, opayo, notification()))
    assert lines["RedirectURL"] == "https://shop.example/orders/1?ref=a&order=HF-10042&status=paid#top"


@pytest.mark.parametrize(
    "body",
    [
        b"&",
        b"VendorTxCode=HF-1&Status=OK",
        notification(VPSTxId="not a guid"),
        notification(VendorTxCode="HF 1"),
        notification(VendorTxCode="x" * 41),
        notification(Status=""),
        b"\xff\xfe%zz=%00&&&=",
    ],
)
def test_what_is_no_notification_is_answered_invalid(client: Client, opayo: Connection, body: bytes) -> None:
    assert _lines(post_notification(client, opayo, body))["Status"] == "INVALID"
    assert not Event.objects.exists()


def test_a_nul_is_dropped_for_nothing_could_store_it(client: Client, opayo: Connection) -> None:
    assert _lines(post_notification(client, opayo, notification(CardType="VI\0SA")))["Status"] == "OK"
    assert parse_notification(bytes(Event.objects.get().body)).card_type == "VISA"


def test_nothing_is_acknowledged_that_is_not_on_disk(
    client: Client, opayo: Connection, payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> tuple[int, bool]:
        raise OperationalError("the database is gone")

    monkeypatch.setattr(opayo_notify, "store_event", broken)
    response = post_notification(client, opayo, notification())
    assert response.status_code == 503
    assert b"Status=" not in response.content


def test_a_card_number_where_none_belongs_is_masked(
    client: Client, opayo: Connection, payment: Payment
) -> None:
    post_notification(client, opayo, notification(StatusDetail="0000 : 4929000000006"))
    body = bytes(Event.objects.get().body)
    assert b"4929000000006" not in body
    assert b"0006" in body


def test_a_notification_needs_one_read_and_one_insert(
    client: Client, opayo: Connection, payment: Payment, django_assert_num_queries: Any
) -> None:
    post_notification(client, opayo, notification())
    # Both go past Django's own counting; nothing else may touch the database.
    with django_assert_num_queries(0):
        post_notification(client, opayo, notification(Status="ABORT"))
