"""Moving a payment on, whoever told of it."""

from __future__ import annotations

from datetime import datetime

from integrations.models import Event, Payment
from sync.core.payment_states import Told, next_state
from sync.services.batch import Batch
from sync.services.intake.outcomes import Done, Outcome

_ENDED = {Payment.State.FAILED, Payment.State.REVERSED}


def move(batch: Batch, event: Event, payment: Payment, told: Told, when: datetime) -> Outcome:
    """Put the payment into the state that follows; ABORT is stronger than OK, whichever came first."""
    state = next_state(payment.state, payment.vps_tx_id, told)
    payment.vps_tx_id = payment.vps_tx_id or told.vps_tx_id
    if state != payment.state:
        payment.status = told.status[:20]
        payment.vps_tx_id = told.vps_tx_id or payment.vps_tx_id
        if state == Payment.State.CAPTURED and payment.taken_at is None:
            payment.taken_at = when
        if state == Payment.State.WAITING and payment.authorised_minor is None:
            payment.authorised_minor = payment.amount_minor
        payment.state = state
        if state in _ENDED:
            batch.ended_payments[payment.vendor_tx_code] = state
    batch.change_payment(payment, event)
    return Done()
