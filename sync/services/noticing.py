"""Sending confirmations: to the shop in signed batches, to customers by e-mail."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import timezone

from integrations.chat.client import ChatClient
from integrations.core.failures import ConfigurationFailure, Failure, PermanentFailure, TransientFailure
from integrations.shop.client import ShopClient
from sync.core.backoff import delay_seconds
from sync.models import Notice
from sync.selectors.work import has_urgent_work

BATCH = 100
MOST_ATTEMPTS = 14
"""With waits of up to 15 minutes: about three hours of a shop that does not answer."""
_STUCK = timedelta(minutes=3)
_EMAILS_WAIT = timedelta(seconds=30)

_TEMPLATES: Mapping[str, str] = {Notice.Type.REFUND_CONFIRMED: "refund"}

log = structlog.get_logger(__name__)


def send_notices(pair_id: int) -> int:
    """Send one batch of each channel; returns how many notices were taken in hand.

    E-mails are the least urgent of all: while there are documents to post they wait, for half a minute
    at most.
    """
    sent = _send_channel(pair_id, Notice.Channel.SHOP, _to_shop)
    sent += _send_channel(pair_id, Notice.Channel.CHAT, _to_chat)
    if not _emails_can_wait(pair_id):
        sent += _send_channel(pair_id, Notice.Channel.EMAIL, _to_customers)
        sent += _send_channel(pair_id, Notice.Channel.STAFF, _to_staff)
    return sent


def _emails_can_wait(pair_id: int) -> bool:
    waiting = Notice.objects.filter(pair_id=pair_id, channel=Notice.Channel.EMAIL, state=Notice.State.READY)
    oldest = waiting.order_by("pk").values_list("created_at", flat=True).first()
    if oldest is None or timezone.now() - oldest > _EMAILS_WAIT:
        return False
    return has_urgent_work(pair_id)


def _send_channel(pair_id: int, channel: str, send: Callable[[list[Notice]], None]) -> int:
    notices = _claim(pair_id, channel)
    if not notices:
        return 0
    try:
        send(notices)
    except Failure as failure:
        _failed(notices, failure)
    else:
        Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(
            state=Notice.State.SENT, sent_at=timezone.now(), error=""
        )
    return len(notices)


@transaction.atomic
def _claim(pair_id: int, channel: str) -> list[Notice]:
    """Take a batch; the attempt is counted before the work, so that none is tried for ever."""
    now = timezone.now()
    due = Q(state=Notice.State.READY) | Q(
        state__in=[Notice.State.RETRYING, Notice.State.SENDING], not_before__lte=now
    )
    first = Notice.objects.filter(due, pair_id=pair_id, channel=channel).order_by("pk").first()
    if first is None:
        return []
    rows = list(
        Notice.objects.filter(due, pair_id=pair_id, channel=channel, connection=first.connection_id)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("order", "pair", "connection")
        .order_by("pk")[:BATCH]
    )
    # A killed sender leaves them in `sending`; after `not_before` they are sent again.
    Notice.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=Notice.State.SENDING, attempts=F("attempts") + 1, not_before=now + _STUCK
    )
    return rows


def _failed(notices: Sequence[Notice], failure: Failure) -> None:
    for notice in notices:
        gone = isinstance(failure, PermanentFailure) or notice.attempts + 1 >= MOST_ATTEMPTS
        retry_after = failure.retry_after if isinstance(failure, TransientFailure) else None
        wait = delay_seconds(notice.attempts, retry_after=retry_after, uniform=random.SystemRandom().uniform)
        notice.state = Notice.State.DEAD if gone else Notice.State.RETRYING
        notice.not_before = None if gone else timezone.now() + timedelta(seconds=wait)
        notice.error = failure.message
    Notice.objects.bulk_update(notices, ["state", "not_before", "error"])


def _to_shop(notices: list[Notice]) -> None:
    connection = notices[0].connection
    if connection is None or not connection.config.get("confirmation_url"):
        return
    events = [notice.content for notice in notices]
    ShopClient(connection).confirm(events, message_id=f"msg_{notices[0].public_id}_{len(notices)}")


def _to_chat(notices: list[Notice]) -> None:
    """All lines in one message: a chat takes about one a second."""
    connection = notices[0].connection
    if connection is None:
        raise ConfigurationFailure(
            "chat_not_connected",
            notices[0].recipient,
            f"There is no chat connection “{notices[0].recipient}”."
            if notices[0].recipient
            else "There is no chat connection.",
            "Add it under Connections, or let the flow's notify step name another one.",
        )
    ChatClient(connection).say("\n".join(str(notice.content["text"]) for notice in notices))


def _to_customers(notices: list[Notice]) -> None:
    _mail([_email(notice) for notice in notices])


def _to_staff(notices: list[Notice]) -> None:
    _mail([_staff_email(notice) for notice in notices])


def _staff_email(notice: Notice) -> EmailMessage:
    text = str(notice.content["text"])
    about = notice.content.get("about") or f"Order {notice.content['order_number']}"
    return EmailMessage(
        f"{notice.pair.name}: {text.splitlines()[0][:120]}",
        f"{text}\n\n{about}, {notice.pair.name}\n",
        settings.DEFAULT_FROM_EMAIL,
        [notice.recipient],
        headers={"Message-ID": f"<{notice.public_id}@tillbridge>"},
    )


def _mail(messages: Sequence[EmailMessage]) -> None:
    try:
        with get_connection() as mail:
            mail.send_messages(messages)
    except OSError as error:
        raise TransientFailure(f"The mail server did not take the message: {error}.") from error


def words_for_customer(notice: Notice) -> tuple[str, str]:
    """Subject and plain text of an e-mail to a customer, as it is sent."""
    return _subject(notice), render_to_string(f"sync/email/{_template(notice)}.txt", _context(notice))


def _template(notice: Notice) -> str:
    return _TEMPLATES.get(notice.type, "payment")


def _context(notice: Notice) -> dict[str, Any]:
    paid = notice.type == Notice.Type.CONFIRMED
    return {"notice": notice, "content": notice.content, "order": notice.order, "paid": paid}


def _email(notice: Notice) -> EmailMultiAlternatives:
    subject, text = words_for_customer(notice)
    message = EmailMultiAlternatives(
        subject,
        text,
        settings.DEFAULT_FROM_EMAIL,
        [notice.recipient],
        # The same on every attempt, so that a mail server can tell a repeat.
        headers={"Message-ID": f"<{notice.public_id}@tillbridge>"},
    )
    message.attach_alternative(
        render_to_string(f"sync/email/{_template(notice)}.html", _context(notice)), "text/html"
    )
    return message


def _subject(notice: Notice) -> str:
    number, amount = notice.content["order_number"], notice.content["amount"]
    if notice.type == Notice.Type.REFUND_CONFIRMED:
        return f"Your refund of {amount['amount']} {amount['currency']} for order {number}"
    if notice.type == Notice.Type.CONFIRMED:
        return f"Your payment for order {number}"
    return f"Payment for order {number} did not go through"
