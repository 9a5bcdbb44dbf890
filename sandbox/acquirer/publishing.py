"""Notices on their way to the bridge: offered for download, and posted where an address was given."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sandbox.acquirer.cases import Cases
from sandbox.acquirer.core.layouts import ELAVON, LAYOUTS, layout_of
from sandbox.kernel.store import Row
from sandbox.kernel.wire import Outgoing, Reply, Request
from sandbox.kernel.wire_json import error_reply, json_reply
from sandbox.kernel.world import World

ROUTE: Final = "acquirer.notice"
FIRST_DELAY, LONGEST_DELAY = 1.0, 300.0
"""Seconds between two attempts to post a notice, doubling."""

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CSV: Final = {"content-type": "text/csv; charset=utf-8"}


def read_since(text: str) -> datetime:
    """A day or a moment in ISO 8601, UTC unless it says otherwise; from the beginning when empty. Raises ValueError."""
    if not text:
        return _BEGINNING
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Downloads:
    """`/disputes.csv` and `/disputes.json`."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases

    def handle(self, request: Request) -> Reply:
        """The notices since a moment, of one acquirer in its own columns, or of all in Elavon's."""
        slug = request.query.get("acquirer", "")
        if slug and slug not in LAYOUTS:
            return error_reply(f"There is no acquirer {slug}; there are {', '.join(LAYOUTS)}", 404)
        try:
            since = read_since(request.query.get("since", ""))
        except ValueError:
            return error_reply("`since` must be a day or a moment in ISO 8601")
        layout = LAYOUTS[slug] if slug else ELAVON
        notices = self._cases.since(since, layout.acquirer if slug else "")
        if request.path.endswith(".json"):
            return json_reply({"notices": notices})
        disposition = f'attachment; filename="{layout.slug}-disputes.csv"'
        return Reply(200, layout.write(notices).encode(), {**_CSV, "content-disposition": disposition})


class Poster:
    """Posts each notice, as a file of one line in its acquirer's columns, until it is taken."""

    def __init__(self, world: World, cases: Cases) -> None:
        self._world = world
        self._cases = cases
        self._settings = world.store.table("acquirer.settings")
        self._waiting = world.store.table("acquirer.unposted")

    def connect(self, *, url: str, authorization: str = "") -> dict[str, str]:
        """Say where notices are to be posted, with what Authorization; an empty address ends it."""
        self._settings.put("connection", {"url": url, "authorization": authorization})
        return {"url": url}

    def post(self, notice: Row) -> None:
        """Begin to post a notice, if there is an address."""
        if (self._settings.get("connection") or {}).get("url"):
            self._try({"notice_id": notice["notice_id"], "tries": 0}, 0.0)

    def recover(self) -> None:
        """Hand over again what a kill left without a call on its way."""
        on_its_way = self._world.store.table("kernel.outgoing")
        for row in self._waiting.values():
            if f"acquirer {row['notice_id']}" not in on_its_way:
                self._try(row, 0.0)

    def replied(self, key: str, reply: Reply) -> None:
        """Hear the answer: 2xx is taken, a refusal of the file is final, anything else is tried again."""
        row = self._waiting.get(key)
        if row is None:
            return
        if 200 <= reply.status < 300 or reply.status in (400, 404, 409, 413, 422):
            self._waiting.delete(key)
        else:
            self.failed(key, f"HTTP {reply.status}")

    def failed(self, key: str, reason: str) -> None:
        """Hear that there was no good answer; try again later."""
        row = self._waiting.get(key)
        if row is not None:
            delay = min(FIRST_DELAY * float(2 ** min(row["tries"], 12)), LONGEST_DELAY)
            self._try({**row, "last_error": reason}, self._world.clock.machine() + delay)

    def _try(self, row: Row, not_before: float) -> None:
        row["tries"] += 1
        self._waiting.put(row["notice_id"], row)
        connection: dict[str, Any] = self._settings["connection"]
        headers = dict(_CSV)
        if connection["authorization"]:
            headers["authorization"] = connection["authorization"]
        self._world.send(
            Outgoing(
                system="acquirer",
                key=row["notice_id"],
                route=ROUTE,
                url=connection["url"],
                body=self._body(row["notice_id"]),
                headers=headers,
                not_before=not_before,
            )
        )

    def _body(self, notice_id: str) -> bytes:
        notice = self._cases.notices[notice_id]
        case = self._cases.disputes[notice["case_id"]]
        return layout_of(case["acquirer"]).write([{**case, **notice}]).encode()
