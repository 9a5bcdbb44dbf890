from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from django.test import Client

from integrations.inbound.xero_webhook import is_authentic
from integrations.models import Connection, Event
from integrations.secrets import set_secret

KEY = "LR+QgKlbRciIPYpi65tTKLaZ3FzLLofCNEQWrRXqWXJeDFrfexzfVI9SmnVuCWDJ4jnjHB9ECtOyxZSofRxwWw=="
INTENT = b'{"events":[],"firstEventSequence": 0,"lastEventSequence": 0, "entropy": "LUWDSUDGSWNZVALZXBEV"}'
INTENT_SIGNATURE = "BjzNbYUfrzg4g8wxm+dKHaZVrKxr2m75E296fUbD1E4="
EVENTS = (
    b'{"events":[{"resourceId":"44aa0707-f718-4f1c-8d53-f2da9ca59533","eventType":"UPDATE"}],"entropy":"X"}'
)


@pytest.fixture(autouse=True)
def _webhook_key(xero: Connection) -> None:
    set_secret(xero, "webhook_key", KEY)


def _post(client: Client, xero: Connection, body: bytes, signature: str) -> tuple[int, bytes]:
    response = client.post(
        f"/in/xero/{xero.key}", body, content_type="application/json", headers={"x-xero-signature": signature}
    )
    assert not response.cookies
    return response.status_code, response.content


def _signature(body: bytes) -> str:
    return base64.b64encode(hmac.new(KEY.encode(), body, hashlib.sha256).digest()).decode()


def test_the_intent_to_receive_is_answered_with_an_empty_200(
    client: Client, xero: Connection, woken: list[int]
) -> None:
    assert _post(client, xero, INTENT, INTENT_SIGNATURE) == (200, b"")
    assert Event.objects.get().state == "ignored"
    assert woken == []


def test_a_wrongly_signed_intent_to_receive_is_answered_with_an_empty_401(
    client: Client, xero: Connection
) -> None:
    assert _post(client, xero, INTENT, "/" + INTENT_SIGNATURE[1:]) == (401, b"")
    assert not Event.objects.exists()
    xero.refresh_from_db()
    assert xero.refused_count == 1


def test_events_are_kept_as_they_came_and_the_pipeline_is_woken(
    client: Client, xero: Connection, woken: list[int]
) -> None:
    assert _post(client, xero, EVENTS, _signature(EVENTS)) == (200, b"")
    event = Event.objects.get()
    assert (event.source, event.kind, event.state) == ("xero", "webhook", "received")
    assert bytes(event.body) == EVENTS
    assert woken == [xero.pair_id]


def test_a_webhook_that_comes_again_is_kept_once(client: Client, xero: Connection) -> None:
    for _ in range(2):
        assert _post(client, xero, EVENTS, _signature(EVENTS)) == (200, b"")
    assert Event.objects.count() == 1


def test_truncated_json_with_a_right_signature_is_kept(client: Client, xero: Connection) -> None:
    assert _post(client, xero, EVENTS[:30], _signature(EVENTS[:30])) == (200, b"")
    assert Event.objects.get().state == "received"


def test_without_a_webhook_key_nothing_is_believed(client: Client, xero: Connection) -> None:
    set_secret(xero, "webhook_key", "")
    assert _post(client, xero, EVENTS, _signature(EVENTS)) == (401, b"")


def test_the_signature_covers_the_raw_body() -> None:
    assert is_authentic(KEY, INTENT, INTENT_SIGNATURE)
    assert not is_authentic(KEY, INTENT.replace(b" ", b""), INTENT_SIGNATURE)
    assert not is_authentic(KEY, INTENT, "é")
