"""Confirmations to shop and customers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from integrations.core.failures import PermanentFailure, TransientFailure
from integrations.models import Connection, Pair
from integrations.pairs.services import connect_chat
from sync.models import Notice
from sync.services import noticing
from sync.services.noticing import send_notices
from tests.sync.messages import notification_event, shop_event
from tests.sync.test_pipeline import process

pytestmark = pytest.mark.django_db


class Shop:
    """What the shop was told, or how it fails."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    told: list[list[dict]] = []  # type: ignore[type-arg]
    failure: Exception | None = None

    def confirm(self, events: list[dict], message_id: str) -> None:  # type: ignore[type-arg]
        if Shop.failure:
            raise Shop.failure
        Shop.told.append(events)


@pytest.fixture(autouse=True)
def fake_shop(monkeypatch: pytest.MonkeyPatch) -> None:
    Shop.told, Shop.failure = [], None
    monkeypatch.setattr(noticing, "ShopClient", Shop)


@pytest.fixture
def refused(pair: Pair, shop: Connection, opayo: Connection) -> Pair:
    """A payment that was refused: nothing is left to post but its draft."""
    shop_event(shop)
    notification_event(opayo, status="NOTAUTHED")
    process(pair)
    pair.postings.update(state="held")
    return pair


def test_shop_and_customer_are_told_once(refused: Pair) -> None:
    assert send_notices(refused.pk) == 2
    assert send_notices(refused.pk) == 0
    ((event,),) = Shop.told
    assert (event["type"], event["order_number"]) == ("payment.failed", "HF-10042")
    assert event["amount"] == {"amount": "38.34", "currency": "GBP"}
    (message,) = mail.outbox
    assert message.to == ["ada@example.com"]
    assert "HF-10042" in message.subject
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}


def test_emails_wait_while_there_are_documents_to_post_but_not_for_ever(refused: Pair) -> None:
    refused.postings.update(state="ready")
    send_notices(refused.pk)
    assert mail.outbox == []
    Notice.objects.update(created_at=timezone.now() - timedelta(seconds=31))
    send_notices(refused.pk)
    assert len(mail.outbox) == 1


def test_a_shop_that_does_not_answer_is_tried_again_with_the_same_ids(refused: Pair) -> None:
    Shop.failure = TransientFailure("The shop did not answer.", retry_after=7)
    send_notices(refused.pk)
    notice = Notice.objects.get(channel="shop")
    assert (notice.state, notice.attempts) == ("retrying", 1)
    assert notice.not_before is not None
    Shop.failure = None
    Notice.objects.update(not_before=timezone.now())
    send_notices(refused.pk)
    assert Shop.told[0][0]["id"] == notice.public_id


def test_a_shop_that_refuses_needs_a_person(refused: Pair) -> None:
    Shop.failure = PermanentFailure("The shop refuses our signature.")
    send_notices(refused.pk)
    assert Notice.objects.get(channel="shop").state == "dead"


def test_what_a_killed_sender_had_in_hand_is_sent_again(refused: Pair) -> None:
    Notice.objects.filter(channel="shop").update(
        state="sending", not_before=timezone.now() - timedelta(seconds=1)
    )
    send_notices(refused.pk)
    assert len(Shop.told) == 1


def told(pair: Pair, text: str, *, channel: str = "chat", to: str = "finance", key: str = "k") -> Notice:
    """A message of a flow in the outbox."""
    chat = Connection.objects.filter(pair=pair, system="chat").first()
    return Notice.objects.create(
        public_id=f"ntc_{key}", pair=pair, connection=chat if channel == "chat" else None, channel=channel,
        type="flow.message", natural_key=key, recipient=to, content={"text": text, "order_number": "HF-1"},
    )  # fmt: skip


class Chat:
    """What was said in the chat."""

    said: list[str] = []

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def say(self, text: str) -> None:
        Chat.said.append(text)


@pytest.fixture
def chat(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Connection:
    Chat.said = []
    monkeypatch.setattr(noticing, "ChatClient", Chat)
    return connect_chat(pair, name="finance", hook_url="https://chat.example/T1/B2")


def test_all_messages_for_a_chat_go_in_one(pair: Pair, chat: Connection) -> None:
    told(pair, "HF-1 waits", key="a")
    told(pair, "HF-2 waits", key="b")
    assert send_notices(pair.pk) == 2
    assert Chat.said == ["HF-1 waits\nHF-2 waits"]
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}


def test_a_message_written_before_its_chat_was_connected_is_sent_then(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    Chat.said = []
    monkeypatch.setattr(noticing, "ChatClient", Chat)
    message = told(pair, "HF-1 waits")
    send_notices(pair.pk)
    message.refresh_from_db()
    assert message.state == Notice.State.RETRYING
    assert "no chat connection “finance”" in message.error
    with django_capture_on_commit_callbacks(execute=True):
        connect_chat(pair, name="finance", hook_url="https://chat.example/T1/B2")
    Notice.objects.update(not_before=timezone.now())
    send_notices(pair.pk)
    assert Chat.said == ["HF-1 waits"]


def test_staff_get_a_plain_e_mail(pair: Pair) -> None:
    told(pair, "HF-1 waits for approval", channel="staff", to="books@example.com")
    assert send_notices(pair.pk) == 1
    (message,) = mail.outbox
    assert message.to == ["books@example.com"]
    assert message.subject == f"{pair.name}: HF-1 waits for approval"
    assert "Order HF-1" in message.body
