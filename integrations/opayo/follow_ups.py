"""Doing something with a transaction that Opayo has: by Pi, or by the requests that Server and Direct share.

Server's own payments are known by their SecurityKey, and are followed up the way they were made. What was made by Pi, or
is known from a report only, is followed up by Pi where the connection has its key and password.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from requests.auth import HTTPBasicAuth

from integrations.calls import Call, send
from integrations.core.failures import ConfigurationFailure, OutcomeUnknown, PermanentFailure
from integrations.models import Connection, Secret
from integrations.opayo import settings
from integrations.opayo.client import OpayoClient
from integrations.opayo.core.follow_ups import Done, FollowUp, Original
from integrations.opayo.core.pi_requests import pi_body, pi_path, read_pi_answer
from integrations.opayo.core.protocol import encode, parse_reply
from integrations.opayo.core.shared_requests import read_shared_reply, shared_fields, shared_path
from integrations.secrets import get_secret

_PURPOSE: Final = "instructions"


def follow_up(connection: Connection, asked: FollowUp) -> Done:
    """Ask Opayo once; what it has done.

    Raises PermanentFailure (RefusedByOpayo, VendorTxCodeUsed), ConfigurationFailure and TransientFailure when it was certainly not done,
    OutcomeUnknown when it may have been.
    """
    if _is_ready_for_shared(asked):
        return _by_shared(connection, asked)
    if _has_pi(connection):
        return _by_pi(connection, asked)
    return _by_shared(connection, replace(asked, original=_completed(connection, asked.original)))


def _is_ready_for_shared(asked: FollowUp) -> bool:
    needs_auth_no = asked.kind not in ("cancel", "authorise")
    return bool(asked.original.security_key and (asked.original.tx_auth_no or not needs_auth_no))


def _has_pi(connection: Connection) -> bool:
    names = (settings.INTEGRATION_KEY, settings.INTEGRATION_PASSWORD)
    return Secret.objects.filter(connection_id=connection.pk, name__in=names).count() == len(names)


def _completed(connection: Connection, original: Original) -> Original:
    """The original with the SecurityKey and TxAuthNo that Opayo's report names."""
    told = OpayoClient(connection).transaction_detail(vps_tx_id=original.vps_tx_id)
    if told is None:
        raise PermanentFailure("Opayo's reports do not know this payment.")
    if not told.security_key:
        raise ConfigurationFailure(
            "opayo_security_key_unknown",
            "Opayo",
            "Opayo's reports do not tell the security key of this payment, without which it takes no instruction.",
            "Enter the integration key and password of Opayo Pi under Connections.",
        )
    return replace(original, security_key=told.security_key, tx_auth_no=told.auth_no or original.tx_auth_no)


def _by_shared(connection: Connection, asked: FollowUp) -> Done:
    protocol = str(connection.config.get(settings.PROTOCOL) or "4.00")
    fields = shared_fields(asked, settings.setting(connection, settings.VENDOR), protocol)
    path = shared_path(asked)
    call = Call(
        method="POST",
        url=settings.base_url(connection) + path,
        path=path,
        purpose=_PURPOSE,
        body=encode(fields),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        rows=1,
    )
    answer = send(connection, call, "Opayo")
    if answer.status != 200:
        raise PermanentFailure(f"Opayo refused the request with HTTP {answer.status}.")
    return read_shared_reply(parse_reply(answer.body), asked)


def _by_pi(connection: Connection, asked: FollowUp) -> Done:
    path = pi_path(asked)
    call = Call(
        method="POST",
        url=settings.base_url(connection) + path,
        path=path,
        purpose=_PURPOSE,
        body=json.dumps(pi_body(asked)).encode(),
        headers={"Content-Type": "application/json"},
        auth=HTTPBasicAuth(
            get_secret(connection, settings.INTEGRATION_KEY),
            get_secret(connection, settings.INTEGRATION_PASSWORD),
        ),
        rows=1,
    )
    answer = send(connection, call, "Opayo")
    return read_pi_answer(answer.status, _document(answer.body), asked)


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body, parse_float=Decimal)
    except ValueError as error:
        raise OutcomeUnknown("Opayo's answer was cut short.") from error
    if not isinstance(document, dict):
        raise OutcomeUnknown("Opayo's answer is not the object it should be.")
    return document
