"""HTTP to Xero: one keep-alive session per process, and what a broken call may have done."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import ConnectTimeout, RequestException, Timeout
from urllib3.exceptions import MaxRetryError, NewConnectionError

from integrations.core.failures import OutcomeUnknown, TransientFailure

_POOL = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer. Header names are those of the wire; ask with any case through `header`."""

    status: int
    headers: requests.structures.CaseInsensitiveDict[str]
    body: bytes

    def header(self, name: str) -> str:
        return self.headers.get(name) or ""


class Bearer(AuthBase):
    """Our token and nothing else: without this, a `.netrc` on the machine would replace it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def send(
    method: str,
    url: str,
    *,
    body: str | bytes | None = None,
    params: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    auth: AuthBase | tuple[str, str] | None = None,
) -> Answer:
    """One attempt, nothing repeated, nothing redirected.

    Raises TransientFailure when the request certainly did not arrive, OutcomeUnknown when it may have.
    """
    data = body.encode() if isinstance(body, str) else body
    try:
        response = session().request(
            method,
            url,
            data=data,
            params=params,
            headers=headers,
            auth=auth,
            timeout=settings.HTTP_TIMEOUT_SECONDS,
            allow_redirects=False,
        )
    except RequestException as error:
        raise broken(error) from error
    return Answer(response.status_code, response.headers, response.content)


def broken(error: RequestException) -> TransientFailure:
    """What a broken call is: never sent, or possibly done."""
    if isinstance(error, ConnectTimeout) or _never_connected(error):
        return TransientFailure("Xero cannot be reached.")
    if isinstance(error, Timeout):
        return OutcomeUnknown("Xero did not answer in time.")
    return OutcomeUnknown("The connection to Xero broke before the whole answer was here.")


def session() -> requests.Session:
    """The session of this process; a forked child makes its own."""
    return _session(os.getpid())


@lru_cache(maxsize=1)
def _session(process: int) -> requests.Session:
    made = requests.Session()
    adapter = HTTPAdapter(pool_connections=4, pool_maxsize=_POOL, max_retries=0)
    made.mount("https://", adapter)
    made.mount("http://", adapter)
    made.headers.update({"Accept": "application/json", "User-Agent": "Tillbridge"})
    return made


def _never_connected(error: RequestException) -> bool:
    cause = error.args[0] if isinstance(error, NoConnection) and error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
