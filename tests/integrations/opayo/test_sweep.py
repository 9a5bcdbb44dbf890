from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from integrations.core.failures import TransientFailure
from integrations.core.money import Money
from integrations.models import ApiCall, Connection, Event, Payment
from integrations.opayo.core.reporting import (
    OpayoTransaction,
    outcome_of_transaction,
    transaction_from_json,
)
from integrations.opayo.sweep import fetch_transaction, sweep
from sandbox.kernel.faults import Kind
from tests.factories import PaymentFactory
from tests.integrations.running_sandbox import DECLINED, SandboxInThread


def _sweep(connection: Connection, sandbox: SandboxInThread) -> int:
    """As a task does: with the connection as it is in the database."""
    connection.refresh_from_db()
    return sweep(connection, now=sandbox.now() + timedelta(seconds=1))


def _told(event: Event) -> OpayoTransaction:
    return transaction_from_json(bytes(event.body))


def _booked(connection: Connection, code: str, vps_tx_id: str, state: str, minor: int = 3834) -> Payment:
    return PaymentFactory(
        pair=connection.pair,
        order=None,
        vendor_tx_code=code,
        vps_tx_id=vps_tx_id,
        state=state,
        amount_minor=minor,
    )


def test_a_payment_whose_notification_never_came_is_found(
    connection: Connection, sandbox: SandboxInThread, woken: list[int]
) -> None:
    vps_tx_id = sandbox.sell("HF-1-1")
    assert _sweep(connection, sandbox) == 1
    event = Event.objects.get()
    assert (event.source, event.kind, event.authenticity, event.dedupe_key) == (
        "opayo", "transaction", "fetched", f"{vps_tx_id}:16",
    )  # fmt: skip
    told = _told(event)
    assert (told.vendor_tx_code, told.amount, outcome_of_transaction(told), told.surname) == (
        "HF-1-1", Money(3834, "GBP"), "captured", "Moss",
    )  # fmt: skip
    assert woken == [connection.pair_id]


def test_what_is_booked_already_costs_one_call_and_makes_no_event(
    connection: Connection, sandbox: SandboxInThread, woken: list[int]
) -> None:
    _booked(connection, "HF-1-1", sandbox.sell("HF-1-1"), "captured")
    assert _sweep(connection, sandbox) == 0
    assert ApiCall.objects.count() == 1
    assert woken == []


def test_sweeping_again_is_free_also_before_the_event_was_processed(
    connection: Connection, sandbox: SandboxInThread
) -> None:
    sandbox.sell("HF-1-1")
    assert _sweep(connection, sandbox) == 1
    calls = ApiCall.objects.count()
    assert _sweep(connection, sandbox) == 0
    assert ApiCall.objects.count() == calls + 1


def test_a_void_made_by_hand_is_found(connection: Connection, sandbox: SandboxInThread) -> None:
    vps_tx_id = sandbox.sell("HF-1-1")
    _booked(connection, "HF-1-1", vps_tx_id, "captured")
    sandbox.void(vps_tx_id)
    assert _sweep(connection, sandbox) == 1
    told = _told(Event.objects.get())
    assert (told.tx_state_id, outcome_of_transaction(told)) == (18, "failed")


def test_a_declined_card_is_told_too(connection: Connection, sandbox: SandboxInThread) -> None:
    sandbox.sell("HF-1-1", card=DECLINED)
    assert _sweep(connection, sandbox) == 1
    assert outcome_of_transaction(_told(Event.objects.get())) == "failed"


def test_an_amount_other_than_booked_is_news(connection: Connection, sandbox: SandboxInThread) -> None:
    _booked(connection, "HF-1-1", sandbox.sell("HF-1-1"), "captured", minor=3833)
    assert _sweep(connection, sandbox) == 1


def test_a_payment_still_going_on_is_left_alone(connection: Connection, sandbox: SandboxInThread) -> None:
    sandbox.switch("opayo.reporting_active", "all")
    sandbox.register("HF-1-1")
    assert _sweep(connection, sandbox) == 0


def test_rows_without_amounts_are_completed_by_their_details(
    connection: Connection, sandbox: SandboxInThread
) -> None:
    sandbox.switch("opayo.list_amounts", "no")
    _booked(connection, "HF-1-1", sandbox.sell("HF-1-1"), "registered")
    assert _sweep(connection, sandbox) == 1
    assert _told(Event.objects.get()).amount == Money(3834, "GBP")


def test_a_deferred_payment_released_weeks_later_is_found(
    connection: Connection, sandbox: SandboxInThread
) -> None:
    vps_tx_id = sandbox.sell("HF-1-1", TxType="DEFERRED")
    payment = _booked(connection, "HF-1-1", vps_tx_id, "waiting")
    assert _sweep(connection, sandbox) == 0
    sandbox.advance(20 * 24 * 3600)
    sandbox.release(vps_tx_id, "38.34")
    Payment.objects.filter(pk=payment.pk).update(created_at=sandbox.now() - timedelta(days=20))
    assert _sweep(connection, sandbox) == 1
    assert outcome_of_transaction(_told(Event.objects.get())) == "captured"


def test_the_sweep_remembers_how_far_it_came_and_keeps_the_cursors_of_others(
    connection: Connection, sandbox: SandboxInThread
) -> None:
    Connection.objects.filter(pk=connection.pk).update(cursors={"next_sweep_at": 5})
    before = sandbox.now()
    _sweep(connection, sandbox)
    connection.refresh_from_db()
    assert connection.cursors["next_sweep_at"] == 5
    assert datetime.fromisoformat(connection.cursors["swept_to"]) >= before


def test_a_sweep_that_fails_begins_again_where_the_last_whole_one_ended(
    connection: Connection, sandbox: SandboxInThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.opayo.sweep._TRIES", 1)
    sandbox.sell("HF-1-1")
    sandbox.fail("opayo.reporting", Kind.UNAVAILABLE)
    with pytest.raises(TransientFailure):
        _sweep(connection, sandbox)
    connection.refresh_from_db()
    assert "swept_to" not in connection.cursors
    assert connection.cursors["sweep_broke_off"] is True
    assert _sweep(connection, sandbox) == 1
    connection.refresh_from_db()
    assert connection.cursors["sweep_broke_off"] is False


def test_a_question_that_got_no_answer_is_asked_again_at_once(
    connection: Connection, sandbox: SandboxInThread
) -> None:
    sandbox.sell("HF-1-1")
    sandbox.fail("opayo.reporting", Kind.UNAVAILABLE)
    assert _sweep(connection, sandbox) == 1


def test_what_was_taken_while_we_were_away_for_months_is_found(
    connection: Connection, sandbox: SandboxInThread
) -> None:
    _sweep(connection, sandbox)
    sandbox.advance(10 * 24 * 3600)
    sandbox.sell("HF-1-1")
    sandbox.advance(80 * 24 * 3600)
    assert _sweep(connection, sandbox) == 1


def test_more_than_a_page_is_swept_whole(connection: Connection, sandbox: SandboxInThread) -> None:
    for number in range(60):
        sandbox.sell(f"HF-{number}-1")
    assert _sweep(connection, sandbox) == 60


def test_one_payment_is_fetched_with_its_key(
    connection: Connection, sandbox: SandboxInThread, woken: list[int]
) -> None:
    vps_tx_id = sandbox.sell("HF-1-1")
    _sweep(connection, sandbox)
    woken.clear()
    assert fetch_transaction(connection, "HF-1-1")
    fetched = Event.objects.get(dedupe_key=f"{vps_tx_id}:16:detail")
    assert len(_told(fetched).security_key) == 10
    assert woken == [connection.pair_id]
    assert fetch_transaction(connection, "HF-1-1")
    assert Event.objects.count() == 2


def test_what_opayo_does_not_know_or_has_not_decided_is_not_fetched(
    connection: Connection, sandbox: SandboxInThread
) -> None:
    sandbox.register("HF-1-1")
    assert not fetch_transaction(connection, "HF-1-1")
    assert not fetch_transaction(connection, "HF-2-1")
    assert not Event.objects.exists()


def test_a_refund_made_in_myopayo_is_found_with_what_it_is_of_and_once(
    connection: Connection, sandbox: SandboxInThread
) -> None:
    sandbox.switch("opayo.refund_before_settlement", "allowed")
    sale = sandbox.sell("HF-1-1")
    _booked(connection, "HF-1-1", sale, "captured")
    refund = sandbox.refund(sale, "5.00", "BACK-1")
    assert _sweep(connection, sandbox) == 1
    told = _told(Event.objects.get())
    assert (told.vps_tx_id, told.tx_type, told.amount) == (refund, "REFUND", Money(500, "GBP"))
    assert (told.related_transaction_id, told.related_vendor_tx_code) == (sale, "HF-1-1")
    assert _sweep(connection, sandbox) == 0
    sandbox.void(refund)
    assert _sweep(connection, sandbox) == 1


def test_what_is_too_much_for_one_sweep_is_where_the_next_begins(
    connection: Connection, sandbox: SandboxInThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.switch("opayo.refund_before_settlement", "allowed")
    monkeypatch.setattr("integrations.opayo.sweep._MOST_DETAILS", 1)
    sale = sandbox.sell("HF-1-1")
    _booked(connection, "HF-1-1", sale, "captured")
    for number in range(3):
        sandbox.refund(sale, "1.00", f"BACK-{number}")
    assert [_sweep(connection, sandbox) for _ in range(4)] == [1, 1, 1, 0]
    related = {_told(event).related_transaction_id for event in Event.objects.all()}
    assert related == {sale}
