from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from integrations.core.money import Money
from integrations.instructions import carrying_out
from integrations.instructions.asking import Ask, ask
from integrations.instructions.carrying_out import carry_out
from integrations.instructions.core.progress import QUIET
from integrations.instructions.settled import hasten_settled
from integrations.models import ApiCall, Connection, Dispute, Event, Instruction, Payment, Secret
from integrations.opayo.core.follow_ups import Kind
from sandbox.kernel.faults import Kind as Fault
from tests.integrations.instructions.conftest import Sell
from tests.integrations.running_sandbox import SandboxInThread

_ROUTES = ("opayo.shared", "opayo.pi")


@pytest.fixture(autouse=True)
def _refunds_at_once(sandbox: SandboxInThread) -> None:
    sandbox.switch("opayo.refund_before_settlement", "allowed")


def _ask(payment: Payment, kind: Kind, minor: int | None, key: str = "k") -> Instruction:
    amount = None if minor is None else Money(minor, payment.currency)
    return ask(payment, kind, amount, Ask("person", key, reason="Came back broken"))


def _later(instruction: Instruction, by: timedelta = timedelta()) -> None:
    """Let waiting times pass; `by`: the last sending was so long ago."""
    row = Instruction.objects.get(pk=instruction.pk)
    sent_at = row.sent_at - by if row.sent_at else None
    Instruction.objects.filter(pk=row.pk).update(not_before=None, sent_at=sent_at)


def _finish(instruction: Instruction) -> Instruction:
    """Again and again, as the task would, until it has ended."""
    for _ in range(12):
        found = carry_out(instruction.pk)
        if found.state in (Instruction.State.DONE, Instruction.State.REFUSED):
            return found
        _later(instruction, QUIET)
    raise AssertionError(f"It never ended: {found.state} {found.error}")


def _refunded(sandbox: SandboxInThread, payment: Payment) -> Decimal:
    record = sandbox.do(lambda: sandbox.opayo.gateway.records.get(payment.vps_tx_id))
    assert record is not None
    return record.tx.refunded


def _told() -> list[dict[str, Any]]:
    events = Event.objects.filter(source="opayo", kind="instruction").order_by("pk")
    return [json.loads(bytes(event.body), parse_float=Decimal) for event in events]


@pytest.mark.parametrize("key", [True, False])
def test_part_of_a_payment_goes_back(
    sell: Sell, sandbox: SandboxInThread, woken: list[str], key: bool
) -> None:
    payment = sell(key=key)
    done = carry_out(_ask(payment, "refund", 1000).pk)
    assert (done.state, done.kind, done.error) == ("done", "refund", "")
    assert _refunded(sandbox, payment) == Decimal("10.00")
    (told,) = _told()
    assert (told["kind"], told["vendor_tx_code"], told["related_vendor_tx_code"], told["amount"]) == (
        "refund", "HF-1-1-R1", "HF-1-1", "10.00",
    )  # fmt: skip
    assert told["vps_tx_id"] == done.vps_tx_id
    by = ApiCall.objects.get(purpose="instructions").path
    assert by == ("/gateway/service/refund.vsp" if key else "/api/v1/transactions")


def test_a_refund_that_a_dispute_overtakes_is_not_sent(sell: Sell, sandbox: SandboxInThread) -> None:
    payment = sell()
    asked = _ask(payment, "refund", 1000)
    Dispute.objects.create(
        pair=payment.pair,
        payment=payment,
        case_id="CB1",
        amount_minor=3834,
        currency="GBP",
        raised_on="2026-11-23",
    )
    stopped = carry_out(asked.pk)
    assert (stopped.state, "Answer the dispute instead" in stopped.error) == ("refused", True)
    assert _refunded(sandbox, payment) == 0
    assert not ApiCall.objects.filter(purpose="instructions").exists()


def test_without_pi_the_security_key_is_asked_of_the_reports(sell: Sell, sandbox: SandboxInThread) -> None:
    payment = sell(key=False)
    Secret.objects.filter(name__startswith="integration").delete()
    assert carry_out(_ask(payment, "refund", 1000).pk).state == "done"
    assert _refunded(sandbox, payment) == Decimal("10.00")


@pytest.mark.parametrize("key", [True, False])
def test_the_whole_of_a_payment_of_today_is_voided(sell: Sell, sandbox: SandboxInThread, key: bool) -> None:
    payment = sell(key=key)
    done = carry_out(_ask(payment, "refund", 3834).pk)
    assert (done.state, done.kind) == ("done", "void")
    assert sandbox.state_of(payment.vps_tx_id) == 18
    assert _told()[0]["amount"] == "38.34"


@pytest.mark.parametrize("key", [True, False])
def test_a_void_that_comes_too_late_becomes_a_refund(sell: Sell, sandbox: SandboxInThread, key: bool) -> None:
    payment = sell(key=key)
    asked = _ask(payment, "refund", 3834)
    assert asked.kind == "void"
    sandbox.advance(86_400)
    done = _finish(asked)
    assert (done.state, done.kind) == ("done", "refund")
    assert _refunded(sandbox, payment) == Decimal("38.34")
    assert [told["kind"] for told in _told()] == ["refund"]


@pytest.mark.parametrize("key", [True, False])
def test_a_payment_voided_in_my_opayo_meanwhile_is_not_refunded_too(
    sell: Sell, sandbox: SandboxInThread, key: bool
) -> None:
    payment = sell(key=key)
    asked = _ask(payment, "refund", 3834)
    sandbox.void(payment.vps_tx_id)
    assert _finish(asked).state == "done"
    assert _refunded(sandbox, payment) == 0


@pytest.mark.parametrize("key", [True, False])
@pytest.mark.parametrize(
    ("tx_type", "kind", "minor", "state"),
    [
        ("DEFERRED", "release", 3000, 16),
        ("DEFERRED", "abort", None, 19),
        ("AUTHENTICATE", "authorise", 4000, 15),
        ("AUTHENTICATE", "cancel", None, 22),
    ],
)
def test_deferred_and_authenticated_payments_are_moved_on(
    sell: Sell, sandbox: SandboxInThread, key: bool, tx_type: str, kind: Kind, minor: int | None, state: int
) -> None:
    payment = sell(key=key, TxType=tx_type)
    done = carry_out(_ask(payment, kind, minor).pk)
    assert (done.state, done.error) == ("done", "")
    assert sandbox.state_of(payment.vps_tx_id) == state
    assert bool(done.vps_tx_id) is (kind == "authorise")
    (told,) = _told()
    assert told["kind"] == kind
    assert told["amount"] == (None if minor is None else f"{Decimal(minor) / 100:.2f}")


def test_a_refund_before_settlement_waits_for_the_batch(sell: Sell, sandbox: SandboxInThread) -> None:
    sandbox.switch("opayo.refund_before_settlement", "refused")
    payment = sell()
    asked = carry_out(_ask(payment, "refund", 1000).pk)
    assert (asked.state, asked.sent_at is not None) == ("asked", True)
    assert "after it was settled" in asked.error
    assert carry_out(asked.pk).attempts == 1
    assert hasten_settled(payment.pair_id) == 0
    Payment.objects.filter(pk=payment.pk).update(taken_at=timezone.now() - timedelta(days=1))
    sandbox.advance(86_400)
    assert hasten_settled(payment.pair_id) == 1
    assert carry_out(asked.pk).state == "done"


def test_what_opayo_refuses_is_said_in_words_and_books_nothing(sell: Sell, sandbox: SandboxInThread) -> None:
    payment = sell()
    assert carry_out(_ask(payment, "refund", 3000).pk).state == "done"
    # Somebody refunds in MyOpayo what our records do not know of yet.
    Instruction.objects.update(state="refused")
    refused = carry_out(_ask(payment, "refund", 3000, "k2").pk)
    assert refused.state == "refused"
    assert refused.error == "Opayo refused: more would be refunded than is left of the payment."
    assert len(_told()) == 1


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER, Fault.TRUNCATE, Fault.DROP, Fault.SERVER_ERROR])
@pytest.mark.parametrize("key", [True, False])
@pytest.mark.parametrize("minor", [1000, 3834])
def test_a_lost_answer_is_looked_up_and_the_money_goes_back_once(
    sell: Sell, sandbox: SandboxInThread, fault: Fault, key: bool, minor: int
) -> None:
    payment = sell(key=key)
    sandbox.fail("opayo.*", fault)
    asked = _ask(payment, "refund", minor)
    first = carry_out(asked.pk)
    assert first.state == "unknown"
    done = _finish(asked)
    assert done.state == "done"
    whole_was_voided = sandbox.state_of(payment.vps_tx_id) == 18
    assert (_refunded(sandbox, payment) == Decimal(minor) / 100) is not whole_was_voided
    assert len(_told()) == 1


def test_what_is_unknown_is_not_sent_again_while_opayo_may_still_be_at_it(
    sell: Sell, sandbox: SandboxInThread
) -> None:
    payment = sell()
    sandbox.fail("opayo.*", Fault.DROP)
    asked = _ask(payment, "refund", 1000)
    carry_out(asked.pk)
    for _ in range(3):
        _later(asked)
        assert carry_out(asked.pk).state == "unknown"
    assert ApiCall.objects.filter(purpose="instructions").count() == 1
    assert _finish(asked).state == "done"
    assert ApiCall.objects.filter(purpose="instructions").count() == 2


class _Killed(BaseException):
    """The worker is gone."""


@pytest.mark.parametrize("step", ["follow_up", "end"])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("minor", [1000, 3834])
def test_a_worker_killed_at_any_step_is_taken_over_and_the_money_goes_back_once(
    sell: Sell, sandbox: SandboxInThread, monkeypatch: pytest.MonkeyPatch, step: str, after: bool, minor: int
) -> None:
    payment = sell()
    asked = _ask(payment, "refund", minor)
    work = getattr(carrying_out, step)

    def killed(*args: Any) -> None:
        if after:
            work(*args)
        raise _Killed

    monkeypatch.setattr(carrying_out, step, killed)
    with pytest.raises(_Killed):
        carry_out(asked.pk)
    monkeypatch.setattr(carrying_out, step, work)
    assert carry_out(asked.pk).state != "refused"
    _later(asked, QUIET)
    assert _finish(asked).state == "done"
    assert sandbox.state_of(payment.vps_tx_id) == 18 or _refunded(sandbox, payment) == Decimal(minor) / 100
    assert len(_told()) == 1


def test_an_ended_instruction_is_never_sent_again(sell: Sell) -> None:
    asked = _ask(sell(), "refund", 1000)
    carry_out(asked.pk)
    calls = ApiCall.objects.count()
    _later(asked)
    assert carry_out(asked.pk).state == "done"
    assert ApiCall.objects.count() == calls


def test_a_code_that_somebody_elses_transaction_has_is_given_up(sell: Sell, sandbox: SandboxInThread) -> None:
    payment = sell()
    sell("HF-1-1-R1", "5.00")
    Payment.objects.filter(vendor_tx_code="HF-1-1-R1").delete()
    done = _finish(_ask(payment, "refund", 1000))
    assert (done.state, done.vendor_tx_code) == ("done", "HF-1-1-R2")
    assert _refunded(sandbox, payment) == Decimal("10.00")


def test_opayo_out_of_reach_is_tried_again_without_a_look_up(sell: Sell, sandbox: SandboxInThread) -> None:
    payment = sell()
    sandbox.fail("opayo.*", Fault.UNAVAILABLE)
    asked = carry_out(_ask(payment, "refund", 1000).pk)
    assert (asked.state, asked.not_before is not None) == ("asked", True)
    assert _finish(asked).state == "done"


def test_a_wrong_vendor_name_waits_for_a_person(sell: Sell, connection: Connection) -> None:
    payment = sell()
    connection.config["vendor"] = "nobody"
    connection.save()
    asked = carry_out(_ask(payment, "refund", 1000).pk)
    assert asked.state == "asked"
    assert "Check the vendor name under Connections" in asked.error
    connection.config["vendor"] = "tillbridge"
    connection.save()
    assert _finish(asked).state == "done"
