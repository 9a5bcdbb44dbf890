"""Calls to Opayo Pi, the REST interface: reading a transaction, and a session key to test the credentials."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from requests.auth import HTTPBasicAuth

from integrations.calls import Answer, Call, send
from integrations.core.failures import ConfigurationFailure, PermanentFailure, TransientFailure
from integrations.models import Connection
from integrations.opayo import settings
from integrations.secrets import get_secret

_API = "/api/v1"


def read_transaction(connection: Connection, transaction_id: str) -> dict[str, Any] | None:
    """GET /transactions/{id}: Opayo's object with exact numbers; None when there is no such transaction.

    Amounts in it are whole minor units (Opayo Pi, Transactions).
    """
    path = f"{_API}/transactions/{quote(transaction_id, safe='')}"
    answer = _send(connection, "GET", path)
    return None if answer.status == 404 else _document(answer)


def new_session_key(connection: Connection) -> dict[str, Any]:
    """POST /merchant-session-keys: works only with the right vendor, key and password."""
    body = json.dumps({"vendorName": settings.setting(connection, settings.VENDOR)}).encode()
    return _document(_send(connection, "POST", f"{_API}/merchant-session-keys", body))


def _send(connection: Connection, method: str, path: str, body: bytes | None = None) -> Answer:
    auth = HTTPBasicAuth(
        get_secret(connection, settings.INTEGRATION_KEY),
        get_secret(connection, settings.INTEGRATION_PASSWORD),
    )
    call = Call(
        method=method,
        url=settings.base_url(connection) + path,
        path=path,
        purpose="lookups",
        body=body,
        headers={"Content-Type": "application/json"} if body is not None else {},
        auth=auth,
        # A session key that nobody uses changes nothing.
        is_write=False,
    )
    return send(connection, call, "Opayo")


def _document(answer: Answer) -> dict[str, Any]:
    if answer.status in (401, 403):
        raise ConfigurationFailure(
            "opayo_credentials_refused",
            "Opayo Pi",
            "Opayo does not accept the integration key and password.",
            "Enter them again under Connections: making new ones in MyOpayo ends the old ones at once.",
        )
    if answer.status >= 400:
        raise PermanentFailure(f"Opayo refused the request with HTTP {answer.status}.")
    try:
        document = json.loads(answer.body, parse_float=Decimal)
    except ValueError as error:
        raise TransientFailure("Opayo's answer was cut short.") from error
    if not isinstance(document, dict):
        raise TransientFailure("Opayo's answer is not the object it should be.")
    return document
