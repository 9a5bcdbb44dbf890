"""Calls to Opayo's Reporting & Admin API."""

from __future__ import annotations

from collections.abc import Sequence

from integrations.calls import Call, send
from integrations.core.failures import ConfigurationFailure, Failure, PermanentFailure, TransientFailure
from integrations.models import Connection
from integrations.opayo import settings
from integrations.opayo.core.reporting_xml import (
    CODES_ACCESS,
    CODES_BUSY,
    CODES_NOT_FOUND,
    Credentials,
    ReportingReply,
    UnreadableReplyError,
    command,
    parse_reply,
)
from integrations.secrets import get_secret

_PATH = "/access/access.htm"
_BUSY_SECONDS = 60.0


def ask(
    connection: Connection, name: str, parameters: Sequence[tuple[str, str]] = (), *, purpose: str = "sweep"
) -> ReportingReply | None:
    """Send one command; None when Opayo has nothing to tell (unknown transaction, empty period).

    Raises TransientFailure (throttled, unreachable, cut short), ConfigurationFailure (user, password or rights)
    and PermanentFailure (a command Opayo does not take).
    """
    call = Call(
        method="POST",
        url=settings.base_url(connection) + _PATH,
        path=f"{_PATH} {name}",
        purpose=purpose,
        body=command(_credentials(connection), name, parameters),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        is_write=False,
    )
    answer = send(connection, call, "Opayo")
    if answer.status != 200:
        raise PermanentFailure(f"Opayo's Reporting API answered HTTP {answer.status}.")
    try:
        reply = parse_reply(answer.body)
    except UnreadableReplyError as error:
        raise TransientFailure(str(error)) from error
    return _read(reply)


def _read(reply: ReportingReply) -> ReportingReply | None:
    if reply.is_success:
        return reply
    if reply.code in CODES_NOT_FOUND:
        return None
    raise _failure(reply)


def _failure(reply: ReportingReply) -> Failure:
    if reply.code in CODES_ACCESS:
        return ConfigurationFailure(
            "opayo_reporting_refused",
            "Opayo Reporting",
            reply.words,
            "Check the Reporting user and its password under Connections, and its rights in MyOpayo.",
        )
    if reply.code in CODES_BUSY:
        return TransientFailure(reply.words, _BUSY_SECONDS)
    return PermanentFailure(reply.words)


def _credentials(connection: Connection) -> Credentials:
    return Credentials(
        vendor=settings.setting(connection, settings.VENDOR),
        user=settings.setting(connection, settings.REPORTING_USER),
        password=get_secret(connection, settings.REPORTING_PASSWORD),
    )
