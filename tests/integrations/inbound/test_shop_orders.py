from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from integrations.inbound import shop_orders
from integrations.models import Connection, Event
from integrations.secrets import set_secret
from tests.factories import ShopConnectionFactory
from tests.integrations.messages import order_document, order_message, post_order, shop_headers


def _error(response: Any) -> str:
    return str(response.json()["error"]["message"])


def test_a_signed_order_is_kept_and_answered_with_its_event(
    client: Client, shop: Connection, woken: list[int]
) -> None:
    body = order_message()
    response = post_order(client, shop, body)
    event = Event.objects.get()
    assert response.status_code == 202
    assert response.json() == {"event": f"evt_{event.pk}"}
    assert not response.cookies
    assert (event.pair_id, event.connection_id, event.source, event.kind) == (
        shop.pair_id, shop.pk, "shop", "order.created",
    )  # fmt: skip
    assert bytes(event.body) == body
    assert (event.authenticity, event.state, event.is_masked) == ("verified", "received", False)
    assert event.headers["webhook-id"] == "msg_1"
    assert woken == [shop.pair_id]


def test_a_repeated_webhook_id_is_answered_like_the_first_and_kept_once(
    client: Client, shop: Connection
) -> None:
    first = post_order(client, shop, order_message())
    second = post_order(client, shop, order_message())
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert Event.objects.count() == 1


def test_another_body_under_the_same_webhook_id_is_set_aside_for_a_person(
    client: Client, shop: Connection
) -> None:
    first = post_order(client, shop, order_message())
    other = post_order(client, shop, order_message(note="changed"))
    assert other.content == first.content
    kept, aside = Event.objects.order_by("pk")
    assert (kept.state, aside.state) == ("received", "dead")
    assert "webhook-id of an earlier one" in aside.error
    assert b"changed" in bytes(aside.body)


def test_two_orders_with_one_number_are_both_kept(client: Client, shop: Connection) -> None:
    post_order(client, shop, order_message(), "msg_1")
    post_order(client, shop, order_message(total="1.00"), "msg_2")
    assert list(Event.objects.order_by("pk").values_list("state", flat=True)) == ["received", "received"]


def test_the_same_webhook_id_of_another_shop_is_another_message(client: Client, shop: Connection) -> None:
    other = ShopConnectionFactory(pair=shop.pair, name="second shop")
    post_order(client, shop, order_message())
    post_order(client, other, order_message())
    assert Event.objects.count() == 2


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"webhook-signature": "v1,AAAA"}, "does not fit"),
        ({"webhook-id": "other"}, "does not fit"),
        ({"webhook-timestamp": "1"}, "five minutes"),
        ({"webhook-signature": ""}, "are needed"),
    ],
)
def test_a_wrong_signature_is_refused_counted_and_not_kept(
    client: Client, shop: Connection, woken: list[int], headers: dict[str, str], reason: str
) -> None:
    response = post_order(client, shop, order_message(), **headers)
    assert response.status_code == 401
    assert reason in _error(response)
    assert not Event.objects.exists()
    assert woken == []
    shop.refresh_from_db()
    assert shop.refused_count == 1
    assert shop.last_refused_at is not None


def test_a_shop_without_a_secret_is_told_to_set_one(client: Client, shop: Connection) -> None:
    shop.secrets.all().delete()
    shop.save()
    response = post_order(client, shop, order_message())
    assert response.status_code == 401
    assert "no signing secret yet" in _error(response)


def test_a_flood_of_wrong_signatures_writes_to_the_connection_at_most_once_a_second(
    client: Client, shop: Connection, django_assert_num_queries: Any
) -> None:
    post_order(client, shop, order_message(), **{"webhook-signature": "v1,AAAA"})
    with django_assert_num_queries(0):
        for _ in range(5):
            post_order(client, shop, order_message(), **{"webhook-signature": "v1,AAAA"})


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"type":"order.created","order":{"number":"HF-1","curr', "not whole JSON"),
        (b"\xff\xfe", "not whole JSON"),
        (b"[]", "must be a JSON object"),
        (b'{"order":{"number":"HF-1"}}', "type must be one of"),
        (b'{"type":"order.shipped","order":{"number":"HF-1"}}', "type must be one of"),
        (b'{"type":"order.cancelled"}', "has no order"),
        (b'{"type":"order.cancelled","order":{"number":" "}}', "has no number"),
        (order_message(number="x" * 101), "longer than 100"),
        (order_message(currency="POUND"), "'POUND' is not a currency code"),
        (order_message(currency=None), "not a currency code"),
    ],
)
def test_an_unreadable_message_is_refused_in_words_and_kept_as_a_dead_letter(
    client: Client, shop: Connection, woken: list[int], body: bytes, reason: str
) -> None:
    response = post_order(client, shop, body)
    assert response.status_code == 400
    assert reason in _error(response)
    event = Event.objects.get()
    assert (event.state, event.kind) == ("dead", "unreadable")
    assert reason in event.error
    assert bytes(event.body) == body
    assert event.processed_at is not None
    assert woken == []


def test_a_message_that_was_repaired_may_come_again_under_its_webhook_id(
    client: Client, shop: Connection
) -> None:
    assert post_order(client, shop, order_message()[:-20]).status_code == 400
    assert post_order(client, shop, order_message()).status_code == 202
    assert list(Event.objects.order_by("pk").values_list("state", flat=True)) == ["dead", "received"]


@pytest.mark.parametrize(
    "changes", [{"total": "-38.34"}, {"total": "38.35"}, {"lines": []}, {"customer": None}]
)
def test_an_order_that_does_not_add_up_is_accepted_for_it_is_judged_later(
    client: Client, shop: Connection, changes: dict[str, Any]
) -> None:
    assert post_order(client, shop, order_message(**changes)).status_code == 202


def test_a_card_number_in_a_note_is_masked_and_the_order_still_readable(
    client: Client, shop: Connection
) -> None:
    body = order_message(note="charge 4929 0000 0000 6, cvv 123")
    assert post_order(client, shop, body).status_code == 202
    event = Event.objects.get()
    assert event.is_masked
    order = json.loads(bytes(event.body))["order"]
    assert order == order_document(note="charge *********0006, cvv ***")


class _Body(io.BytesIO):
    """A request body that remembers the longest piece anybody asked for."""

    longest = 0

    def read(self, size: int | None = -1) -> bytes:
        self.longest = max(self.longest, len(self.getbuffer()) if size is None or size < 0 else size)
        return super().read(size)


def _post_stream(
    client: Client, shop: Connection, body: io.BytesIO, headers: dict[str, str], length: int
) -> Any:
    """Post what a server reads from its socket, with the length that was announced."""
    stream: dict[str, Any] = {"wsgi.input": body, "CONTENT_LENGTH": str(length)}
    return client.generic("POST", f"/in/shop/{shop.key}/orders", b"", headers=headers, **stream)


def test_a_ten_megabyte_body_is_refused_without_being_held_in_memory(
    client: Client, shop: Connection
) -> None:
    body = _Body(b"x" * 10_000_000)
    response = _post_stream(client, shop, body, shop_headers(b""), 10_000_000)
    assert response.status_code == 413
    assert "longer than 2097152 bytes" in _error(response)
    assert body.longest <= 64 * 1024
    assert body.tell() == 10_000_000
    assert not Event.objects.exists()


def test_a_body_that_ends_too_early_is_refused(client: Client, shop: Connection) -> None:
    body = order_message()
    response = _post_stream(client, shop, io.BytesIO(body), shop_headers(body), len(body) + 1)
    assert response.status_code == 400
    assert "ended before" in _error(response)


@pytest.mark.parametrize("length", ["", "-1", "abc"])
def test_a_message_must_say_how_long_it_is(client: Client, shop: Connection, length: str) -> None:
    response = client.generic("POST", f"/in/shop/{shop.key}/orders", b"{}", CONTENT_LENGTH=length)
    assert response.status_code == 411


def test_an_unknown_key_is_not_found(client: Client, db: None) -> None:
    assert (
        client.post("/in/shop/con_unknown/orders", b"{}", content_type="application/json").status_code == 404
    )


def test_the_key_of_another_system_does_not_open_this_door(client: Client, opayo: Connection) -> None:
    assert post_order(client, opayo, order_message()).status_code == 404


def test_only_post_is_taken(client: Client, shop: Connection) -> None:
    response = client.get(f"/in/shop/{shop.key}/orders")
    assert (response.status_code, response["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "path", ["/in/", "/in/shop", "/in/shop/x", "/in/shop/x/orders/y", "/in/other/x/orders"]
)
def test_other_addresses_below_in_do_not_exist(client: Client, db: None, path: str) -> None:
    assert client.post(path, b"{}", content_type="application/json").status_code == 404


def test_when_nothing_can_be_kept_the_sender_is_asked_to_come_again(
    client: Client, shop: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> tuple[int, bool]:
        raise OperationalError("the database is gone")

    monkeypatch.setattr(shop_orders, "store_event", broken)
    response = post_order(client, shop, order_message())
    assert (response.status_code, response["Retry-After"]) == (503, "5")


def test_a_changed_signing_secret_counts_at_once(client: Client, shop: Connection) -> None:
    assert post_order(client, shop, order_message()).status_code == 202
    set_secret(shop, "signing_secret", "another")
    assert post_order(client, shop, order_message(), "msg_2").status_code == 401


def test_a_kept_order_costs_one_insert(
    client: Client, shop: Connection, django_assert_num_queries: Any
) -> None:
    post_order(client, shop, order_message())
    # The INSERT goes past Django's own counting; nothing else may touch the database.
    with django_assert_num_queries(0):
        assert post_order(client, shop, order_message(), "msg_2").status_code == 202
