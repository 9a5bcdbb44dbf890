"""Refunds the shop asks the bridge for."""

from __future__ import annotations

import pytest

from sandbox.kernel.wire import Reply, Request
from sandbox.kernel.wire_json import encode
from sandbox.shop.core.signature import signed_headers
from tests.sandbox.shop.builders import ORDERS_URL, Shop, ada, basket, open_shop


@pytest.fixture
def shop() -> Shop:
    """One order of 16.85 GBP, told to the bridge."""
    shop = open_shop()
    number = shop.system.desk.place(ada(), basket())["number"]
    shop.system.desk.announce(number)
    return shop


def told(shop: Shop, kind: str, refund_id: str, **fields: str) -> None:
    event = {"id": f"ntc {kind}", "type": kind, "order_number": "HF-10001", "refund_id": refund_id, **fields}
    body = encode({"events": [event]})
    secret = shop.system.desk.signing_secret()
    headers = signed_headers(secret, "m1", int(shop.world.clock.machine()), body)
    assert shop.system.handle(Request("POST", "/confirmations", headers=headers, body=body)).status == 204


def test_a_request_goes_signed_to_where_orders_go(shop: Shop) -> None:
    lines = [{"sku": "SKU", "quantity": "1"}]
    asked = shop.system.desk.ask_refund(order_number="HF-10001", amount="12.9", reason="Broken", lines=lines)
    call, message = shop.sent[-1], shop.messages()[-1]
    assert (call.url, call.headers["webhook-id"]) == (ORDERS_URL, call.key)
    assert (message["type"], message["shop"]) == ("refund.requested", "harbour-finch")
    assert message["refund"] == {
        "id": asked["id"], "order_number": "HF-10001", "amount": "12.90", "currency": "GBP", "reason": "Broken",
        "requested_at": asked["asked_at"].strftime("%Y-%m-%dT%H:%M:%SZ"), "lines": lines,
    }  # fmt: skip


def test_an_order_the_shop_never_had_is_not_refunded(shop: Shop) -> None:
    with pytest.raises(LookupError, match="no order HF-9"):
        shop.system.desk.ask_refund(order_number="HF-9", amount="1.00")


def test_a_request_is_sent_again_until_it_is_answered_for_good(shop: Shop) -> None:
    shop.system.desk.ask_refund(order_number="HF-10001", amount="1.00")
    key = shop.sent[-1].key
    shop.system.replied(key, Reply(503))
    shop.system.failed(key, "dropped")
    assert [call.key for call in shop.sent[-3:]] == [key] * 3
    shop.system.replied(key, Reply(202))
    assert shop.system.desk.refunds.all()[0]["state"] == "accepted"
    shop.system.failed(key, "late")
    assert shop.sent[-1].key == key
    assert len(shop.sent) == 4


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_a_request_refused_for_good_is_given_up(shop: Shop, status: int) -> None:
    shop.system.desk.ask_refund(order_number="HF-10001", amount="1.00")
    body = encode({"error": {"message": "no such order"}})
    shop.system.replied(shop.sent[-1].key, Reply(status, body))
    (row,) = shop.system.desk.refunds.all()
    assert (row["state"], row["problem"]) == ("rejected", f"HTTP {status}: no such order")
    assert shop.system.desk.webhooks.waiting == 1


def test_an_order_refused_for_good_is_sent_again_all_the_same(shop: Shop) -> None:
    shop.system.replied(shop.sent[0].key, Reply(400))
    assert shop.system.desk.webhooks.waiting == 1
    assert len(shop.sent) == 2


def test_what_the_bridge_tells_of_a_refund_is_kept_with_it(shop: Shop) -> None:
    asked = shop.system.desk.ask_refund(order_number="HF-10001", amount="1.00")
    other = shop.system.desk.ask_refund(order_number="HF-10001", amount="99.00")
    told(shop, "refund.confirmed", asked["id"], vendor_tx_code="HF-10001-1-R")
    told(shop, "refund.refused", other["id"], reason="More than is left")
    first, second = shop.system.desk.refunds.all()
    assert (first["confirmed"], first["refused"], first["vendor_tx_code"]) == (1, 0, "HF-10001-1-R")
    assert (second["confirmed"], second["refused"]) == (0, 1)
    assert shop.system.truth()["orders"][0]["status"] == "refunded"
