"""Webhooks: the check before the first event, batches, signatures, retries."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from sandbox.credentials import XERO_WEBHOOK_KEY
from sandbox.kernel.wire import Outgoing, Reply
from tests.sandbox.xero.rig import Xero, contact, credit_note, invoice, payment

URL = "http://127.0.0.1:8000/hooks/xero"


def signed_rightly(call: Outgoing) -> bool:
    digest = hmac.new(XERO_WEBHOOK_KEY.encode(), call.body, hashlib.sha256).digest()
    return hmac.compare_digest(call.headers["x-xero-signature"], base64.b64encode(digest).decode())


def answer(xero: Xero, *, bad: int = 401, good: int = 200, body: bytes = b"") -> Outgoing:
    """Answer the newest call as a receiver that checks signatures would."""
    call = xero.sent[-1]
    xero.system.replied(call.key, Reply(good if signed_rightly(call) else bad, body))
    return call


def state(xero: Xero) -> dict[str, Any]:
    held = xero.system.truth()["webhook"]
    assert held is not None
    return dict(held)


@pytest.fixture
def subscribed(xero: Xero) -> Xero:
    """A Xero whose receiver has passed the check."""
    xero.system.configure_webhook(URL)
    for _ in range(4):
        answer(xero)
    assert state(xero)["status"] == "ok"
    xero.sent.clear()
    return xero


def events(xero: Xero) -> list[dict[str, Any]]:
    """The events of the newest call, after the next look at what is due."""
    xero.system.tick()
    shown: list[dict[str, Any]] = json.loads(xero.sent[-1].body)["events"]
    return shown


def test_the_check_sends_empty_events_mostly_signed_wrongly(xero: Xero) -> None:
    xero.system.configure_webhook(URL)
    calls = [answer(xero) for _ in range(4)]
    assert [signed_rightly(call) for call in calls] == [False, False, True, False]
    body = json.loads(calls[0].body)
    assert (body["events"], body["firstEventSequence"], body["lastEventSequence"]) == ([], 0, 0)
    assert len(body["entropy"]) == 20
    assert (calls[0].url, calls[0].route) == (URL, "xero.webhook")
    assert state(xero)["status"] == "ok"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"bad": 200}, "Response to incorrectly signed payload not 401"),
        ({"good": 401}, "Response not 200"),
        ({"good": 500}, "Response not 200"),
        ({"body": b"thanks"}, "Response contains a body"),
    ],
)
def test_a_receiver_that_fails_the_check_gets_nothing(
    xero: Xero, options: dict[str, Any], problem: str
) -> None:
    xero.system.configure_webhook(URL)
    while state(xero)["status"] == "intent to receive":
        answer(xero, **options)
    assert (state(xero)["status"], state(xero)["problem"]) == ("intent to receive required", problem)
    sent = len(xero.sent)
    xero.made("Invoices", invoice())
    xero.system.tick()
    assert len(xero.sent) == sent


def test_no_answer_fails_the_check_until_it_is_tried_again(xero: Xero) -> None:
    xero.system.configure_webhook(URL)
    xero.system.failed(xero.sent[-1].key, "refused")
    assert state(xero)["problem"] == "refused"
    xero.system.configure_webhook(URL)
    for _ in range(4):
        answer(xero)
    assert state(xero)["status"] == "ok"


def test_a_call_tells_of_all_that_changed_with_a_right_signature(subscribed: Xero) -> None:
    made = subscribed.made("Invoices", invoice())
    subscribed.made("Payments", payment(made))
    told = events(subscribed)
    assert signed_rightly(subscribed.sent[-1])
    assert [(each["eventCategory"], each["eventType"]) for each in told] == [
        ("CONTACT", "CREATE"),
        ("INVOICE", "CREATE"),
        ("INVOICE", "UPDATE"),
    ]
    assert told[1] == {
        "resourceUrl": f"https://api.xero.com/api.xro/2.0/Invoices/{made['InvoiceID']}",
        "resourceId": made["InvoiceID"],
        "eventDateUtc": "2026-06-15T12:00:00.000",
        "eventType": "CREATE",
        "eventCategory": "INVOICE",
        "tenantId": subscribed.tenant,
        "tenantType": "ORGANISATION",
    }
    body = json.loads(subscribed.sent[-1].body)
    assert (body["firstEventSequence"], body["lastEventSequence"]) == (1, 3)


def test_credit_notes_carry_their_type_and_status(subscribed: Xero) -> None:
    subscribed.made("Contacts", contact())
    subscribed.made("CreditNotes", credit_note())
    assert events(subscribed)[-1]["data"] == {"Type": "ACCRECCREDIT", "Status": "AUTHORISED"}


def test_what_was_refused_is_not_told(subscribed: Xero) -> None:
    subscribed.put("Invoices", invoice("A"), invoice("B", LineItems=[]))
    subscribed.put("Invoices", invoice("A"), invoice("B", LineItems=[]), query={"summarizeErrors": "false"})
    told = events(subscribed)
    assert [each["eventCategory"] for each in told] == ["CONTACT", "INVOICE"]


def test_one_call_at_a_time_and_the_next_goes_on_where_it_ended(subscribed: Xero) -> None:
    subscribed.made("Contacts", contact("A"))
    assert len(events(subscribed)) == 1
    subscribed.made("Contacts", contact("B"))
    subscribed.system.tick()
    assert len(subscribed.sent) == 1
    answer(subscribed)
    body = json.loads(subscribed.sent[-1].body)
    assert (len(subscribed.sent), body["firstEventSequence"], len(body["events"])) == (2, 2, 1)


def test_failures_are_tried_again_at_lengthening_intervals(subscribed: Xero) -> None:
    subscribed.made("Contacts", contact())
    subscribed.system.tick()
    first = subscribed.sent[-1]
    subscribed.system.replied(first.key, Reply(500))
    assert len(subscribed.sent) == 2
    subscribed.system.failed(subscribed.sent[-1].key, "timed out")
    waits = []
    for _ in range(4):
        before = len(subscribed.sent)
        waited = 0
        while len(subscribed.sent) == before:
            subscribed.world.clock.advance(1, machine=True)
            waited += 1
            subscribed.system.tick()
        waits.append(waited)
        assert json.loads(subscribed.sent[-1].body)["events"] == json.loads(first.body)["events"]
        subscribed.system.replied(subscribed.sent[-1].key, Reply(503))
    assert waits == sorted(waits)
    assert len(set(waits)) == 4


def test_after_a_day_of_failures_it_is_switched_off_and_can_be_saved_again(subscribed: Xero) -> None:
    subscribed.made("Contacts", contact())
    while state(subscribed)["status"] == "ok":
        subscribed.system.tick()
        subscribed.system.failed(subscribed.sent[-1].key, "refused")
        subscribed.world.clock.advance(7200, machine=True)
    assert state(subscribed)["status"] == "disabled"
    subscribed.system.configure_webhook(URL)
    for _ in range(4):
        answer(subscribed)
    assert len(json.loads(subscribed.sent[-1].body)["events"]) == 1


def test_an_answer_to_a_call_given_up_is_not_taken(subscribed: Xero) -> None:
    subscribed.made("Contacts", contact())
    subscribed.system.tick()
    subscribed.system.replied("webhook-0:99", Reply(200))
    assert state(subscribed)["waiting"] == 1


@pytest.mark.parametrize("switch", ["xero.own_events", "xero.payment_events"])
def test_echoes_by_the_switches(subscribed: Xero, switch: str) -> None:
    subscribed.world.switches[switch] = False
    subscribed.paid_invoice()
    count = 0 if switch == "xero.own_events" else 2
    assert state(subscribed)["waiting"] == count
    subscribed.system.person_edits("PUT", "Contacts", contact("By hand"))
    assert state(subscribed)["waiting"] == count + 1


def test_only_the_categories_asked_for_are_told(xero: Xero) -> None:
    xero.system.configure_webhook(URL, categories=("INVOICE",))
    for _ in range(4):
        answer(xero)
    xero.made("Invoices", invoice())
    assert {each["eventCategory"] for each in events(xero)} == {"INVOICE"}
