"""The way in: `/in/…` is served here, before sessions, cookies and everything else a page needs.

First in MIDDLEWARE, so that a webhook costs little more than its one INSERT.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from types import MappingProxyType
from typing import Final

import structlog
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.utils import timezone

from integrations.core.failures import Failure
from integrations.inbound.connections import find_sender
from integrations.inbound.messages import Answer, Message, refused
from integrations.inbound.opayo_notify import receive_notification
from integrations.inbound.shop_orders import receive_order
from integrations.inbound.xero_webhook import receive_webhook

PREFIX: Final = "/in/"
_MEGABYTE: Final = 1024 * 1024
_CHUNK: Final = 64 * 1024
_MOST_DRAINED: Final = 16 * _MEGABYTE
_RETRY: Final = MappingProxyType({"Retry-After": "5"})
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Door:
    """Who answers at an address, and how much it reads."""

    receive: Callable[[Message], Answer]
    most_bytes: int


_DOORS: Final[Mapping[tuple[str, str], _Door]] = MappingProxyType(
    {
        ("shop", "orders"): _Door(receive_order, 2 * _MEGABYTE),
        ("opayo", "notify"): _Door(receive_notification, _MEGABYTE // 8),
        ("xero", ""): _Door(receive_webhook, 2 * _MEGABYTE),
    }
)


class InboundFastPath:
    """Middleware: answers inbound messages itself and lets every other request pass."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return self._get_response(request)
        return respond(request)


def respond(request: HttpRequest) -> HttpResponse:
    """The response to any request below `/in/`."""
    answer = _answer(request)
    response = HttpResponse(answer.body, answer.content_type, answer.status)
    for name, value in answer.headers.items():
        response[name] = value
    return response


class _BodyRefusedError(Exception):
    """The body is not read, or not wholly there; `answer` says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def _answer(request: HttpRequest) -> Answer:
    system, key, action = _address(request.path_info)
    door = _DOORS.get((system, action))
    if door is None:
        return refused(404, "There is nothing at this address.")
    if request.method != "POST":
        return refused(405, "Messages are sent here with POST.", {"Allow": "POST"})
    try:
        body = _read_body(request, door.most_bytes)
        return _received(system, key, door, body, request)
    except _BodyRefusedError as refusal:
        return refusal.answer
    except (DatabaseError, Failure) as error:
        # Not kept, so not accepted: the sender sends it again.
        _log.error("inbound.not_kept", system=system, error=str(error), kind=type(error).__name__)
        return refused(503, "The message could not be kept. Send it again.", _RETRY)


def _address(path: str) -> tuple[str, str, str]:
    parts = path.removeprefix(PREFIX).removesuffix("/").split("/")
    return (parts[0], parts[1], "/".join(parts[2:])) if len(parts) > 1 else ("", "", "")


def _received(system: str, key: str, door: _Door, body: bytes, request: HttpRequest) -> Answer:
    sender = find_sender(system, key)
    if sender is None:
        return refused(404, "There is no connection at this address: copy it again from Connections.")
    # Aware UTC whatever TIME_ZONE says.
    return door.receive(Message(sender, body, request.META, timezone.now().astimezone(UTC)))


def _read_body(request: HttpRequest, most: int) -> bytes:
    """The body, if it is as long as it says and not too long. Never holds more than `most` bytes."""
    announced = request.META.get("CONTENT_LENGTH") or ""
    if not (announced.isascii() and announced.isdigit()):
        raise _BodyRefusedError(refused(411, "The message must say how long it is (Content-Length)."))
    length = int(announced)
    if length > most:
        _drain(request, length)
        raise _BodyRefusedError(refused(413, f"The message is longer than {most} bytes."))
    try:
        body = _read_exactly(request, length)
    except UnreadablePostError as error:
        raise _BodyRefusedError(
            refused(400, "The connection broke before the whole message was here.")
        ) from error
    if len(body) < length:
        raise _BodyRefusedError(refused(400, "The message ended before the length it had announced."))
    return body


def _read_exactly(request: HttpRequest, length: int) -> bytes:
    body: bytes = request.read(length)
    while len(body) < length:
        more = request.read(length - len(body))
        if not more:
            break
        body += more
    return body


def _drain(request: HttpRequest, length: int) -> None:
    """Read a body that is too long and throw it away, in bounds, so that the sender gets to see the refusal."""
    left = min(length, _MOST_DRAINED)
    try:
        while left > 0 and (chunk := request.read(min(left, _CHUNK))):
            left -= len(chunk)
    except UnreadablePostError:
        return
