"""The way in: `/in/…` is served here, before sessions, cookies and everything else a page needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import structlog
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from integrations.clock import business_now
from integrations.core.failures import Failure
from integrations.inbound.connections import find_sender
from integrations.inbound.database import on_live_connection
from integrations.inbound.messages import Answer, Message, refused
from integrations.inbound.opayo_notify import receive_notification
from integrations.inbound.shop_orders import receive_order
from integrations.inbound.xero_webhook import receive_webhook

if TYPE_CHECKING:
    from wsgiref.types import InputStream, StartResponse, WSGIApplication, WSGIEnvironment

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


class InboundApplication:
    """WSGI: answers inbound messages itself and hands every other request on.

    In front of Django, because what Django does around a request costs more than the answer.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not environ.get("PATH_INFO", "").startswith(PREFIX):
            return self._application(environ, start_response)
        answer = answer_inbound(environ)
        headers = [
            ("Content-Type", answer.content_type),
            ("Content-Length", str(len(answer.body))),
            *answer.headers.items(),
        ]
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
        return [answer.body]


class InboundFastPath:
    """Middleware that does the same where `InboundApplication` is not in front: under another server, and in tests."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return self._get_response(request)
        return respond(request)


def respond(request: HttpRequest) -> HttpResponse:
    """The response to any request below `/in/`."""
    answer = answer_inbound(request.META)
    response = HttpResponse(answer.body, answer.content_type, answer.status)
    response["Content-Length"] = str(len(answer.body))
    for name, value in answer.headers.items():
        response[name] = value
    return response


class _BodyRefusedError(Exception):
    """The body is not read, or not wholly there; `answer` says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def answer_inbound(environ: Mapping[str, Any]) -> Answer:
    """The answer to any request below `/in/`, given its WSGI environment."""
    system, key, action = _address(environ["PATH_INFO"])
    door = _DOORS.get((system, action))
    if door is None:
        return refused(404, "There is nothing at this address.")
    if environ["REQUEST_METHOD"] != "POST":
        return refused(405, "Messages are sent here with POST.", {"Allow": "POST"})
    try:
        return _received(system, key, door, environ)
    except _BodyRefusedError as refusal:
        return refusal.answer
    except (DatabaseError, Failure) as error:
        # Not kept, so not accepted: the sender sends it again.
        _log.error("inbound.not_kept", system=system, error=str(error), kind=type(error).__name__)
        return refused(503, "The message could not be kept. Send it again.", _RETRY)


def _address(path: str) -> tuple[str, str, str]:
    parts = path.removeprefix(PREFIX).removesuffix("/").split("/")
    return (parts[0], parts[1], "/".join(parts[2:])) if len(parts) > 1 else ("", "", "")


def _received(system: str, key: str, door: _Door, environ: Mapping[str, Any]) -> Answer:
    body = _read_body(environ, door.most_bytes)
    sender = on_live_connection(lambda: find_sender(system, key))
    if sender is None:
        return refused(404, "There is no connection at this address: copy it again from Connections.")
    return door.receive(Message(sender, body, environ, business_now()))


def _read_body(environ: Mapping[str, Any], most: int) -> bytes:
    """The body, if it is as long as it says and not too long. Never holds more than `most` bytes."""
    announced = environ.get("CONTENT_LENGTH") or ""
    if not (announced.isascii() and announced.isdigit()):
        raise _BodyRefusedError(refused(411, "The message must say how long it is (Content-Length)."))
    length, stream = int(announced), environ["wsgi.input"]
    if length > most:
        _drain(stream, length)
        raise _BodyRefusedError(refused(413, f"The message is longer than {most} bytes."))
    try:
        body = _read_exactly(stream, length)
    except OSError as error:
        raise _BodyRefusedError(
            refused(400, "The connection broke before the whole message was here.")
        ) from error
    if len(body) < length:
        raise _BodyRefusedError(refused(400, "The message ended before the length it had announced."))
    return body


def _read_exactly(stream: InputStream, length: int) -> bytes:
    body = stream.read(length)
    while len(body) < length:
        more = stream.read(length - len(body))
        if not more:
            break
        body += more
    return body


def _drain(stream: InputStream, length: int) -> None:
    """Read a body that is too long and throw it away, in bounds, so that the sender gets to see the refusal."""
    left = min(length, _MOST_DRAINED)
    try:
        while left > 0 and (chunk := stream.read(min(left, _CHUNK))):
            left -= len(chunk)
    except OSError:
        return
