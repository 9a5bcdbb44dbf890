"""One authenticated call on an organisation: who calls, what it asks, how it wants the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sandbox.kernel.wire import Reply, Request
from sandbox.xero.books import Books
from sandbox.xero.wire import body, replies


@dataclass(slots=True)
class Call:
    """What an endpoint is given."""

    books: Books
    request: Request
    client_id: str
    app_name: str
    segments: list[str]
    """The path below `/api.xro/2.0`, as sent."""
    as_json: bool
    correlation: str = field(default_factory=replies.new_guid)
    _query: dict[str, str] | None = None

    @property
    def method(self) -> str:
        return self.request.method

    def query(self, name: str) -> str | None:
        """A query parameter; names in lower case."""
        if self._query is None:
            self._query = {key.lower(): value for key, value in self.request.query.items()}
        return self._query.get(name)

    def asked(self, name: str, *, default: bool = False) -> bool:
        """A boolean query parameter in either case."""
        value = self.query(name)
        return default if value is None else value.lower() == "true"

    def listed(self, name: str) -> list[str]:
        """A comma-separated query parameter."""
        value = self.query(name)
        return [part.strip() for part in value.split(",") if part.strip()] if value else []

    @property
    def unit_places(self) -> int:
        """Decimals of UnitAmount: 2, or 4 with `unitdp=4`."""
        return 4 if self.query("unitdp") == "4" else 2

    def value(self) -> Any:
        """The body as sent; raise `body.BadBody` if it cannot be read."""
        return body.loads(self.request.body, self.request.headers.get("content-type", ""))

    def elements(self, plural: str) -> list[body.Element]:
        """The body's elements; raise `body.BadBody` if it has none to read."""
        return body.elements(self.value(), plural)

    def reply(self, plural: str, rows: list[dict[str, Any]], **before: Any) -> Reply:
        """A 200 with the envelope and a collection; `before` stands in front of it, such as `pagination`."""
        at = self.books.stamp()
        value = replies.envelope(self.app_name, at, self.correlation)
        value.update(before)
        value[plural] = rows
        return replies.api_reply(200, value, as_json=self.as_json)

    def fail(self, number: int, kind: str, message: str, *, status: int = 400) -> Reply:
        return replies.failure(number, kind, message, status=status, as_json=self.as_json)
