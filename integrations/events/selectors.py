"""Reading the event log: the inbox of a pair and the story of an order."""

from __future__ import annotations

import re
from typing import Final

from django.db.models import QuerySet

from integrations.models import Event

_SECRET: Final = re.compile(r'(?i)("security_?key"\s*:\s*"|[&?]?securitykey=|<securitykey>)([^"&<]*)')


def events_of_pair(
    pair_id: int, *, source: str = "", state: str = "", kind: str = "", text: str = ""
) -> QuerySet[Event]:
    """The log of a pair, newest first, without bodies; `text` is part of the sender's id."""
    chosen = {"source": source, "state": state, "kind": kind, "dedupe_key__icontains": text}
    wanted = {name: value for name, value in chosen.items() if value}
    return Event.objects.filter(pair_id=pair_id, **wanted).defer("body", "headers").order_by("-pk")


def events_of_order(pair_id: int, order_id: int) -> QuerySet[Event]:
    """Everything received about an order, oldest first."""
    return Event.objects.filter(pair_id=pair_id, order_id=order_id).defer("body", "headers").order_by("pk")


def event_of_pair(pair_id: int, event_id: int) -> Event | None:
    """One event with its body; None when the pair has no such event."""
    return Event.objects.filter(pair_id=pair_id, pk=event_id).first()


def shown_body(event: Event) -> str:
    """The body as people may see it: text, with the SecurityKeys of Opayo starred out."""
    text = bytes(event.body).decode("utf-8", "backslashreplace")
    return _SECRET.sub(r"\1**********", text)
