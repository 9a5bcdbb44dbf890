"""People are told of a dispute's deadline, once for each number of days before it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from dashboard.selectors.needs import needs_of
from integrations.disputes.importing import today_of
from integrations.models import Connection, Dispute, Pair, Role
from sync.models import Notice
from sync.services.dispute_alerts import alert_deadlines
from sync.services.noticing import send_notices
from tests.factories import MembershipFactory, PairFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def dispute(db: None) -> Dispute:
    """A dispute to be answered in six days, in a pair with an operator, a viewer and no chat."""
    pair = PairFactory()
    MembershipFactory(pair=pair, role=Role.OPERATOR, user__email="opal@example.com")
    MembershipFactory(pair=pair, role=Role.VIEWER)
    today = today_of(pair)
    return Dispute.objects.create(
        pair=pair, case_id="CB1", state="received", amount_minor=3834, currency="GBP", raised_on=today, scheme="Visa",
        reason_code="10.4", respond_by=today + timedelta(days=6),
    )  # fmt: skip


def due_in(dispute: Dispute, days: int) -> Pair:
    """The same, with so many days left."""
    dispute.respond_by = today_of(dispute.pair) + timedelta(days=days)
    dispute.save()
    return dispute.pair


def test_those_who_may_act_are_told_once_by_mail_and_chat(dispute: Dispute) -> None:
    Connection.objects.create(pair=dispute.pair, system=Connection.System.CHAT, name="till", key="chat-1")
    assert alert_deadlines(dispute.pair) == 2
    assert alert_deadlines(dispute.pair) == 0
    chat = Notice.objects.get(channel="chat")
    assert (chat.type, chat.recipient) == ("dispute.due", "till")
    assert "6 days left" in chat.content["text"]
    chat.delete()
    send_notices(dispute.pair_id)
    [message] = mail.outbox
    assert message.to == ["opal@example.com"]
    assert "Dispute CB1 over 38.34 GBP" in message.subject
    assert "Visa 10.4 Other fraud, card absent" in str(message.body)


def test_the_next_number_of_days_and_a_new_deadline_are_told_again(dispute: Dispute) -> None:
    pair = dispute.pair
    first = dispute.respond_by
    assert alert_deadlines(pair) == 1
    Dispute.objects.update(respond_by=today_of(pair) + timedelta(days=1))
    assert alert_deadlines(pair) == 1
    Dispute.objects.update(respond_by=first)
    assert alert_deadlines(pair) == 0


@pytest.mark.parametrize(
    ("days", "state", "settings"),
    [
        (8, "received", [7]),
        (-1, "received", [7]),
        (2, "represented", [7]),
        (2, "won", [7]),
        (2, "received", []),
    ],
)
def test_nobody_is_told_of_what_is_far_off_over_or_answered(
    dispute: Dispute, days: int, state: str, settings: list[int]
) -> None:
    pair = due_in(dispute, days)
    Dispute.objects.update(state=state)
    pair.dispute_alert_days = settings
    assert alert_deadlines(pair) == 0


def test_the_home_page_asks_for_an_answer_and_says_what_is_overdue(dispute: Dispute) -> None:
    [need] = needs_of(dispute.pair)
    assert need.title == "1 dispute waits for your answer"
    assert "6 days left" in need.text
    assert [(price.minor, price.currency) for price in need.prices] == [(3834, "GBP")]
    assert "1 overdue. The nearest: 2 days overdue" in needs_of(due_in(dispute, -2))[0].text
    assert needs_of(due_in(dispute, 20)) == []
