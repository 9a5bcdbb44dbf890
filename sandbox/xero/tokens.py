"""Codes, tokens and connections: what identity.xero.com remembers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from sandbox.kernel.store import Row
from sandbox.kernel.world import World
from sandbox.xero.apps import USER_EMAIL, USER_ID, USER_NAME
from sandbox.xero.wire.replies import new_guid

CODE_SECONDS = 300
ACCESS_SECONDS = 1800
ID_TOKEN_SECONDS = 300
REFRESH_SECONDS = 60 * 86_400
GRACE_SECONDS = 1800
ISSUER = "https://identity.xero.com"


class TokenError(Exception):
    """A refusal of the token endpoint: `error` is its OAuth 2.0 code."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person allowed: scopes add up over consents of the same app."""

    client_id: str
    scopes: tuple[str, ...]
    auth_event_id: str
    user_id: str = USER_ID


def challenge_of(verifier: str) -> str:
    """The S256 code challenge of a PKCE verifier (RFC 7636, section 4.2)."""
    return _base64url(hashlib.sha256(verifier.encode()).digest())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Tokens:
    """Issues and checks them, by the machine clock; all of it in the store."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.codes = world.store.table("xero.codes")
        self.access = world.store.table("xero.access_tokens")
        self.refreshes = world.store.table("xero.refresh_tokens")
        self.connections = world.store.table("xero.connections")
        self.consents = world.store.table("xero.consents")
        self._secrets = world.store.table("xero.secrets")

    def now(self) -> float:
        return self._world.clock.machine()

    def _stamp(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)

    # -- consent

    def allow(self, client_id: str, scopes: list[str], tenants: list[str]) -> Consent:
        """Record a consent: connect the organisations and add the scopes to those given before."""
        held = self.consents.get(client_id)
        every = list(dict.fromkeys([*(held["scopes"] if held else ()), *scopes]))
        self.consents.put(client_id, {"scopes": every})
        consent = Consent(client_id, tuple(every), new_guid())
        for tenant in tenants:
            self.connect(consent, tenant)
        return consent

    def connect(self, consent: Consent, tenant: str) -> None:
        """Connect an organisation, or renew its connection."""
        now = self._stamp()
        row = self.connection(consent.client_id, tenant)
        if row is None:
            row = {"id": new_guid(), "client_id": consent.client_id, "tenant": tenant, "created": now}
        self.connections.put(row["id"], {**row, "auth_event_id": consent.auth_event_id, "updated": now})

    def connection(self, client_id: str, tenant: str) -> Row | None:
        for row in self.connections.values():
            if row["client_id"] == client_id and row["tenant"] == tenant:
                return row
        return None

    def connected(self, client_id: str, tenant: str) -> bool:
        return self.connection(client_id, tenant) is not None

    # -- codes

    def new_code(self, consent: Consent, redirect_uri: str, challenge: str | None) -> str:
        """An authorisation code: five minutes, once."""
        code = secrets.token_urlsafe(32)
        row = {**_grant(consent), "redirect_uri": redirect_uri, "challenge": challenge}
        self.codes.put(code, {**row, "expires": self.now() + CODE_SECONDS})
        return code

    def redeem(self, code: str, client_id: str, redirect_uri: str, verifier: str | None) -> Consent:
        """Take a code for what it was given for; raise TokenError otherwise. It is used up in any case."""
        row = self.codes.get(code)
        if row is None or row["client_id"] != client_id:
            raise TokenError("invalid_grant")
        self.codes.delete(code)
        if row["expires"] <= self.now() or row["redirect_uri"] != redirect_uri:
            raise TokenError("invalid_grant")
        if row["challenge"] is not None and not _proves(verifier, row["challenge"]):
            raise TokenError("invalid_grant")
        return _consent(row)

    # -- tokens

    def issue(self, consent: Consent, *, refreshable: bool = True) -> dict[str, Any]:
        """A token reply with exactly the keys Xero's has."""
        now = self.now()
        claims = self._claims(consent, now)
        token = self._sign(claims)
        self.access.put(token, {**_grant(consent), "expires": now + ACCESS_SECONDS})
        reply: dict[str, Any] = {}
        if "openid" in consent.scopes:
            reply["id_token"] = self._sign(self._identity(consent, now))
        reply |= {"access_token": token, "expires_in": ACCESS_SECONDS, "token_type": "Bearer"}
        if refreshable and "offline_access" in consent.scopes:
            reply["refresh_token"] = self._new_refresh(consent)
        reply["scope"] = " ".join(consent.scopes)
        return reply

    def _new_refresh(self, consent: Consent) -> str:
        token = secrets.token_urlsafe(33)
        row = {
            **_grant(consent),
            "expires": self.now() + REFRESH_SECONDS,
            "replaced_at": None,
            "successor": None,
        }
        self.refreshes.put(token, row)
        return token

    def refresh(self, token: str, client_id: str, *, mint: bool) -> dict[str, Any]:
        """Rotate a refresh token; the one before stays good for half an hour. Raise TokenError otherwise.

        `mint` gives a token that is used again in that time another successor; else it gets the same.
        """
        row = self.refreshes.get(token)
        now = self.now()
        if row is None or row["client_id"] != client_id or row["expires"] <= now:
            raise TokenError("invalid_grant")
        if row["replaced_at"] is not None and (
            row["replaced_at"] + GRACE_SECONDS <= now or self._two_back(row)
        ):
            raise TokenError("invalid_grant")
        reply = self.issue(_consent(row), refreshable=mint or row["successor"] is None)
        successor = reply.setdefault("refresh_token", row["successor"])
        replaced_at = now if row["replaced_at"] is None else row["replaced_at"]
        self.refreshes.put(token, {**row, "replaced_at": replaced_at, "successor": successor})
        return reply

    def _two_back(self, row: Row) -> bool:
        """Whether the successor has been used too: only the token right before the newest has grace."""
        successor = self.refreshes.get(row["successor"])
        return successor is None or successor["replaced_at"] is not None

    def revoke(self, client_id: str) -> None:
        """End every token, consent and connection of an app."""
        for table in (self.refreshes, self.access, self.codes):
            for key in table:
                if table[key]["client_id"] == client_id:
                    table.delete(key)
        for row in self.connections.values():
            if row["client_id"] == client_id:
                self.connections.delete(row["id"])
        self.consents.delete(client_id)

    def expire_access(self) -> None:
        """Let every access token have ended just now."""
        for key in self.access:
            self.access.put(key, {**self.access[key], "expires": self.now() - 1})

    def _claims(self, consent: Consent, now: float) -> dict[str, Any]:
        return {
            "nbf": int(now),
            "exp": int(now) + ACCESS_SECONDS,
            "iss": ISSUER,
            "aud": f"{ISSUER}/resources",
            "client_id": consent.client_id,
            "sub": consent.user_id.replace("-", ""),
            "auth_time": int(now),
            "xero_userid": consent.user_id,
            "global_session_id": secrets.token_hex(16),
            "jti": secrets.token_hex(16),
            "authentication_event_id": consent.auth_event_id,
            "scope": list(consent.scopes),
        }

    def _identity(self, consent: Consent, now: float) -> dict[str, Any]:
        first, _, last = USER_NAME.partition(" ")
        claims: dict[str, Any] = {
            "nbf": int(now),
            "exp": int(now) + ID_TOKEN_SECONDS,
            "iss": ISSUER,
            "aud": consent.client_id,
            "sub": consent.user_id.replace("-", ""),
            "xero_userid": consent.user_id,
        }
        if "email" in consent.scopes:
            claims |= {"email": USER_EMAIL, "preferred_username": USER_EMAIL}
        if "profile" in consent.scopes:
            claims |= {"given_name": first, "family_name": last, "name": USER_NAME}
        return claims

    def _sign(self, claims: dict[str, Any]) -> str:
        """A JSON web token of the sandbox's own key; real ones are RS256."""
        head = _base64url(orjson.dumps({"alg": "HS256", "typ": "JWT"}))
        text = f"{head}.{_base64url(orjson.dumps(claims))}"
        return f"{text}.{_base64url(hmac.digest(self._key(), text.encode(), 'sha256'))}"

    def _key(self) -> bytes:
        row = self._secrets.get("signing") or self._secrets.put("signing", {"key": secrets.token_bytes(32)})
        key: bytes = row["key"]
        return key


def _grant(consent: Consent) -> Row:
    return {
        "client_id": consent.client_id,
        "scopes": list(consent.scopes),
        "auth_event_id": consent.auth_event_id,
        "user_id": consent.user_id,
    }


def _consent(row: Row) -> Consent:
    return Consent(row["client_id"], tuple(row["scopes"]), row["auth_event_id"], row["user_id"])


def _proves(verifier: str | None, challenge: str) -> bool:
    if verifier is None or not 43 <= len(verifier) <= 128:
        return False
    return secrets.compare_digest(challenge_of(verifier), challenge)
