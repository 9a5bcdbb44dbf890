"""What comes in and what goes back, independent of the web framework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import orjson

from integrations.inbound.connections import Sender

ABOUT_THE_SENDER: Final = MappingProxyType({"user-agent": "HTTP_USER_AGENT", "content-type": "CONTENT_TYPE"})
JSON: Final = "application/json"
TEXT: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message for a known connection.

    `meta` is the WSGI environment; `received_at` is aware, on the clock of the books.
    """

    sender: Sender
    body: bytes = field(repr=False)
    meta: Mapping[str, Any] = field(repr=False)
    received_at: datetime

    def header(self, name: str) -> str:
        """A header by its WSGI name (`HTTP_WEBHOOK_ID`); empty when absent."""
        value = self.meta.get(name, "")
        return value if isinstance(value, str) else ""

    def kept_headers(self, names: Mapping[str, str]) -> dict[str, str]:
        """The headers worth keeping as evidence; `names` gives the WSGI name of each."""
        found = {name: self.header(wsgi_name) for name, wsgi_name in names.items()}
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


def refused(status: int, words: str, headers: Mapping[str, str] | None = None) -> Answer:
    """A refusal in plain words, in the shape of our API."""
    return Answer(status, orjson.dumps({"error": {"message": words}}), JSON, headers or {})


def event_answer(status: int, event_id: int, **fields: str) -> Answer:
    """A JSON answer that names the event."""
    return Answer(status, orjson.dumps({"event": f"evt_{event_id}", **fields}))
