"""Telling chat and staff that the time to answer a dispute runs out, once for each number of days before."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from integrations.bulk import insert_missing
from integrations.core.money import Money
from integrations.disputes.core.reasons import reason_of
from integrations.disputes.core.states import WORDS
from integrations.disputes.importing import today_of
from integrations.models import Connection, Dispute, Membership, Pair, Role
from sync.core.deadlines import threshold
from sync.models import Notice

_ANSWER_DUE: Final = tuple(state for state, words in WORDS.items() if words.todo)


def alert_deadlines(pair: Pair) -> int:
    """Notices for the disputes whose deadline has come near; returns how many are new."""
    days_before = [int(days) for days in pair.dispute_alert_days]
    if not days_before:
        return 0
    today = today_of(pair)
    near = Dispute.objects.filter(
        pair=pair, state__in=_ANSWER_DUE, respond_by__range=(today, today + timedelta(days=max(days_before)))
    )
    due = [(row, days) for row in near if (days := _threshold(row, today, days_before)) is not None]
    return _write(pair, due, today) if due else 0


def _threshold(dispute: Dispute, today: date, days_before: Iterable[int]) -> int | None:
    return threshold(dispute.respond_by, today, days_before) if dispute.respond_by else None


def _write(pair: Pair, due: list[tuple[Dispute, int]], today: date) -> int:
    listeners = list(_listeners(pair))
    notices = [
        _notice(pair, dispute, days, today, listener) for dispute, days in due for listener in listeners
    ]
    told = Notice.objects.filter(pair=pair, type=Notice.Type.DISPUTE_DUE)
    known = set(
        told.filter(natural_key__in=[row.natural_key for row in notices]).values_list(
            "natural_key", flat=True
        )
    )
    new = [row for row in notices if row.natural_key not in known]
    insert_missing(new)
    return len(new)


_Listener = tuple[str, str, Connection | None]
"""The channel, the address or the name of the chat, and the chat's connection."""


def _listeners(pair: Pair) -> Iterator[_Listener]:
    """Every chat of the pair, and by e-mail everybody who may act."""
    chats = Connection.objects.filter(pair=pair, system=Connection.System.CHAT)
    for chat in chats.exclude(status=Connection.Status.OFF).order_by("pk"):
        yield Notice.Channel.CHAT, chat.name, chat
    acting = Membership.objects.filter(
        pair=pair, role__in=[Role.OPERATOR, Role.ADMINISTRATOR], user__is_active=True
    )
    for email in acting.order_by("pk").values_list("user__email", flat=True):
        yield Notice.Channel.STAFF, email, None


def _notice(pair: Pair, dispute: Dispute, days: int, today: date, listener: _Listener) -> Notice:
    channel, to, chat = listener
    public_id = f"ntc_{uuid.uuid4().hex}"
    # Somebody who is told by chat and by e-mail, or of a new deadline, is told by a notice of its own.
    key = f"{dispute.case_id}/{dispute.respond_by}/{days}/{channel}/{chat.pk if chat else to}"
    return Notice(
        public_id=public_id,
        pair=pair,
        connection=chat,
        channel=channel,
        type=Notice.Type.DISPUTE_DUE,
        natural_key=hashlib.sha256(key.encode()).hexdigest(),
        order=dispute.order,
        payment=dispute.payment,
        recipient=to,
        content={"id": public_id, "about": f"Dispute {dispute.case_id}", "text": _text(dispute, today)},
    )


def _text(dispute: Dispute, today: date) -> str:
    left = (dispute.respond_by - today).days if dispute.respond_by else 0
    time = "today is the last day" if left == 0 else f"{left} day{'' if left == 1 else 's'} left"
    reason = reason_of(dispute.scheme, dispute.reason_code)
    why = " ".join(
        part for part in (dispute.scheme, dispute.reason_code, reason.meaning if reason else "") if part
    )
    amount = Money(dispute.amount_minor, dispute.currency)
    return (
        f"Dispute {dispute.case_id} over {amount} is to be answered by {dispute.respond_by:%-d %B %Y}: {time}."
        + (f"\n{why}." if why else "")
        + "\nThe evidence pack is on its page under Disputes."
    )
