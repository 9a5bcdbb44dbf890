"""The order desk, its webhooks and the confirmations it hears."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.credentials import SHOP_SIGNING_SECRET
from sandbox.kernel.store import Store
from sandbox.kernel.wire import Reply, Request
from sandbox.shop.core.signature import problem_with, signed_headers
from sandbox.shop.gateway import PaymentRefused
from sandbox.shop.webhooks import LONGEST_DELAY, retry_delay
from tests.sandbox.shop.builders import NOTIFICATION_URL, ORDERS_URL, Shop, ada, basket, open_shop


def placed(shop: Shop) -> str:
    number: str = shop.system.desk.place(ada(), basket())["number"]
    return number


def confirm(shop: Shop, *events: dict[str, Any], at: float | None = None) -> Reply:
    body = json.dumps({"events": events}).encode()
    now = int(shop.world.clock.machine() if at is None else at)
    headers = signed_headers(SHOP_SIGNING_SECRET, "msg_c", now, body)
    return shop.system.handle(Request("POST", "/confirmations", headers=headers, body=body))


def event(number: str, kind: str = "payment.confirmed", name: str = "ntc_1") -> dict[str, Any]:
    return {
        "id": name,
        "type": kind,
        "order_number": number,
        "amount": {"amount": "16.85", "currency": "GBP"},
    }


def test_orders_are_numbered_one_after_another() -> None:
    shop = open_shop()
    assert [placed(shop), placed(shop)] == ["HF-10001", "HF-10002"]


def test_a_registered_order_is_announced_with_its_security_key() -> None:
    shop = open_shop()
    number = placed(shop)
    shop.system.desk.register(number)
    shop.system.desk.announce(number)
    [message] = shop.messages()
    assert message["order"]["payment"] == {
        "method": "opayo_server", "vendor_tx_code": f"{number}-1", "security_key": "KEY1",
    }  # fmt: skip
    fields = shop.gateway.registered[0]
    assert (fields["NotificationURL"], fields["Amount"], fields["Currency"]) == (
        NOTIFICATION_URL,
        "16.85",
        "GBP",
    )


def test_a_webhook_goes_to_the_bridge_with_a_good_signature() -> None:
    shop = open_shop()
    shop.system.desk.announce(placed(shop))
    [outgoing] = shop.sent
    assert (outgoing.url, outgoing.route) == (ORDERS_URL, "shop.orders")
    now = shop.world.clock.machine()
    assert problem_with(SHOP_SIGNING_SECRET, outgoing.headers, outgoing.body, now) == ""


def test_an_american_address_has_its_state() -> None:
    shop = open_shop()
    number = shop.system.desk.place(ada("US", "OR"), basket())["number"]
    shop.system.desk.register(number)
    assert shop.gateway.registered[0]["BillingState"] == "OR"


def test_a_refused_registration_is_told_in_opayos_words() -> None:
    shop = open_shop()
    shop.gateway.refusal = "3049 : The NotificationURL format is invalid."
    with pytest.raises(PaymentRefused, match="NotificationURL format"):
        shop.system.desk.register(placed(shop))


def test_a_code_that_the_bridge_used_without_a_word_is_passed_over() -> None:
    shop = open_shop()
    number = placed(shop)
    shop.gateway.used = {f"{number}-1", f"{number}-2"}
    row = shop.system.desk.register(number)
    assert row["vendor_tx_code"] == f"{number}-3"


def test_a_checkout_by_the_bridge_gives_the_payment_page() -> None:
    shop = open_shop()
    number = placed(shop)
    heard: list[tuple[str, str]] = []
    shop.system.desk.on_payment_page = lambda order, attempt: heard.append((order, attempt["next_url"]))
    shop.system.desk.announce(number, checkout=True)
    assert shop.messages()[0]["order"]["checkout"]["return_url"].endswith(f"/shop/orders/{number}")
    answer = {"event": "evt_1", "next_url": "http://x/pay/1", "vendor_tx_code": "HF-10001-b"}
    shop.system.replied(shop.sent[0].key, Reply(200, json.dumps(answer).encode()))
    assert heard == [(number, "http://x/pay/1")]
    row = shop.system.desk.get(number)
    assert row is not None
    assert row["accepted"]
    assert row["attempts"][0]["vendor_tx_code"] == "HF-10001-b"


def test_a_further_attempt_is_announced_under_a_code_of_its_own() -> None:
    shop = open_shop()
    number = placed(shop)
    for _ in range(2):
        shop.system.desk.register(number)
    shop.system.desk.announce_attempt(number)
    assert shop.messages()[0]["type"] == "payment.started"
    assert shop.messages()[0]["order"]["payment"]["vendor_tx_code"] == f"{number}-2"


def test_a_cancelled_order_is_told_once() -> None:
    shop = open_shop()
    number = placed(shop)
    shop.system.desk.cancel(number)
    shop.system.desk.cancel(number)
    assert [message["type"] for message in shop.messages()] == ["order.cancelled"]


def test_whatever_is_not_2xx_is_tried_again_later_under_the_same_id() -> None:
    shop = open_shop()
    shop.system.desk.announce(placed(shop))
    shop.system.replied(shop.sent[0].key, Reply(503, b"", {"retry-after": "7"}))
    shop.system.failed(shop.sent[0].key, "no answer")
    first, second, third = shop.sent
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == third.headers["webhook-id"]
    now = shop.world.clock.machine()
    assert 6 < second.not_before - now <= 7
    assert 0 < third.not_before - now <= 1
    assert problem_with(SHOP_SIGNING_SECRET, second.headers, second.body, second.not_before) == ""


def test_an_accepted_webhook_is_not_sent_again() -> None:
    shop = open_shop()
    shop.system.desk.announce(placed(shop))
    for _ in range(2):
        shop.system.replied(shop.sent[0].key, Reply(202, b"{}"))
    shop.system.failed(shop.sent[0].key, "late news of the first try")
    assert (len(shop.sent), shop.system.desk.webhooks.waiting) == (1, 0)


def test_delays_double_up_to_the_longest() -> None:
    delays = [retry_delay(attempts) for attempts in range(1, 40)]
    assert delays[:4] == [0.5, 1.0, 2.0, 4.0]
    assert delays == sorted(delays)
    assert delays[-1] == retry_delay(1, "99999") == LONGEST_DELAY


def test_orders_taken_before_the_shop_is_connected_are_sent_once_it_is() -> None:
    shop = open_shop(connected=False)
    shop.system.desk.announce(placed(shop))
    assert shop.sent == []
    shop.system.desk.connect(orders_url=ORDERS_URL)
    assert [outgoing.url for outgoing in shop.sent] == [ORDERS_URL]


def test_the_shop_knows_no_other_settings() -> None:
    with pytest.raises(ValueError, match="no setting colour"):
        open_shop().system.desk.connect(colour="blue")


def test_everything_is_still_known_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    store = Store(path)
    shop = open_shop(store)
    number = placed(shop)
    shop.system.desk.announce(number)
    confirm(shop, event(number))
    before = shop.system.truth()
    store.close()
    store = Store(path)
    again = open_shop(store, connected=False)
    assert again.system.truth() == before
    again.system.tick()
    assert [outgoing.key for outgoing in again.sent] == [shop.sent[0].key]
    store.close()


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        ([], "waiting"),
        (["payment.failed"], "failed"),
        (["payment.failed", "payment.confirmed"], "paid"),
        (["payment.confirmed", "payment.reversed"], "reversed"),
    ],
)
def test_an_orders_status_is_what_was_confirmed(kinds: list[str], status: str) -> None:
    shop = open_shop()
    number = placed(shop)
    for place, kind in enumerate(kinds):
        assert confirm(shop, event(number, kind, f"ntc_{place}")).status == 204
    row = shop.system.desk.get(number)
    assert row is not None
    assert shop.system.desk.status(row) == status


def test_a_repeated_confirmation_is_kept_once_and_counted() -> None:
    shop = open_shop()
    number = placed(shop)
    for _ in range(3):
        confirm(shop, event(number))
    [kept] = shop.system.desk.confirmations.all()
    assert kept["received"] == 3


def test_a_badly_signed_or_old_confirmation_is_refused() -> None:
    shop = open_shop()
    assert confirm(shop, event("HF-1"), at=shop.world.clock.machine() - 600).status == 401
    assert shop.system.handle(Request("POST", "/confirmations", body=b"{}")).status == 401
    assert shop.system.desk.confirmations.all() == []


@pytest.mark.parametrize("events", [[], [{"id": 1}], [event("HF-1")] * 101])
def test_confirmations_that_are_not_as_agreed_are_refused(events: list[dict[str, Any]]) -> None:
    assert confirm(open_shop(), *events).status == 400


def test_confirmations_cannot_be_fetched() -> None:
    assert open_shop().system.handle(Request("GET", "/confirmations")).status == 405
