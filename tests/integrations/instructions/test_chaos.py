"""Whatever breaks, and in whatever order: money goes back once, or not at all and says so."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.core.failures import OutcomeUnknown, TransientFailure
from integrations.core.money import Money
from integrations.inbound import wakeup as inbound
from integrations.instructions import carrying_out, endings, wakeup
from integrations.instructions.asking import Ask, NotAllowedError, ask
from integrations.instructions.carrying_out import carry_out
from integrations.instructions.core.progress import QUIET
from integrations.models import Connection, Event, Instruction, Payment
from integrations.opayo.core.follow_ups import Done, FollowUp, RefusedByOpayo
from integrations.opayo.core.registration import VendorTxCodeUsed
from integrations.opayo.core.reporting import OpayoTransaction
from tests.factories import OpayoConnectionFactory, PaymentFactory

_TAKEN = 5000


class _Killed(BaseException):
    """The worker is gone."""


class _Opayo:
    """Opayo as far as refunds go: takes each VendorTxCode once, never more than was paid, and loses what chance says."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.refunds: dict[str, OpayoTransaction] = {}
        self.sent: list[str] = []

    @property
    def given_back(self) -> int:
        return sum(refund.amount.minor for refund in self.refunds.values() if refund.amount)

    def follow_up(self, connection: Connection, asked: FollowUp) -> Done:
        self._may_break(
            TransientFailure("Opayo cannot be reached."), _Killed(), OutcomeUnknown("Lost on the way.")
        )
        done = self._refund(asked)
        self._may_break(OutcomeUnknown("The answer was lost."), _Killed())
        return done

    def _refund(self, asked: FollowUp) -> Done:
        self.sent.append(asked.vendor_tx_code)
        if asked.vendor_tx_code in self.refunds:
            raise VendorTxCodeUsed("Opayo has seen this reference before.")
        if self.given_back + asked.money.minor > _TAKEN:
            raise RefusedByOpayo("More than is left.", "4035")
        guid = f"5A1BC414-5409-48DD-9B8B-{len(self.refunds):012}"
        self.refunds[asked.vendor_tx_code] = OpayoTransaction(
            guid, asked.vendor_tx_code, tx_type="REFUND", tx_state_id=16, amount=asked.money,
            currency="GBP", related_transaction_id=asked.original.vps_tx_id,
        )  # fmt: skip
        return Done("0000 : The Authorisation was Successful.", guid)

    def report_on(self, connection: Connection, instruction: Instruction) -> OpayoTransaction | None:
        self._may_break(TransientFailure("Opayo's reports are busy."), _Killed())
        return self.refunds.get(instruction.vendor_tx_code)

    def _may_break(self, *failures: BaseException) -> None:
        if self.chance.random() < 0.35:
            raise self.chance.choice(failures)


@pytest.fixture
def payment(db: None, monkeypatch: pytest.MonkeyPatch) -> Payment:
    monkeypatch.setattr(wakeup, "on_asked", [])
    monkeypatch.setattr(inbound, "on_event_stored", [])
    yesterday = timezone.now() - timedelta(days=1)
    payment = PaymentFactory(amount_minor=_TAKEN, taken_at=yesterday)
    OpayoConnectionFactory(pair=payment.pair)
    return payment


def _work(pk: int, chance: random.Random) -> None:
    """One turn of a worker, which may be killed; then time passes, sometimes enough to send again."""
    try:
        carry_out(pk)
    except _Killed:
        pass
    row = Instruction.objects.get(pk=pk)
    ago = chance.choice([timedelta(), timedelta(seconds=30), QUIET])
    Instruction.objects.filter(pk=pk).update(
        not_before=None, sent_at=row.sent_at - ago if row.sent_at else None
    )


@pytest.mark.parametrize("seed", range(40))
def test_money_goes_back_once_or_not_at_all(
    payment: Payment, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    opayo = _Opayo(chance)
    monkeypatch.setattr(carrying_out, "follow_up", opayo.follow_up)
    monkeypatch.setattr(carrying_out, "report_on", opayo.report_on)
    whole = endings.end

    def end(instruction: Instruction, ending: endings.Ending) -> None:
        opayo._may_break(_Killed())
        whole(instruction, ending)

    monkeypatch.setattr(carrying_out, "end", end)
    for turn in range(120):
        # People keep asking, too much and twice over, while workers work.
        try:
            key = f"request-{chance.randrange(4)}"
            ask(payment, "refund", Money(chance.choice([1000, 2500, 5000]), "GBP"), Ask("person", key))
        except NotAllowedError:
            pass
        still_open = list(
            Instruction.objects.exclude(state__in=["done", "refused"]).values_list("pk", flat=True)
        )
        if not still_open and turn > 20:
            break
        for pk in still_open:
            _work(pk, chance)
    rows = Instruction.objects.all()
    assert {row.state for row in rows} <= {"done", "refused"}
    done = [row for row in rows if row.state == "done"]
    assert sum(row.amount_minor or 0 for row in done) == opayo.given_back <= _TAKEN
    assert {row.vendor_tx_code for row in done} == opayo.refunds.keys()
    assert Event.objects.filter(kind="instruction").count() == len(done)
