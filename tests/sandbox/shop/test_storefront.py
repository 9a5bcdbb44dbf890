"""The shop as a customer clicks through it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest

from sandbox.credentials import SHOP_SIGNING_SECRET
from sandbox.kernel.wire import Reply, Request
from sandbox.shop.catalogue import PRODUCTS
from sandbox.shop.core.signature import signed_headers
from sandbox.shop.system import ShopSystem
from tests.sandbox.shop.builders import Shop, open_shop

FORM = {
    "first_name": "Zoë", "last_name": "O'Neill", "email": "Zoe@Example.com", "line1": "88 High Street",
    "city": "Leeds", "postcode": "412", "country": "GB", "currency": "GBP", "method": "server",
}  # fmt: skip


class Visitor:
    """Clicks, follows redirects within the shop, and keeps its cookie."""

    def __init__(self, shop: ShopSystem) -> None:
        self._shop = shop
        self._cookie = ""

    def get(self, path: str) -> Reply:
        return self._go("GET", path)

    def post(self, path: str, **form: str) -> Reply:
        return self._go("POST", path, urlencode(form).encode())

    def _go(self, method: str, path: str, body: bytes = b"") -> Reply:
        headers = {"accept": "text/html", "cookie": self._cookie}
        reply = self._shop.handle(Request(method, path.removeprefix("/shop"), {}, headers, body))
        if "set-cookie" in reply.headers:
            self._cookie = reply.headers["set-cookie"].split(";")[0]
        location = reply.headers.get("location", "")
        return self.get(location) if reply.status == 303 and location.startswith("/shop") else reply


@pytest.fixture
def shop() -> Shop:
    return open_shop()


@pytest.fixture
def visitor(shop: Shop) -> Visitor:
    return Visitor(shop.system)


class Labels(HTMLParser):
    """Collects the fields of a page, and what labels them."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.labelled: set[str] = set()
        self.fields: set[str] = set()
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "label" and given.get("for"):
            self.labelled.add(given["for"] or "")
        if tag in ("input", "select") and given.get("id"):
            self.fields.add(given["id"] or "")


def test_the_shelves_show_every_product(visitor: Visitor) -> None:
    page = visitor.get("/shop/").body.decode()
    assert all(f"/shop/products/{product.sku}" in page for product in PRODUCTS)


def test_a_product_has_a_page_of_its_own(visitor: Visitor) -> None:
    assert "Teapot" in visitor.get("/shop/products/POT-1").body.decode()
    assert visitor.get("/shop/products/NO-1").status == 404


def test_what_is_put_in_the_basket_adds_up(visitor: Visitor) -> None:
    visitor.post("/shop/basket", sku="POT-1")
    page = visitor.post("/shop/basket", sku="TEA-250", quantity="2").body.decode()
    assert "£24.99" in page
    assert "£12.90" in page
    assert "£41.84" in page


def test_a_quantity_is_changed_and_nothing_takes_the_product_out(visitor: Visitor) -> None:
    visitor.post("/shop/basket", sku="POT-1", quantity="3")
    assert "£24.99" in visitor.post("/shop/basket", sku="POT-1", quantity="1", how="set").body.decode()
    assert (
        "Nothing in it yet"
        in visitor.post("/shop/basket", sku="POT-1", quantity="0", how="set").body.decode()
    )


def test_two_visitors_have_two_baskets(shop: Shop, visitor: Visitor) -> None:
    visitor.post("/shop/basket", sku="POT-1")
    assert "Nothing in it yet" in Visitor(shop.system).get("/shop/basket").body.decode()


def test_an_empty_basket_cannot_be_paid(visitor: Visitor) -> None:
    assert "Nothing in it yet" in visitor.get("/shop/checkout").body.decode()


def test_every_field_of_the_checkout_has_a_label(visitor: Visitor) -> None:
    visitor.post("/shop/basket", sku="POT-1")
    found = Labels(visitor.get("/shop/checkout").body)
    assert found.fields
    assert found.fields <= found.labelled


def test_missing_details_are_asked_for_and_nothing_is_lost(shop: Shop, visitor: Visitor) -> None:
    visitor.post("/shop/basket", sku="POT-1")
    reply = visitor.post("/shop/checkout", **{**FORM, "email": " ", "city": ""})
    page = reply.body.decode()
    assert reply.status == 422
    assert "Please give an e-mail address." in page
    assert "Please give the town." in page
    assert 'value="Zoë"' in page
    assert shop.sent == []


def test_checking_out_leads_to_opayos_page_and_tells_the_bridge(shop: Shop, visitor: Visitor) -> None:
    visitor.post("/shop/basket", sku="POT-1")
    reply = visitor.post("/shop/checkout", **FORM)
    assert reply.headers["location"].endswith("/opayo/pay/TX-1")
    [message] = shop.messages()
    assert message["order"]["total"] == "28.94"
    assert message["order"]["customer"]["email"] == "zoe@example.com"
    assert "Nothing in it yet" in visitor.get("/shop/basket").body.decode()


def test_checking_out_through_the_bridge_waits_for_its_page(shop: Shop, visitor: Visitor) -> None:
    visitor.post("/shop/basket", sku="POT-1")
    waiting = visitor.post("/shop/checkout", **{**FORM, "method": "checkout"})
    assert b"Preparing your payment page" in waiting.body
    answer = b'{"next_url": "http://127.0.0.1/opayo/pay/9", "vendor_tx_code": "HF-10001-b"}'
    shop.system.replied(shop.sent[0].key, Reply(200, answer))
    assert visitor.get("/shop/orders/HF-10001/pay").headers["location"] == "http://127.0.0.1/opayo/pay/9"


def test_other_currencies_have_their_own_prices(shop: Shop, visitor: Visitor) -> None:
    visitor.post("/shop/basket", sku="POT-1")
    visitor.post("/shop/checkout", **{**FORM, "currency": "EUR"})
    assert shop.messages()[0]["order"]["currency"] == "EUR"
    assert shop.messages()[0]["order"]["total"] == "40.30"


def test_if_opayo_refuses_the_order_is_kept_and_can_be_paid_later(shop: Shop, visitor: Visitor) -> None:
    visitor.post("/shop/basket", sku="POT-1")
    shop.gateway.refusal = "4020 : <b>Information</b>"
    reply = visitor.post("/shop/checkout", **FORM)
    assert reply.status == 502
    assert b"&lt;b&gt;Information" in reply.body
    shop.gateway.refusal = ""
    again = visitor.post("/shop/orders/HF-10001/pay")
    assert again.headers["location"].endswith("/opayo/pay/TX-1")


def test_the_order_page_shows_what_was_ordered_and_escapes_it(shop: Shop, visitor: Visitor) -> None:
    visitor.post("/shop/basket", sku="POT-1")
    visitor.post("/shop/checkout", **{**FORM, "first_name": "<script>alert(1)</script>"})
    page = visitor.get("/shop/orders/HF-10001").body.decode()
    assert "Waiting for payment" in page
    assert "<script>" not in page
    assert "Teapot" in page


def test_an_open_attempt_is_gone_on_with_and_a_failed_one_is_followed_by_another(
    shop: Shop, visitor: Visitor
) -> None:
    visitor.post("/shop/basket", sku="POT-1")
    visitor.post("/shop/checkout", **FORM)
    assert "Go to the payment page" in visitor.get("/shop/orders/HF-10001").body.decode()
    assert visitor.get("/shop/orders/HF-10001/pay").headers["location"].endswith("/opayo/pay/TX-1")
    body = b'{"events": [{"id": "n1", "type": "payment.failed", "order_number": "HF-10001", "occurred_at": "now"}]}'
    headers = signed_headers(SHOP_SIGNING_SECRET, "msg_1", int(shop.world.clock.machine()), body)
    shop.system.handle(Request("POST", "/confirmations", {}, headers, body))
    assert "Pay again" in visitor.get("/shop/orders/HF-10001").body.decode()
    assert visitor.post("/shop/orders/HF-10001/pay").headers["location"].endswith("/opayo/pay/TX-2")


def test_a_cancelled_order_cannot_be_paid(shop: Shop, visitor: Visitor) -> None:
    visitor.post("/shop/basket", sku="POT-1")
    visitor.post("/shop/checkout", **FORM)
    assert "Cancelled" in visitor.post("/shop/orders/HF-10001/cancel").body.decode()
    visitor.post("/shop/orders/HF-10001/pay")
    assert [message["type"] for message in shop.messages()] == ["order.created", "order.cancelled"]


def test_all_orders_are_listed_newest_first(visitor: Visitor) -> None:
    for _ in range(2):
        visitor.post("/shop/basket", sku="POT-1")
        visitor.post("/shop/checkout", **FORM)
    found = re.findall(r"HF-\d+</a>", visitor.get("/shop/orders").body.decode())
    assert found == ["HF-10002</a>", "HF-10001</a>"]


@pytest.mark.parametrize("path", ["/shop/nowhere", "/shop/orders/HF-1", "/shop/orders/HF-1/pay"])
def test_what_is_not_there_is_said_so(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status == 404


@pytest.mark.parametrize("sku", ["NO-1", ""])
def test_an_unknown_product_cannot_be_bought(visitor: Visitor, sku: str) -> None:
    assert "Nothing in it yet" in visitor.post("/shop/basket", sku=sku).body.decode()


def test_a_garbled_cookie_is_a_new_visitor(shop: Shop) -> None:
    request = Request("GET", "/", {}, {"cookie": 'harbour-finch-basket=\x00;;;="', "accept": "text/html"})
    assert shop.system.handle(request).status == 200
