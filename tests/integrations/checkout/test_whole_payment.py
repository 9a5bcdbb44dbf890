"""A payment from the shop's order to the notification, with every party behind its own socket."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from threading import Event as Signal

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from integrations.inbound import wakeup
from integrations.models import Connection, Event, Payment
from tests.integrations.messages import order_message, shop_headers
from tests.integrations.running_sandbox import DECLINED, VISA, SandboxInThread

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(live_server: LiveServer, settings: Settings) -> str:
    settings.SITE_URL = live_server.url
    return str(live_server.url)


@pytest.fixture
def wait_for_events(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Wait until so many events are on disk; each one stored is a signal."""
    stored = Signal()
    monkeypatch.setattr(wakeup, "on_event_stored", [lambda _: stored.set()])

    def wait(count: int) -> None:
        while Event.objects.count() < count:
            stored.clear()
            if Event.objects.count() < count:
                assert stored.wait(20), "nothing came in"

    return wait


def _order(site: str, shop: Connection) -> dict[str, str]:
    body = order_message(checkout={"return_url": "https://shop.example/1"})
    request = urllib.request.Request(  # noqa: S310 - our own test server
        f"{site}/in/shop/{shop.key}/orders", body, {"Content-Type": "application/json", **shop_headers(body)}
    )
    with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310 - our own test server
        return dict(json.loads(response.read()))


@pytest.mark.parametrize(("card", "status", "state"), [(VISA, "OK", 16), (DECLINED, "NOTAUTHED", 12)])
def test_opayo_accepts_our_answer_to_its_notification(
    site: str,
    shop: Connection,
    opayo: Connection,
    sandbox: SandboxInThread,
    wait_for_events: Callable[[int], None],
    card: str,
    status: str,
    state: int,
) -> None:
    page = _order(site, shop)
    assert sandbox.pay(page["next_url"], card) == status
    wait_for_events(2)
    event = Event.objects.get(source="opayo")
    assert event.authenticity == "verified"
    assert f"Status={status}".encode() in bytes(event.body)
    sandbox.answered(Payment.objects.get().vps_tx_id)
    assert sandbox.state_of(Payment.objects.get().vps_tx_id) == state
