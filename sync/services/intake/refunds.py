"""Refunds, told by Opayo's reports or by an instruction of ours: however often and in whatever order, one record."""

from __future__ import annotations

from typing import Final

from integrations.core.money import Money
from integrations.models import Event, Payment, Refund
from integrations.opayo.core.instructed import Instructed
from integrations.opayo.core.reporting import OpayoTransaction, outcome_of_transaction
from sync.services.batch import Batch
from sync.services.intake.outcomes import Done, Outcome, UnreadableError
from sync.services.intake.waiting import ask_opayo

_TAKEN_BACK: Final = frozenset({18, 23})
"""Voided on its day, or refused by the acquirer (Reporting & Admin API, txstateid): it was a refund, and is none."""
_ORPHAN: Final = (
    "Opayo tells of the refund {code}, but neither a shop nor Opayo's own reports know the payment it was of. "
    "Nothing was booked."
)


def of_report(batch: Batch, event: Event, told: OpayoTransaction) -> Outcome:
    """A refund as Opayo's reports tell it."""
    refund = batch.refunds.get(told.vendor_tx_code)
    stands = outcome_of_transaction(told) == "captured"
    if refund is None and not stands and told.tx_state_id not in _TAKEN_BACK:
        return Done(Event.State.IGNORED, "This refund came to nothing: no money went back.")
    payment = batch.payment_called(told.related_vendor_tx_code, told.related_transaction_id)
    if refund is None:
        if payment is None:
            code = told.vendor_tx_code
            return ask_opayo(batch, event, told.related_vendor_tx_code, _ORPHAN.format(code=code))
        if told.amount is None or not told.amount.minor:
            raise UnreadableError(f"Opayo does not say how much the refund {told.vendor_tx_code} gave back.")
        when = told.completed or told.started or event.received_at
        refund = Refund(
            pair=batch.pair,
            payment=payment,
            vendor_tx_code=told.vendor_tx_code,
            happened_at=when,
            channel=Refund.Channel.MYOPAYO,
        )
        _set_amount(refund, told.amount)
    refund.vps_tx_id = refund.vps_tx_id or told.vps_tx_id
    refund.is_voided = refund.is_voided or not stands
    return _keep(batch, event, refund)


def of_instruction(batch: Batch, event: Event, done: Instructed) -> Outcome:
    """A refund that Opayo made because we asked for it: what was asked says more than a report can."""
    payment = batch.payment_called(done.related_vendor_tx_code)
    if payment is None:
        code = done.vendor_tx_code
        return ask_opayo(batch, event, done.related_vendor_tx_code, _ORPHAN.format(code=code))
    if done.amount is None or not done.amount.minor:
        raise UnreadableError(f"The refund {done.vendor_tx_code} names no amount.")
    refund = batch.refunds.get(done.vendor_tx_code) or Refund(
        pair=batch.pair,
        vendor_tx_code=done.vendor_tx_code,
        happened_at=done.happened_at,
    )
    refund.payment = payment
    _set_amount(refund, done.amount)
    refund.vps_tx_id = refund.vps_tx_id or done.vps_tx_id
    refund.channel, refund.reason = Refund.Channel(done.via), done.reason
    refund.lines = [dict(line) for line in done.lines]
    refund.instruction_id = done.instruction
    return _keep(batch, event, refund)


def void(batch: Batch, event: Event, refund: Refund) -> Outcome:
    """Opayo took the refund back before the day's batch."""
    refund.is_voided = True
    return _keep(batch, event, refund)


def _set_amount(refund: Refund, amount: Money) -> None:
    refund.amount_minor, refund.currency = amount.minor, amount.currency


def _keep(batch: Batch, event: Event, refund: Refund) -> Outcome:
    payment: Payment | None = refund.payment
    if payment is not None:
        refund.related_vps_tx_id = payment.vps_tx_id
    batch.change_refund(refund, event)
    return Done()
