"""Connecting a Xero organisation: consent by authorisation code with PKCE, or a custom connection (Xero OAuth 2.0)."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.urls import reverse
from oauthlib.oauth2 import OAuth2Error, WebApplicationClient
from requests.auth import HTTPBasicAuth
from requests.exceptions import RequestException
from requests_oauthlib import OAuth2Session

from integrations.core.failures import ConfigurationFailure, Failure, TransientFailure
from integrations.models import XeroGrant
from integrations.secrets import decrypt, encrypt
from integrations.xero.core.scopes import wanted
from integrations.xero.core.wire import loads
from integrations.xero.http import Answer, Bearer, send
from integrations.xero.tokens import (
    ask_for_tokens,
    custom_connection_form,
    fresh_token,
    keep_tokens,
    read_tokens,
    refusal_of,
)

_VERIFIER_LENGTH: Final = 96


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent under way, kept in the person's session; the client secret only as ciphertext."""

    pair_slug: str
    client_id: str
    client_secret: str
    state: str
    verifier: str

    def as_session(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation a consent covers; `id` is that of Xero's connection, which disconnecting takes."""

    id: str
    tenant_id: str
    name: str


def begin(pair_slug: str, client_id: str, client_secret: str) -> tuple[str, Consent]:
    """Where to send the person, and what to remember until they come back."""
    _accept_plain_http_on_this_machine()
    verifier = WebApplicationClient(client_id).create_code_verifier(_VERIFIER_LENGTH)
    challenge = WebApplicationClient(client_id).create_code_challenge(verifier, "S256")
    consent = Consent(pair_slug, client_id, encrypt(client_secret), secrets.token_urlsafe(32), verifier)
    session = OAuth2Session(client_id, redirect_uri=redirect_uri(), scope=list(wanted()), state=consent.state)
    address, _ = session.authorization_url(
        f"{settings.XERO_LOGIN_URL}/identity/connect/authorize",
        code_challenge=challenge,
        code_challenge_method="S256",
    )
    return str(address), consent


def redirect_uri() -> str:
    """Where Xero sends people back to; must be entered in the Xero app, byte for byte the same."""
    return settings.SITE_URL + reverse("xero-callback")


def complete(consent: Consent, answer: Mapping[str, str]) -> XeroGrant:
    """The token set of a consent, from the query Xero sent the person back with.

    Raises ConfigurationFailure when the person or Xero refused, or when `state` is not ours; TransientFailure when
    Xero cannot be asked.
    """
    if not secrets.compare_digest(answer.get("state", ""), consent.state):
        raise _refused("the answer does not belong to this attempt")
    if answer.get("error"):
        raise _refused(answer.get("error_description") or _WORDS.get(answer["error"], answer["error"]))
    tokens = _exchange_code(consent, answer.get("code", ""))
    grant = XeroGrant(client_id=consent.client_id, client_secret=consent.client_secret)
    keep_tokens(grant, tokens)
    return grant


def connect_custom(client_id: str, client_secret: str) -> XeroGrant:
    """The token set of a custom connection, whose one organisation was chosen in Xero.

    Raises ConfigurationFailure when Xero does not accept id and secret, TransientFailure when it cannot be asked.
    """
    grant = XeroGrant(kind=XeroGrant.Kind.CUSTOM, client_id=client_id, client_secret=encrypt(client_secret))
    answer = ask_for_tokens(grant, custom_connection_form())
    refusal = refusal_of(grant, answer)
    if refusal is not None:
        raise refusal
    keep_tokens(grant, read_tokens(answer))
    return grant


def organisations(grant: XeroGrant) -> list[Organisation]:
    """The organisations a token set reaches (GET /connections). Raises a Failure when Xero does not tell."""
    answer = _identity_call(grant, "GET", "/connections")
    if answer.status != 200:
        raise TransientFailure(f"Xero did not list its organisations ({answer.status}).")
    try:
        listed = loads(answer.body)
    except ValueError:
        raise TransientFailure("Xero's list of organisations was cut short.") from None
    return [_organisation(item) for item in listed if item.get("tenantType") == "ORGANISATION"]


def withdraw(grant: XeroGrant, tenant_id: str) -> None:
    """End the connection of one organisation at Xero (DELETE /connections/{id}); already ended is fine."""
    for organisation in organisations(grant):
        if organisation.tenant_id == tenant_id:
            answer = _identity_call(grant, "DELETE", f"/connections/{organisation.id}")
            if answer.status not in (204, 404):
                raise TransientFailure(f"Xero did not end the connection ({answer.status}).")


def revoke(grant: XeroGrant) -> None:
    """Give the refresh token back, and with it every connection of this consent."""
    if not grant.refresh_token:
        return
    answer = send(
        "POST",
        f"{settings.XERO_IDENTITY_URL}/connect/revocation",
        body=urlencode({"token": decrypt(grant.refresh_token)}),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        auth=(grant.client_id, decrypt(grant.client_secret)),
    )
    if answer.status != 200:
        raise TransientFailure(f"Xero did not take back the consent ({answer.status}).")


_WORDS: Final = {"access_denied": "access was declined in Xero"}


def _exchange_code(consent: Consent, code: str) -> Mapping[str, Any]:
    _accept_plain_http_on_this_machine()
    # A session without scopes: Xero answers with all scopes ever consented to, which is no mistake.
    session = OAuth2Session(consent.client_id, redirect_uri=redirect_uri())
    secret = decrypt(consent.client_secret)
    try:
        tokens: Mapping[str, Any] = session.fetch_token(
            f"{settings.XERO_IDENTITY_URL}/connect/token",
            code=code,
            code_verifier=consent.verifier,
            auth=HTTPBasicAuth(consent.client_id, secret) if secret else None,
            include_client_id=not secret,
            timeout=settings.HTTP_TIMEOUT_SECONDS,
        )
    except OAuth2Error as error:
        raise _refused(error.description or error.error or "Xero refused the code") from error
    except RequestException as error:
        raise TransientFailure("Xero's sign-in service cannot be reached. Try again.") from error
    finally:
        session.close()
    return tokens


def _refused(reason: str) -> Failure:
    return ConfigurationFailure(
        "xero_not_connected",
        "",
        f"Xero was not connected: {reason}.",
        "Start again from the Connections page; check the client id, the secret and the redirect URI of your Xero app.",
    )


def _identity_call(grant: XeroGrant, method: str, path: str) -> Answer:
    """A call with the token set alone, no organisation; a refused token is renewed once."""
    token = fresh_token(grant.pk)
    answer = send(method, settings.XERO_API_URL + path, auth=Bearer(token.value))
    if answer.status == 401:
        token = fresh_token(grant.pk, rejected=token.value)
        answer = send(method, settings.XERO_API_URL + path, auth=Bearer(token.value))
    return answer


def _organisation(item: Mapping[str, Any]) -> Organisation:
    return Organisation(str(item["id"]), str(item["tenantId"]), str(item.get("tenantName") or ""))


def _accept_plain_http_on_this_machine() -> None:
    """oauthlib insists on https; the sandbox on this machine has none."""
    hosts = {urlsplit(url).hostname for url in (settings.XERO_LOGIN_URL, settings.XERO_IDENTITY_URL)}
    if hosts <= {"127.0.0.1", "localhost"}:
        os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
