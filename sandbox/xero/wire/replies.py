"""Replies of the API host: envelopes, refusals, and the several error dialects of Xero."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sandbox.kernel.wire import Reply
from sandbox.xero.core import messages
from sandbox.xero.wire import json_out, xml
from sandbox.xero.wire.dates import ms_bare

ZERO_GUID = "00000000-0000-0000-0000-000000000000"
NOT_FOUND = Reply(
    404, b"The resource you're looking for cannot be found", {"Content-Type": "text/html; charset=utf-8"}
)
NO_CONTENT = Reply(204)
API_HEADERS = {
    "Cache-Control": "max-age=0, no-cache, no-store",
    "Pragma": "no-cache",
    "Server": "Kestrel",
}


def api_reply(status: int, value: dict[str, Any], *, as_json: bool) -> Reply:
    """A reply in the form the client accepts: XML unless it asked for JSON."""
    if as_json:
        return Reply(status, json_out.dumps(value), {"Content-Type": json_out.CONTENT_TYPE})
    return Reply(status, xml.dumps(value), {"Content-Type": xml.CONTENT_TYPE})


def envelope(app: str, at: datetime, correlation: str) -> dict[str, Any]:
    """What stands before the collection in every good reply."""
    return {"Id": correlation, "Status": "OK", "ProviderName": app, "DateTimeUTC": ms_bare(at)}


def new_guid() -> str:
    return str(uuid.uuid4())


def failure(number: int, kind: str, message: str, *, status: int = 400, as_json: bool = True) -> Reply:
    """`ErrorNumber`, `Type`, `Message`, without elements."""
    value = {"ErrorNumber": number, "Type": kind, "Message": message}
    return api_reply(status, value, as_json=as_json)


def validation(elements: list[dict[str, Any]], *, as_json: bool) -> Reply:
    """A refused batch: nothing of it was saved."""
    value = {
        "ErrorNumber": 10,
        "Type": "ValidationException",
        "Message": messages.VALIDATION,
        "Elements": elements,
    }
    return api_reply(400, value, as_json=as_json)


def problem(status: int, title: str, detail: str) -> Reply:
    """The envelope of 401 and 403 on the API host."""
    value: dict[str, Any] = {
        "Type": None,
        "Title": title,
        "Status": status,
        "Detail": detail,
        "Instance": new_guid(),
        "Extensions": {},
    }
    return Reply(status, json_out.compact(value), {"Content-Type": "application/json"})


def unauthorized(detail: str) -> Reply:
    return problem(401, "Unauthorized", detail)


def forbidden() -> Reply:
    return problem(403, "Forbidden", "AuthenticationUnsuccessful")


def too_many(limit: str, retry_after: int | None) -> Reply:
    """429: which limit, and for some of them when to come back."""
    headers = {"X-Rate-Limit-Problem": limit, "Content-Type": "text/plain; charset=utf-8"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return Reply(429, b"Rate limit exceeded", headers)


def with_headers(reply: Reply, extra: Mapping[str, str]) -> Reply:
    return replace(reply, headers={**reply.headers, **extra})
