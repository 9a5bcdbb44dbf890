"""Telling a chat through its incoming webhook."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from integrations.chat.client import ChatClient
from integrations.core.failures import ConfigurationFailure, TransientFailure
from integrations.models import ApiCall, Connection, Pair
from integrations.pairs.services import connect_chat
from integrations.secrets import set_secret
from tests.factories import PairFactory


class Hook(BaseHTTPRequestHandler):
    """An incoming webhook on loopback, answering what the test asks for."""

    status = 200
    headers_back: dict[str, str] = {}
    received: list[tuple[str, str, bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Hook.received.append((self.path, str(self.headers["Content-Type"]), body))
        self.send_response(Hook.status)
        for name, value in Hook.headers_back.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_request(self, *_: object, **__: object) -> None:
        """Quiet."""


@pytest.fixture
def hook() -> Iterator[str]:
    Hook.status, Hook.headers_back, Hook.received = 200, {}, []
    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/services/T1/B2/secret"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def chat(db: None, hook: str) -> Connection:
    pair: Pair = PairFactory()
    return connect_chat(pair, name="finance", hook_url=hook)


def test_a_message_is_posted_as_json_text(chat: Connection) -> None:
    ChatClient(chat).say("Order HF-1 über £38.34 waits")
    ((path, content_type, body),) = Hook.received
    assert (path, content_type) == ("/services/T1/B2/secret", "application/json")
    assert json.loads(body) == {"text": "Order HF-1 über £38.34 waits"}


def test_the_secret_address_is_not_in_the_log_of_calls(chat: Connection) -> None:
    ChatClient(chat).say("x")
    call = ApiCall.objects.get()
    assert (call.system, call.path, call.outcome) == ("chat", "/", "ok")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_chat_that_is_busy_is_tried_again(chat: Connection, status: int) -> None:
    Hook.status, Hook.headers_back = status, {"Retry-After": "7"}
    with pytest.raises(TransientFailure):
        ChatClient(chat).say("x")


@pytest.mark.parametrize("status", [302, 400, 403, 404, 410])
def test_a_webhook_that_is_gone_is_a_thing_to_set_right(chat: Connection, status: int) -> None:
    Hook.status = status
    with pytest.raises(ConfigurationFailure, match="was refused"):
        ChatClient(chat).say("x")


def test_an_address_that_is_none_is_a_thing_to_set_right(chat: Connection) -> None:
    set_secret(chat, "hook_url", "finance channel")
    with pytest.raises(ConfigurationFailure, match="is not a web address"):
        ChatClient(chat).test()
    assert Hook.received == []


def test_testing_says_hello(chat: Connection) -> None:
    assert ChatClient(chat).test() == "The chat takes our messages."
    assert "connected" in json.loads(Hook.received[0][2])["text"]
