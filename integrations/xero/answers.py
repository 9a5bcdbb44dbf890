"""What an answer of Xero's API host means: a value, or one of our failures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from integrations.core.failures import (
    ConfigurationFailure,
    Failure,
    OutcomeUnknown,
    PermanentFailure,
    TransientFailure,
)
from integrations.models import Connection
from integrations.xero.budget import Limited
from integrations.xero.core.dialects import ErrorBody, read_error_body, says_closed
from integrations.xero.core.scopes import in_words, missing
from integrations.xero.core.wire import loads
from integrations.xero.http import Answer
from integrations.xero.tokens import disconnected

_VALUES: Final = frozenset({200, 201, 204, 400, 404})
# Xero names no time for five-at-once; it eases within a second or so.
_CONCURRENT_PAUSE: Final = 1.0
_MINUTE_PAUSE: Final = 10.0
_DAY_PAUSE: Final = 3_600.0
_CLOSED_PAUSE: Final = 60.0


@dataclass(frozen=True, slots=True)
class XeroReply:
    """A reply whose meaning is in its body: 200, 204, 400 (validation) or 404 (no such document; empty body)."""

    status: int
    body: dict[str, Any]


def read_answer(answer: Answer, connection: Connection, *, is_write: bool) -> XeroReply | Failure:
    """The value, or the failure the answer stands for."""
    if answer.status in _VALUES:
        return _value(answer, is_write=is_write)
    error = read_error_body(answer.body)
    if answer.status == 429:
        pause = limited_by(answer).seconds or _CONCURRENT_PAUSE
        return TransientFailure("Xero asked for a pause: too many calls.", pause)
    if answer.status >= 500 and answer.status != 501:
        return _server_failure(answer, error, is_write=is_write)
    if answer.status in (401, 403):
        return _unauthorised(error, connection)
    return PermanentFailure(f"Xero does not take this call ({answer.status}): {error.text}")


def refuses_token(answer: Answer) -> bool:
    """401 for the token itself, not for what it covers; such a call was not executed."""
    return answer.status == 401 and read_error_body(answer.body).code != "AuthorizationUnsuccessful"


def limited_by(answer: Answer) -> Limited:
    """Which limit a 429 names, and for how long no call may go out; 0 for five-at-once."""
    limit = answer.header("X-Rate-Limit-Problem").lower() or "minute"
    if limit == "concurrent":
        return Limited(limit, 0.0)
    usual = _DAY_PAUSE if limit == "day" else _MINUTE_PAUSE
    return Limited(limit, retry_after(answer) or usual)


def retry_after(answer: Answer) -> float | None:
    """Seconds, where the answer names them."""
    told = answer.header("Retry-After")
    return float(told) if told.isdigit() else None


def not_connected(connection: Connection) -> ConfigurationFailure:
    """The connection has no consent at all."""
    return ConfigurationFailure(
        "xero_disconnected",
        str(connection),
        f"{connection} is not connected to Xero.",
        "Connect Xero on the Connections page. Everything waiting goes out by itself afterwards.",
    )


def _value(answer: Answer, *, is_write: bool) -> XeroReply | Failure:
    if answer.status in (204, 404):
        return XeroReply(answer.status, {})
    try:
        body = loads(answer.body)
    except ValueError:
        body = None
    if isinstance(body, dict):
        return XeroReply(200 if answer.status == 201 else answer.status, body)
    if answer.status == 400:
        return XeroReply(400, {"Message": read_error_body(answer.body).text})
    failure = OutcomeUnknown if is_write else TransientFailure
    return failure("Xero's answer was cut short or is not readable.")


def _server_failure(answer: Answer, error: ErrorBody, *, is_write: bool) -> Failure:
    seconds = retry_after(answer)
    if answer.status == 503 and says_closed(error.text):
        return TransientFailure("Xero is closed for maintenance.", seconds or _CLOSED_PAUSE)
    if not is_write:
        return TransientFailure(f"Xero failed ({answer.status}).", seconds)
    return OutcomeUnknown(f"Xero failed ({answer.status}) and may or may not have done the work.", seconds)


def _unauthorised(error: ErrorBody, connection: Connection) -> Failure:
    if error.code == "AuthorizationUnsuccessful":
        return _scope_missing(connection)
    if error.code == "TokenExpired":
        # The token was renewed just before: the clocks disagree, or Xero changes its keys. It passes.
        return TransientFailure("Xero takes our new access token for an old one.", _MINUTE_PAUSE)
    grant = connection.grant
    return disconnected(grant) if grant is not None else not_connected(connection)


def _scope_missing(connection: Connection) -> ConfigurationFailure:
    grant = connection.grant
    lacking = missing(grant.scopes, custom=grant.kind == grant.Kind.CUSTOM) if grant else ()
    what = in_words(lacking) or "what this call needs"
    return ConfigurationFailure(
        "xero_scope_missing",
        " ".join(lacking)[:120],
        f"The consent given to Tillbridge in Xero does not cover {what}.",
        "Reconnect Xero on the Connections page and allow everything it asks for.",
    )
