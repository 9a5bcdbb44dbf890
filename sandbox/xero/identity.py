"""login.xero.com and identity.xero.com: consent page, token endpoint, revocation, connections."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply, Request
from sandbox.xero import ui
from sandbox.xero.apps import APPS, App
from sandbox.xero.core import scopes
from sandbox.xero.switches import Choices
from sandbox.xero.tokens import Consent, TokenError, Tokens
from sandbox.xero.wire import json_out, replies
from sandbox.xero.wire.dates import connection_stamp

CUSTOM_SCOPES = tuple(sorted(scopes.GRANULAR - {"openid", "profile", "email", "offline_access"}))
_JSON = {"Content-Type": "application/json; charset=UTF-8", "Cache-Control": "no-store", "Pragma": "no-cache"}
_LOCAL_HOSTS = frozenset({"localhost"})


class BadAuthorization(Exception):
    """An authorise address that cannot be answered by a redirect: `error` and what a person is told."""

    def __init__(self, error: str, detail: str) -> None:
        super().__init__(detail)
        self.error = error
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Asked:
    """What an app asks of a person."""

    app: App
    redirect_uri: str
    scopes: list[str]
    state: str | None
    challenge: str | None


class Identity:
    """Answers the calls of the OAuth half over the tokens; `organisations` are the rows a person may choose."""

    def __init__(self, tokens: Tokens, choices: Choices, organisations: dict[str, Row]) -> None:
        self._tokens = tokens
        self._choices = choices
        self._organisations = organisations

    # -- authorise

    def authorize(self, request: Request) -> Reply:
        """GET shows the consent page, POST is a person's answer."""
        try:
            asked = self._asked(dict(request.query))
        except BadAuthorization as error:
            return self._refuse(request, error)
        if request.method == "POST":
            return self._answered(asked, _form(request.body))
        return ui.consent(**self._consent_page(asked))

    def _asked(self, query: dict[str, str]) -> Asked:
        """The request as a person may answer it; raise BadAuthorization otherwise."""
        app = APPS.get(query.get("client_id", ""))
        if app is None or app.tenant is not None:
            raise BadAuthorization("unauthorized_client", "Unknown client or client not enabled")
        redirect_uri = query.get("redirect_uri", "")
        if not self._redirect_allowed(app, redirect_uri):
            raise BadAuthorization("unauthorized_client", "Invalid redirect_uri")
        if query.get("response_type") != "code":
            raise BadAuthorization("unsupported_response_type", "response_type must be code")
        asked_scopes = query.get("scope", "").split()
        if not asked_scopes or scopes.refused(asked_scopes):
            raise BadAuthorization("invalid_scope", "Invalid scope for client")
        return Asked(app, redirect_uri, asked_scopes, query.get("state"), _challenge(app, query))

    def _redirect_allowed(self, app: App, redirect_uri: str) -> bool:
        if app.redirect_uris:
            return redirect_uri in app.redirect_uris
        parts = urlsplit(redirect_uri)
        hosts = _LOCAL_HOSTS | {"127.0.0.1"} if self._choices("redirect_127") else _LOCAL_HOSTS
        if parts.scheme == "http":
            return parts.hostname in hosts
        return parts.scheme == "https" and bool(parts.hostname)

    def _refuse(self, request: Request, error: BadAuthorization) -> Reply:
        redirect_uri = request.query.get("redirect_uri", "")
        if error.error == "invalid_scope" and self._choices("invalid_scope") == "redirect":
            return _redirect(redirect_uri, {"error": "invalid_scope"}, request.query.get("state"))
        return ui.refused(error.error, error.detail)

    def _consent_page(self, asked: Asked) -> dict[str, Any]:
        choices = [
            {
                "id": tenant,
                "name": row["Name"],
                "connected": self._tokens.connected(asked.app.client_id, tenant),
            }
            for tenant, row in self._organisations.items()
        ]
        return {"app": asked.app, "organisations": choices, "scopes": asked.scopes}

    def _answered(self, asked: Asked, form: dict[str, list[str]]) -> Reply:
        chosen = [tenant for tenant in form.get("tenant", []) if tenant in self._organisations]
        if form.get("answer") != ["allow"]:
            detail = {"error": "access_denied", "error_description": "The user cancelled the request"}
            return _redirect(asked.redirect_uri, detail, asked.state)
        if not chosen:
            page = self._consent_page(asked)
            return ui.consent(problem="Choose at least one organisation.", **page)
        consent = self._tokens.allow(asked.app.client_id, asked.scopes, chosen)
        code = self._tokens.new_code(consent, asked.redirect_uri, asked.challenge)
        answer = {"code": code, "scope": " ".join(asked.scopes), "session_state": secrets.token_urlsafe(24)}
        return _redirect(asked.redirect_uri, answer, asked.state)

    def grant_code(self, query: dict[str, str], tenants: list[str]) -> str:
        """The code a person's consent would give; raise BadAuthorization where there would be no page to click."""
        asked = self._asked(query)
        consent = self._tokens.allow(asked.app.client_id, asked.scopes, tenants)
        return self._tokens.new_code(consent, asked.redirect_uri, asked.challenge)

    # -- tokens

    def token(self, request: Request) -> Reply:
        """POST /connect/token for the three grants Xero has."""
        form = {name: values[0] for name, values in _form(request.body).items()}
        try:
            app = _client(request, form)
            reply = self._granted(app, form)
        except TokenError as error:
            return self._token_error(error)
        return Reply(200, json_out.compact(reply), _JSON)

    def _granted(self, app: App, form: dict[str, str]) -> dict[str, Any]:
        grant = form.get("grant_type")
        if grant == "client_credentials":
            return self._custom(app, form)
        if app.tenant is not None or grant not in {"authorization_code", "refresh_token"}:
            raise TokenError("unauthorized_client" if app.tenant else "unsupported_grant_type")
        if grant == "refresh_token":
            mint = self._choices("concurrent_refresh") == "mint"
            return self._tokens.refresh(_required(form, "refresh_token"), app.client_id, mint=mint)
        code, redirect_uri = _required(form, "code"), _required(form, "redirect_uri")
        consent = self._tokens.redeem(code, app.client_id, redirect_uri, form.get("code_verifier"))
        return self._tokens.issue(consent)

    def _custom(self, app: App, form: dict[str, str]) -> dict[str, Any]:
        """A custom connection's token: one organisation, no person, no refresh."""
        if app.tenant is None:
            raise TokenError("unauthorized_client")
        asked = form.get("scope", "").split() or list(CUSTOM_SCOPES)
        if scopes.refused(asked):
            raise TokenError("invalid_scope")
        consent = Consent(app.client_id, tuple(asked), replies.new_guid())
        self._tokens.connect(consent, app.tenant)
        return self._tokens.issue(consent, refreshable=False)

    def _token_error(self, error: TokenError) -> Reply:
        status = self._choices("client_auth_status") if error.error == "invalid_client" else 400
        return Reply(status, json_out.compact({"error": error.error}), _JSON)

    def revocation(self, request: Request) -> Reply:
        """POST /connect/revocation: ends everything of the app; a token already unknown is no error."""
        form = {name: values[0] for name, values in _form(request.body).items()}
        try:
            app = _client(request, form)
            token = _required(form, "token")
        except TokenError as error:
            return self._token_error(error)
        row = self._tokens.refreshes.get(token)
        if row is not None and row["client_id"] == app.client_id:
            self._tokens.revoke(app.client_id)
        return Reply(200)

    def discovery(self, request: Request) -> Reply:
        """The OpenID configuration, with this host's own addresses."""
        base = f"{request.base_url}/xero"
        value = {
            "issuer": "https://identity.xero.com",
            "authorization_endpoint": f"{base}/identity/connect/authorize",
            "token_endpoint": f"{base}/connect/token",
            "revocation_endpoint": f"{base}/connect/revocation",
            "scopes_supported": sorted(scopes.GRANULAR),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "code_challenge_methods_supported": ["S256"],
        }
        return Reply(200, json_out.compact(value), _JSON)

    # -- connections

    def connections(self, request: Request, grant: Row) -> Reply:
        """GET /connections, all of them or those of one consent."""
        event = request.query.get("authEventId")
        shown = [
            self._connection(row)
            for row in self._tokens.connections.values()
            if row["client_id"] == grant["client_id"] and (event is None or row["auth_event_id"] == event)
        ]
        return Reply(200, json_out.compact(shown), {"Content-Type": json_out.CONTENT_TYPE})

    def _connection(self, row: Row) -> dict[str, Any]:
        return {
            "id": row["id"],
            "authEventId": row["auth_event_id"],
            "tenantId": row["tenant"],
            "tenantType": "ORGANISATION",
            "tenantName": self._organisations[row["tenant"]]["Name"],
            "createdDateUtc": connection_stamp(row["created"]),
            "updatedDateUtc": connection_stamp(row["updated"]),
        }

    def disconnect(self, connection_id: str, grant: Row) -> Reply:
        """DELETE /connections/{id}: by the connection's own id."""
        row = self._tokens.connections.get(connection_id.lower())
        if row is None or row["client_id"] != grant["client_id"]:
            return replies.NOT_FOUND
        self._tokens.connections.delete(row["id"])
        return replies.NO_CONTENT


def _challenge(app: App, query: dict[str, str]) -> str | None:
    challenge = query.get("code_challenge")
    if challenge is None and app.secret is None:
        raise BadAuthorization("invalid_request", "code_challenge is required")
    if challenge is not None and query.get("code_challenge_method") != "S256":
        raise BadAuthorization("invalid_request", "code_challenge_method must be S256")
    return challenge


def _form(raw: bytes) -> dict[str, list[str]]:
    return parse_qs(raw.decode("utf-8", "replace"), keep_blank_values=True)


def _required(form: dict[str, str], name: str) -> str:
    value = form.get(name)
    if not value:
        raise TokenError("invalid_request")
    return value


def _redirect(uri: str, answer: dict[str, str], state: str | None) -> Reply:
    if state is not None:
        answer = {**answer, "state": state}
    sign = "&" if urlsplit(uri).query else "?"
    return Reply(302, b"", {"Location": f"{uri}{sign}{urlencode(answer)}"})


def _client(request: Request, form: dict[str, str]) -> App:
    """The app that calls, by HTTP Basic or by the form; raise TokenError unless its secret is right."""
    client_id, secret = form.get("client_id"), form.get("client_secret")
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise TokenError("invalid_client") from None
    app = APPS.get(client_id or "")
    if app is None:
        raise TokenError("invalid_client")
    if app.secret is not None and not secrets.compare_digest(app.secret.encode(), (secret or "").encode()):
        raise TokenError("invalid_client")
    return app
