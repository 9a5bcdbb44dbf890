"""One HTTP call to an outside system: kept alive, timed, logged, and its failure named."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

import requests
from django.conf import settings
from django.utils import timezone
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import ConnectTimeout, RequestException, Timeout
from urllib3.exceptions import MaxRetryError, NewConnectionError

from integrations.core.failures import Failure, OutcomeUnknown, TransientFailure
from integrations.core.pci import mask_text
from integrations.models import ApiCall, Connection

_POOL = 8
_FRESH = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it is sent and logged. `path` goes to the log: nothing secret in it."""

    method: str
    url: str
    path: str
    purpose: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    auth: AuthBase | None = None
    rows: int = 0
    is_write: bool = True
    """Whether it changes anything there: then a broken-off call may have been done."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; ask headers in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after(self) -> float | None:
        """Seconds of `Retry-After`; None when it is absent or a date."""
        given = self.headers.get("Retry-After", "")
        return float(given) if given.isascii() and given.isdigit() else None


class NoAuth(AuthBase):
    """Nothing at all: without an auth of ours, a `.netrc` on the machine would be used."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def send(connection: Connection, call: Call, name: str) -> Answer:
    """Make one attempt, without redirects or repeats, and log it; `name` is what people call the system.

    Raises TransientFailure when it was certainly not done (unreachable, 429, a failed read) and OutcomeUnknown when
    a write may have been (broken off, cut short, 5xx). Any other answer is returned.
    """
    began, clock = timezone.now(), time.monotonic()
    result: Answer | Failure = OutcomeUnknown("The call was broken off.")
    answer: Answer | None = None
    try:
        answer = _attempt(call, name)
        result = _failure_of(answer, call, name) or answer
    except Failure as raised:
        result = raised
    finally:
        failure = result if isinstance(result, Failure) else None
        _log(connection, call, _Timing(began, time.monotonic() - clock), answer, failure)
        _note_health(connection, answer, failure)
    if isinstance(result, Failure):
        raise result
    return result


@dataclass(frozen=True, slots=True)
class _Timing:
    began: datetime
    seconds: float


def _attempt(call: Call, name: str) -> Answer:
    try:
        response = _session(os.getpid()).request(
            call.method,
            call.url,
            data=call.body,
            headers=dict(call.headers),
            auth=call.auth or NoAuth(),
            timeout=settings.HTTP_TIMEOUT_SECONDS,
            allow_redirects=False,
        )
    except RequestException as error:
        raise _broken(error, call, name) from error
    return Answer(response.status_code, response.headers, response.content)


def _broken(error: RequestException, call: Call, name: str) -> TransientFailure:
    if isinstance(error, ConnectTimeout) or _never_connected(error):
        return TransientFailure(f"{name} cannot be reached.")
    words = (
        f"{name} did not answer in time."
        if isinstance(error, Timeout)
        else f"The connection to {name} broke."
    )
    return OutcomeUnknown(words) if call.is_write else TransientFailure(words)


def _never_connected(error: RequestException) -> bool:
    reason = error.args[0] if isinstance(error, NoConnection) and error.args else None
    cause = reason.reason if isinstance(reason, MaxRetryError) else reason
    return isinstance(cause, NewConnectionError)


def _failure_of(answer: Answer, call: Call, name: str) -> Failure | None:
    if answer.status == 429:
        return TransientFailure(f"{name} asks to be called less often.", answer.retry_after)
    if answer.status < 500:
        return None
    words = f"{name} had an error of its own ({answer.status})."
    if call.is_write and answer.status != 503:
        return OutcomeUnknown(words, answer.retry_after)
    return TransientFailure(words, answer.retry_after)


def _log(
    connection: Connection, call: Call, timing: _Timing, answer: Answer | None, failure: Failure | None
) -> None:
    ApiCall.objects.create(
        pair_id=connection.pair_id,
        connection_id=connection.pk,
        system=connection.system,
        purpose=call.purpose,
        method=call.method,
        path=call.path[:255],
        started_at=timing.began,
        milliseconds=round(timing.seconds * 1000),
        status_code=answer.status if answer is not None else None,
        outcome=_outcome(answer, failure),
        rows=call.rows,
        error=mask_text(failure.message) if failure is not None else "",
    )


def _note_health(connection: Connection, answer: Answer | None, failure: Failure | None) -> None:
    """When the system last answered, and what went wrong since; for people, so a minute's precision will do."""
    now = timezone.now()
    if failure is not None:
        changes = {"last_bad_at": now, "last_error": mask_text(failure.message)}
        Connection.objects.filter(pk=connection.pk).update(**changes)
    elif answer is not None and answer.status < 400:
        known = connection.last_good_at
        if known is None or now - known > _FRESH:
            connection.last_good_at = now
            Connection.objects.filter(pk=connection.pk).update(last_good_at=now)


def _outcome(answer: Answer | None, failure: Failure | None) -> str:
    if isinstance(failure, OutcomeUnknown):
        return "unknown"
    if answer is None or answer.status >= 500:
        return "failed"
    if answer.status == 429:
        return "limited"
    return "refused" if answer.status >= 400 else "ok"


@lru_cache(maxsize=1)
def _session(process: int) -> requests.Session:
    """The session of this process; a forked child makes its own."""
    session = requests.Session()
    adapter = HTTPAdapter(pool_connections=_POOL, pool_maxsize=_POOL, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
