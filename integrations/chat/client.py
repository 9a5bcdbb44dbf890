"""Telling a chat: JSON {"text"} to its incoming webhook (Slack API, Sending messages using incoming webhooks).

The address of such a webhook is its password, so it is kept as a secret of the connection.
"""

from __future__ import annotations

import json
from typing import Final
from urllib.parse import urlsplit

from integrations.calls import Answer, Call, send
from integrations.core.failures import ConfigurationFailure, Failure, TransientFailure
from integrations.models import Connection
from integrations.secrets import get_secret

HOOK_URL: Final = "hook_url"
LONGEST_TEXT: Final = 40_000
"""Characters Slack takes in one message; the rest would be cut off there."""


class ChatClient:
    """Calls for one chat connection. Raises only the classes of `integrations.core.failures`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def say(self, text: str) -> None:
        """Post one message. A failure may simply be repeated: at worst the chat shows it twice."""
        answer = self._post(text[:LONGEST_TEXT], "message", 1)
        if not 200 <= answer.status < 300:
            raise self._refusal(answer)

    def test(self) -> str:
        """Say hello; a sentence about what works. Raises the failure of what does not."""
        self.say("Tillbridge is connected: flows can tell this chat what happens.")
        return "The chat takes our messages."

    def _post(self, text: str, purpose: str, rows: int) -> Answer:
        url = get_secret(self._connection, HOOK_URL)
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
            raise self._wrong_address("is not a web address")
        call = Call(
            method="POST",
            url=url,
            # The path is the password: the log of calls names the host only.
            path="/",
            purpose=purpose,
            body=json.dumps({"text": text}, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json", "User-Agent": "Tillbridge"},
            rows=rows,
        )
        return send(self._connection, call, self._name())

    def _name(self) -> str:
        return f"The chat {self._connection.name}".strip()

    def _refusal(self, answer: Answer) -> Failure:
        if answer.status == 429 or answer.status >= 500:
            return TransientFailure(
                f"{self._name()} did not take the message (HTTP {answer.status}).", answer.retry_after
            )
        return self._wrong_address(f"was refused (HTTP {answer.status})")

    def _wrong_address(self, words: str) -> ConfigurationFailure:
        return ConfigurationFailure(
            "chat_hook_wrong",
            self._name(),
            f"The address of {self._name().lower()} {words}.",
            "Make a new incoming webhook in the chat, and enter its address under Connections.",
        )
