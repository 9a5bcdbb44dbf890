"""Access tokens: kept, renewed under one lock per token set, and never lost (Xero OAuth 2.0, token refresh).

A refresh gives a new refresh token too. The new pair is stored before it is used. Xero takes the previous refresh
token for another 30 minutes in case its answer was lost; we keep it as long and try it once when Xero refuses the
newest.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from integrations.core.failures import ConfigurationFailure, Failure, OutcomeUnknown, TransientFailure
from integrations.models import Connection, XeroGrant
from integrations.secrets import decrypt, encrypt
from integrations.xero.calls import record_auth_call
from integrations.xero.core.dialects import read_error_body
from integrations.xero.core.scopes import wanted
from integrations.xero.core.wire import loads
from integrations.xero.http import Answer, send

GRACE: Final = timedelta(minutes=30)
REFRESH_DAYS: Final = 60
"""Days after which an unused refresh token dies."""
# A token this close to its end may run out on the way.
_MARGIN: Final = timedelta(seconds=60)
_GONE: Final = frozenset({"invalid_grant"})
_WRONG_APP: Final = frozenset({"invalid_client", "unauthorized_client"})


@dataclass(frozen=True, slots=True)
class Token:
    """An access token in plain text and when it ends."""

    value: str
    expires_at: datetime

    def lasts(self, now: datetime) -> bool:
        return self.expires_at - _MARGIN > now

    def __repr__(self) -> str:
        return f"Token(expires_at={self.expires_at:%Y-%m-%dT%H:%M:%SZ})"


def stored_token(grant: XeroGrant) -> Token | None:
    """The grant's access token if it still lasts."""
    if grant.is_dead or not grant.access_token or grant.expires_at is None:
        return None
    token = Token(decrypt(grant.access_token), grant.expires_at)
    return token if token.lasts(timezone.now()) else None


def fresh_token(grant_id: int, *, rejected: str = "") -> Token:
    """A working access token, renewed if need be; `rejected` is one that Xero just refused.

    Whoever comes while another process renews waits for its result and uses it. Raises ConfigurationFailure
    (`xero_disconnected`) when Xero has withdrawn the consent, TransientFailure when it cannot be asked.
    """
    with transaction.atomic(durable=True):
        # The row lock is the one lock per token set; the failure is raised only once its mark is committed.
        grant = XeroGrant.objects.select_for_update().filter(pk=grant_id).first()
        if grant is None:
            raise TransientFailure("The connection to Xero was renewed at this moment.", 1.0)
        token = stored_token(grant)
        if token is not None and token.value != rejected:
            return token
        result: Token | Failure = disconnected(grant) if grant.is_dead else _renew(grant)
    if isinstance(result, Failure):
        raise result
    return result


def keep_tokens(grant: XeroGrant, tokens: Mapping[str, Any]) -> Token:
    """Store what the token endpoint answered, keeping the refresh token before it for the grace."""
    now = timezone.now()
    refresh = str(tokens.get("refresh_token") or "")
    if refresh:
        grant.previous_refresh_token = grant.refresh_token
        grant.refresh_token = encrypt(refresh)
    grant.access_token = encrypt(str(tokens["access_token"]))
    grant.expires_at = now + timedelta(seconds=int(tokens.get("expires_in") or 1800))
    scope = tokens.get("scope")
    if scope:
        grant.scopes = scope.split() if isinstance(scope, str) else list(scope)
    grant.refreshed_at = now
    grant.is_dead = False
    grant.save()
    return Token(str(tokens["access_token"]), grant.expires_at)


def ask_for_tokens(grant: XeroGrant, form: Mapping[str, str]) -> Answer:
    """One request to the token endpoint, as the app of the grant; logged for each of its connections' pairs."""
    began, clock = timezone.now(), time.monotonic()
    answer: Answer | None = None
    try:
        answer = send(
            "POST",
            f"{settings.XERO_IDENTITY_URL}/connect/token",
            body=urlencode(form),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            auth=(grant.client_id, decrypt(grant.client_secret)),
        )
    finally:
        taken = round((time.monotonic() - clock) * 1000)
        record_auth_call(grant, "POST", "/connect/token", began, taken, answer)
    return answer


def read_tokens(answer: Answer) -> Mapping[str, Any]:
    """The tokens of a good answer. Raises OutcomeUnknown when it is cut short, TransientFailure when Xero is down."""
    if answer.status >= 500 or answer.status == 429:
        raise TransientFailure("Xero's sign-in service does not work at the moment.", _seconds(answer))
    try:
        tokens = loads(answer.body)
    except ValueError:
        raise OutcomeUnknown("Xero's answer with new tokens was cut short.") from None
    if not isinstance(tokens, dict) or not tokens.get("access_token"):
        raise OutcomeUnknown("Xero's answer holds no token.")
    return tokens


def custom_connection_form() -> dict[str, str]:
    """How a custom connection asks for its token (client credentials; there is no refresh token)."""
    return {"grant_type": "client_credentials", "scope": " ".join(wanted(custom=True))}


def disconnected(grant: XeroGrant) -> ConfigurationFailure:
    """Xero no longer lets us in: one problem per token set, whichever call met it first."""
    served = grant.connections.order_by("pk") if grant.pk else ()
    names = ", ".join(connection.config.get("organisation") or str(connection) for connection in served)
    return ConfigurationFailure(
        "xero_disconnected",
        names,
        f"Xero no longer lets Tillbridge work for {names or 'the organisation'}.",
        "Reconnect Xero on the Connections page. Everything waiting goes out by itself afterwards.",
    )


def _renew(grant: XeroGrant) -> Token | Failure:
    """New tokens for a locked grant; failures are returned, so that what was marked is committed."""
    if grant.kind == XeroGrant.Kind.CUSTOM:
        return _exchange(grant, custom_connection_form())
    result: Token | Failure = disconnected(grant)
    for refresh in _refresh_tokens(grant, timezone.now()):
        result = _exchange(grant, {"grant_type": "refresh_token", "refresh_token": decrypt(refresh)})
        if not isinstance(result, ConfigurationFailure):
            return result
    if isinstance(result, ConfigurationFailure) and result.code == "xero_disconnected":
        grant.is_dead = True
        grant.save(update_fields=["is_dead"])
        _mark_broken(grant, result)
    return result


def _refresh_tokens(grant: XeroGrant, now: datetime) -> list[str]:
    """The newest, then within the grace the one before it."""
    tokens = [grant.refresh_token] if grant.refresh_token else []
    in_grace = grant.refreshed_at is not None and now - grant.refreshed_at < GRACE
    if grant.previous_refresh_token and in_grace:
        tokens.append(grant.previous_refresh_token)
    return tokens


def _exchange(grant: XeroGrant, form: Mapping[str, str]) -> Token | Failure:
    """One exchange; a lost answer is asked for once more, with the same token, which the grace allows."""
    result = _exchange_once(grant, form)
    return _exchange_once(grant, form) if isinstance(result, OutcomeUnknown) else result


def _exchange_once(grant: XeroGrant, form: Mapping[str, str]) -> Token | Failure:
    try:
        answer = ask_for_tokens(grant, form)
        return refusal_of(grant, answer) or keep_tokens(grant, read_tokens(answer))
    except TransientFailure as failure:
        return failure


def refusal_of(grant: XeroGrant, answer: Answer) -> ConfigurationFailure | None:
    """Why the token endpoint gives no tokens, when a person must act; None otherwise."""
    if answer.status not in (400, 401, 403):
        return None
    error = read_error_body(answer.body)
    if error.code in _GONE:
        return disconnected(grant)
    if error.code in _WRONG_APP:
        return ConfigurationFailure(
            "xero_app_refused",
            grant.client_id,
            "Xero does not accept the client id and secret of your Xero app.",
            "Compare them with the app's configuration at developer.xero.com and connect again.",
        )
    return ConfigurationFailure(
        "xero_app_refused",
        grant.client_id,
        f"Xero's sign-in service gave no tokens ({answer.status}): {error.text}",
        "Test the connection on the Connections page; if it says the same again, reconnect Xero.",
    )


def _mark_broken(grant: XeroGrant, failure: Failure) -> None:
    Connection.objects.filter(grant=grant).exclude(status=Connection.Status.OFF).update(
        status=Connection.Status.BROKEN, last_bad_at=timezone.now(), last_error=failure.message
    )


def _seconds(answer: Answer) -> float | None:
    told = answer.header("Retry-After")
    return float(told) if told.isdigit() else None
