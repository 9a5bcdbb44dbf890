"""Money that is taken later, or again: released, authorised and repeated payments."""

from __future__ import annotations

from typing import Final

from integrations.core.money import Money
from integrations.models import Event, Instruction, Payment
from integrations.opayo.core.reporting import OpayoTransaction, outcome_of_transaction
from sync.services.batch import Batch
from sync.services.intake.outcomes import Outcome
from sync.services.intake.waiting import ask_opayo

RELEASED: Final = frozenset({"DEFERRED", "REPEATDEFERRED"})
_ORPHAN: Final = (
    "Opayo tells of {code}, which was taken on an earlier payment, but neither a shop nor Opayo's own reports know that "
    "one. Nothing was booked."
)


def builds_on(batch: Batch, event: Event, payment: Payment, told: OpayoTransaction) -> Outcome | None:
    """Tie a payment taken on an earlier one to it; an AUTHORISE waits until that one is known."""
    if not told.builds_on_another:
        return None
    earlier = batch.payment_called(told.related_vendor_tx_code, told.related_transaction_id)
    if earlier is None and told.tx_type == "AUTHORISE":
        code = told.vendor_tx_code
        return ask_opayo(batch, event, told.related_vendor_tx_code, _ORPHAN.format(code=code))
    payment.related_vps_tx_id = payment.related_vps_tx_id or told.related_transaction_id
    if earlier is not None:
        inherit(payment, earlier)
    return None


def inherit(payment: Payment, earlier: Payment) -> None:
    """What a payment has of the one it was taken on: the card, and an AUTHORISE also the order."""
    payment.related_vps_tx_id = earlier.vps_tx_id or payment.related_vps_tx_id
    payment.card_type = payment.card_type or earlier.card_type
    payment.last_four = payment.last_four or earlier.last_four
    payment.expiry = payment.expiry or earlier.expiry
    if payment.order_id is None and payment.tx_type == "AUTHORISE":
        payment.order = earlier.order
        payment.order_number = payment.order_number or earlier.order_number


def copy_amount(payment: Payment, told: OpayoTransaction, amount: Money) -> None:
    """Amount and currency as Opayo reports them.

    Of a deferred payment the report may tell what was authorised, whatever was released of it: what we asked to release
    counts, and what was released stays.
    """
    payment.currency = amount.currency
    if told.tx_type not in RELEASED:
        payment.amount_minor = amount.minor
        return
    if payment.authorised_minor is None:
        payment.authorised_minor = amount.minor
    if payment.state in {Payment.State.CAPTURED, Payment.State.REVERSED}:
        return
    is_taken = outcome_of_transaction(told) == "captured"
    asked = _asked_to_release(payment) if is_taken else None
    payment.amount_minor = amount.minor if asked is None else min(asked, amount.minor)


def _asked_to_release(payment: Payment) -> int | None:
    """What we have asked Opayo to release of it, and was not refused. One query, for released payments only."""
    releases = Instruction.objects.filter(
        pair=payment.pair, payment__vendor_tx_code=payment.vendor_tx_code, kind=Instruction.Kind.RELEASE
    )
    return (
        releases.exclude(state=Instruction.State.REFUSED)
        .order_by("-pk")
        .values_list("amount_minor", flat=True)
        .first()
    )
