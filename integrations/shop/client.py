"""Telling a shop what became of its payments: signed messages to the connection's confirmation URL."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils import timezone

from integrations.calls import Answer, Call, send
from integrations.core.failures import ConfigurationFailure, TransientFailure
from integrations.core.standard_webhooks import key_of, signed_headers
from integrations.models import Connection
from integrations.secrets import get_secret

CONFIRMATION_URL: Final = "confirmation_url"
SIGNING_SECRET: Final = "signing_secret"  # noqa: S105 - the name of a secret
MOST_EVENTS: Final = 100
_WRONG_ADDRESS: Final = (404, 405, 410)


class ShopClient:
    """Calls for one shop connection. Raises only the classes of `integrations.core.failures`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def confirm(self, events: Sequence[Mapping[str, Any]], message_id: str) -> None:
        """Post up to 100 events (docs/shop-webhooks.md, confirmations) as one message.

        Returns when the shop answered 2xx. `message_id` stays the same when the same message is sent again: the shop
        ignores what it has seen, so every failure but a ConfigurationFailure may simply be repeated.
        """
        if not 1 <= len(events) <= MOST_EVENTS:
            raise ValueError(f"A message to a shop carries 1 to {MOST_EVENTS} events.")
        answer = self._post({"events": list(events)}, message_id, "confirmations", len(events))
        if not 200 <= answer.status < 300:
            raise self._refusal(answer)

    def test(self) -> str:
        """Send a signed message without events; a sentence about what works. Raises the failure of what does not.

        A shop may refuse an empty message, but only after it has accepted the signature.
        """
        answer = self._post({"events": []}, f"test_{timezone.now():%Y%m%d%H%M%S%f}", "test", 0)
        if answer.status in (401, 403) or answer.status in _WRONG_ADDRESS or 300 <= answer.status < 400:
            raise self._refusal(answer)
        return "The shop accepts our signature."

    def _post(self, message: Mapping[str, Any], message_id: str, purpose: str, rows: int) -> Answer:
        url = self._confirmation_url()
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
        headers = signed_headers(self._key(), message_id, timezone.now(), body)
        call = Call(
            method="POST",
            url=url,
            path=urlsplit(url).path or "/",
            purpose=purpose,
            body=body,
            headers={"Content-Type": "application/json", "User-Agent": "Tillbridge", **headers},
            rows=rows,
        )
        return send(self._connection, call, self._name())

    def _name(self) -> str:
        return f"The shop {self._connection.name}".strip()

    def _confirmation_url(self) -> str:
        url = str(self._connection.config.get(CONFIRMATION_URL) or "")
        if urlsplit(url).scheme not in ("http", "https"):
            raise ConfigurationFailure(
                "shop_confirmation_url_missing",
                self._name(),
                f"{self._name()} has no address for confirmations.",
                "Enter its confirmation URL under Connections, or leave the shop to look for itself.",
            )
        return url

    def _key(self) -> bytes:
        try:
            return key_of(get_secret(self._connection, SIGNING_SECRET))
        except ValueError as error:
            raise ConfigurationFailure(
                "shop_secret_unusable",
                self._name(),
                str(error),
                "Enter the signing secret again under Connections.",
            ) from error

    def _refusal(self, answer: Answer) -> ConfigurationFailure | TransientFailure:
        if answer.status in (401, 403):
            return ConfigurationFailure(
                "shop_signature_refused",
                self._name(),
                f"{self._name()} does not accept our signature.",
                "Enter the same signing secret on both sides.",
            )
        if answer.status in _WRONG_ADDRESS or 300 <= answer.status < 400:
            return ConfigurationFailure(
                "shop_confirmation_url_wrong",
                self._name(),
                f"{self._name()} does not take confirmations at its confirmation URL (HTTP {answer.status}).",
                "Correct the confirmation URL under Connections.",
            )
        return TransientFailure(
            f"{self._name()} did not take the message (HTTP {answer.status}).", answer.retry_after
        )
