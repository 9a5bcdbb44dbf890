"""Webhooks: intent to receive, batches of events, retries at lengthening intervals."""

from __future__ import annotations

import secrets
import string
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sandbox import credentials
from sandbox.kernel.store import Row
from sandbox.kernel.wire import Outgoing, Reply
from sandbox.kernel.world import World
from sandbox.xero.books import Event
from sandbox.xero.core.signature import sign, spoiled
from sandbox.xero.switches import Choices
from sandbox.xero.wire import json_out

INTENT_SERIES = (False, False, True, False)
"""Which of the intent-to-receive calls are signed rightly."""
LARGEST_BATCH = 100
RETRY_SECONDS = (0.0, 5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0, 7200.0, 14_400.0)
GIVE_UP_SECONDS = 86_400.0
RESOURCE_BASE = "https://api.xero.com/api.xro/2.0"
_LETTERS = string.ascii_uppercase
_ROW = "subscription"


class Webhooks:
    """The app's one webhook subscription and the events it has not acknowledged."""

    def __init__(self, world: World, choices: Choices) -> None:
        self._world = world
        self._choices = choices
        self._table = world.store.table("xero.webhooks")
        self._events = world.store.table("xero.webhook_events")
        self._in_flight: str | None = None

    # -- subscription

    def configure(self, url: str, categories: Sequence[str]) -> None:
        """Save the subscription: the intent-to-receive check starts at once and must pass first."""
        held = self._table.get(_ROW)
        row: Row = {
            "url": url,
            "categories": list(categories),
            "status": "intent to receive",
            "problem": "",
            "step": 0,
            "sequence": held["sequence"] if held else 0,
            "attempts": 0,
            "first_attempt": 0.0,
            "not_before": 0.0,
            "calls": held["calls"] if held else 0,
        }
        self._table.put(_ROW, row)
        self._in_flight = None
        self.tick()

    def state(self) -> Row | None:
        """The subscription as the developer portal shows it, with the events that wait; None without one."""
        row = self._table.get(_ROW)
        return None if row is None else {**row, "waiting": len(self._events)}

    # -- events

    def enqueue(self, tenant: str, events: Sequence[Event]) -> None:
        """Take the events of a call that was kept."""
        row = self._table.get(_ROW)
        if row is None or not events:
            return
        at = datetime.fromtimestamp(self._world.clock.machine(), UTC)
        stamp = at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        sequence = row["sequence"]
        for event in events:
            if event.category in row["categories"]:
                sequence += 1
                self._events.put(str(sequence), {"event": _event(tenant, event, stamp)})
        self._table.put(_ROW, {**row, "sequence": sequence})

    # -- delivery

    def tick(self) -> None:
        """Send what is due, unless a call is under way."""
        row = self._table.get(_ROW)
        if row is None or self._in_flight is not None:
            return
        if row["status"] == "intent to receive":
            self._send(row, _body([], 0, 0), rightly=INTENT_SERIES[row["step"]])
        elif row["status"] == "ok" and len(self._events) and row["not_before"] <= self._world.clock.machine():
            keys = [key for key, _ in zip(self._events, range(LARGEST_BATCH), strict=False)]
            events = [self._events[key]["event"] for key in keys]
            self._send(row, _body(events, int(keys[0]), int(keys[-1])), rightly=True, last=keys[-1])

    def _send(self, row: Row, body: bytes, *, rightly: bool, last: str = "") -> None:
        calls = row["calls"] + 1
        self._table.put(_ROW, {**row, "calls": calls})
        signature = sign(credentials.XERO_WEBHOOK_KEY, body)
        self._in_flight = f"webhook-{calls}:{last}"
        self._world.send(
            Outgoing(
                system="xero",
                key=self._in_flight,
                route="xero.webhook",
                url=row["url"],
                body=body,
                headers={
                    "Content-Type": "application/json; charset=utf-8",
                    "x-xero-signature": signature if rightly else spoiled(signature),
                },
            )
        )

    def replied(self, key: str, reply: Reply) -> None:
        """Hear the answer to a webhook call; one to a call that was given up is ignored."""
        if key != self._in_flight:
            return
        self._in_flight = None
        row = self._table[_ROW]
        if row["status"] == "intent to receive":
            self._intent_answered(row, reply)
        elif reply.status == 200:
            self._delivered(row, key.partition(":")[2])
        else:
            self._retry(row, f"Response not 200 but {reply.status}")
        self.tick()

    def failed(self, key: str, reason: str) -> None:
        """Hear that a webhook call got no answer."""
        if key != self._in_flight:
            return
        self._in_flight = None
        row = self._table[_ROW]
        if row["status"] == "intent to receive":
            self._intent_failed(row, reason)
        else:
            self._retry(row, reason)

    def _intent_answered(self, row: Row, reply: Reply) -> None:
        problem = _intent_problem(reply, rightly=INTENT_SERIES[row["step"]])
        if problem:
            self._intent_failed(row, problem)
            return
        step = row["step"] + 1
        status = "ok" if step == len(INTENT_SERIES) else row["status"]
        self._table.put(_ROW, {**row, "step": step, "status": status, "problem": ""})

    def _intent_failed(self, row: Row, problem: str) -> None:
        self._table.put(_ROW, {**row, "status": "intent to receive required", "problem": problem})

    def _delivered(self, row: Row, last: str) -> None:
        for key in self._events:
            if int(key) > int(last):
                break
            self._events.delete(key)
        self._table.put(_ROW, {**row, "attempts": 0, "not_before": 0.0, "problem": ""})

    def _retry(self, row: Row, problem: str) -> None:
        """Try again later; after a day the subscription is switched off."""
        now = self._world.clock.machine()
        attempts = row["attempts"]
        first = row["first_attempt"] if attempts else now
        wait = RETRY_SECONDS[min(attempts, len(RETRY_SECONDS) - 1)]
        status = "disabled" if now - first >= GIVE_UP_SECONDS else row["status"]
        changes = {
            "attempts": attempts + 1,
            "first_attempt": first,
            "not_before": now + wait,
            "status": status,
        }
        self._table.put(_ROW, {**row, **changes, "problem": problem})


def _intent_problem(reply: Reply, *, rightly: bool) -> str:
    """What the developer portal would say of an answer to the intent-to-receive check; empty if it passes."""
    if rightly and reply.status != 200:
        return "Response not 200"
    if not rightly and reply.status != 401:
        return "Response to incorrectly signed payload not 401"
    if reply.body:
        return "Response contains a body"
    return ""


def _event(tenant: str, event: Event, stamp: str) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "resourceUrl": f"{RESOURCE_BASE}/{event.resource}/{event.resource_id}",
        "resourceId": event.resource_id,
        "eventDateUtc": stamp,
        "eventType": event.kind,
        "eventCategory": event.category,
        "tenantId": tenant,
        "tenantType": "ORGANISATION",
    }
    if event.data is not None:
        shown["data"] = event.data
    return shown


def _body(events: list[dict[str, Any]], first: int, last: int) -> bytes:
    value = {
        "events": events,
        "firstEventSequence": first,
        "lastEventSequence": last,
        "entropy": "".join(secrets.choice(_LETTERS) for _ in range(20)),
    }
    return json_out.compact(value)
