from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from integrations.core.failures import TransientFailure
from integrations.models import ApiCall, CallBudget, Connection, Event
from integrations.xero import polling
from integrations.xero.polling import is_due, poll
from sandbox.kernel.faults import Kind
from tests.integrations.xero.running_xero import XeroInThread


def edited(xero: XeroInThread, number: str, **fields: Any) -> None:
    """A person makes or changes an invoice in Xero."""
    line = {"Description": "Teapot", "Quantity": 1, "UnitAmount": 24, "AccountCode": "200"}
    body = {
        "Type": "ACCREC",
        "InvoiceNumber": number,
        "Contact": {"Name": "Ada Moss"},
        "LineItems": [line],
        **fields,
    }
    reply = xero.at(lambda system: system.person_edits("POST", "Invoices", body))
    assert reply.status == 200, reply.body


def events(kind: str) -> list[Any]:
    rows = Event.objects.filter(source="xero", kind=kind).order_by("pk")
    return [json.loads(bytes(row.body), parse_float=Decimal) for row in rows]


def test_what_people_change_in_xero_becomes_events(xero: XeroInThread, connection: Connection) -> None:
    edited(xero, "HF-1")
    assert poll(connection) == 2
    (page,) = events("invoices")
    assert page["Invoices"][0]["InvoiceNumber"] == "HF-1"
    assert page["Invoices"][0]["Total"] == Decimal("28.80")
    (contacts,) = events("contacts")
    assert contacts["Contacts"][0]["Name"] == "Ada Moss"
    event = Event.objects.get(kind="invoices")
    assert event.authenticity == Event.Authenticity.FETCHED
    assert event.connection == connection


def test_a_quiet_xero_makes_no_events(connection: Connection) -> None:
    assert poll(connection) == 0
    assert Event.objects.count() == 0
    assert ApiCall.objects.filter(purpose="polling").count() == 4


def test_what_was_seen_is_not_told_again_but_its_next_change_is(
    xero: XeroInThread, connection: Connection
) -> None:
    edited(xero, "HF-1")
    poll(connection)
    assert poll(connection) == 0
    xero.move_clock(5)
    edited(xero, "HF-1", Reference="by hand")
    assert poll(connection) == 1
    assert [page["Invoices"][0].get("Reference") for page in events("invoices")] == ["", "by hand"]


def test_the_cursor_survives_in_the_database(xero: XeroInThread, connection: Connection) -> None:
    edited(xero, "HF-1")
    poll(connection)
    fresh = Connection.objects.select_related("pair", "grant").get(pk=connection.pk)
    assert poll(fresh) == 0


def test_all_pages_are_read(
    xero: XeroInThread, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "PAGE", 2)
    for number in range(5):
        edited(xero, f"HF-{number}")
    poll(connection)
    numbers = [each["InvoiceNumber"] for page in events("invoices") for each in page["Invoices"]]
    assert sorted(numbers) == [f"HF-{number}" for number in range(5)]


def test_customers_who_were_in_xero_before_us_are_known(xero: XeroInThread, connection: Connection) -> None:
    edited(xero, "HF-1")
    connection.created_at = timezone.now() + timedelta(hours=1)
    assert poll(connection) == 1
    assert events("contacts")[0]["Contacts"][0]["Name"] == "Ada Moss"
    assert events("invoices") == []


def test_a_poll_cut_short_between_pages_does_not_begin_anew(
    xero: XeroInThread, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "PAGE", 2)
    for number in range(4):
        xero.move_clock(300)
        edited(xero, f"HF-{number}")
    CallBudget.objects.create(connection=connection, minute_window=[[int(timezone.now().timestamp()), 40]])
    with pytest.raises(TransientFailure, match="minute"):
        poll(connection)
    assert [len(page["Invoices"]) for page in events("invoices")] == [2, 1]
    CallBudget.objects.update(minute_window=[])
    poll(connection)
    numbers = [each["InvoiceNumber"] for page in events("invoices") for each in page["Invoices"]]
    assert numbers == ["HF-0", "HF-1", "HF-2", "HF-3"]


def test_a_poll_cut_short_goes_on_where_it_was(xero: XeroInThread, connection: Connection) -> None:
    edited(xero, "HF-1")
    xero.fail("xero.contacts.read", Kind.DROP)
    with pytest.raises(TransientFailure):
        poll(connection)
    assert len(events("invoices")) == 1
    poll(connection)
    assert len(events("invoices")) == 1
    assert len(events("contacts")) == 1


def test_the_next_poll_is_planned_within_the_share_of_the_day(connection: Connection) -> None:
    assert is_due(connection)
    poll(connection)
    connection.refresh_from_db()
    assert not is_due(connection)
    assert connection.cursors["poll_seconds"] >= 4 * 86_400 / (0.2 * 5_000)
    connection.cursors["poll_due_at"] = (timezone.now() - timedelta(seconds=1)).isoformat()
    assert is_due(connection)


def test_polling_gives_way_when_the_day_runs_out(connection: Connection) -> None:
    CallBudget.objects.create(connection=connection, day_remaining=700, seen_at=timezone.now())
    with pytest.raises(TransientFailure, match="more urgent"):
        poll(connection)
    assert ApiCall.objects.count() == 0
