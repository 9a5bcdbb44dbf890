"""Writing down that a saved card is to be charged for an order. Nothing is sent from here."""

from __future__ import annotations

from hashlib import sha256

from integrations.cards.core.terms import CardNotChargeable
from integrations.cards.credentials import credential_of
from integrations.cards.selectors import consent_of
from integrations.cards.vault import note
from integrations.clock import business_now
from integrations.core.money import Money
from integrations.core.pci import mask_text
from integrations.instructions.core.rules import opayo_day
from integrations.instructions.wakeup import wake_when_committed
from integrations.models import (
    AuditEntry,
    CardAccess,
    CardCharge,
    Instruction,
    Order,
    Payment,
    SavedCard,
    User,
)
from integrations.opayo.core.credentials import credential_to_json
from integrations.opayo.core.protocol import as_vendor_tx_code


def send_charge(charge: CardCharge, *, by: User, reason: str) -> Instruction:
    """Make the attempt to pay and the instruction of a charge that the rules allow, inside the caller's transaction.

    The caller holds the pair's lock for charges (`sync.services.charging`). Wakes the worker once committed. Raises
    CardNotChargeable when the card's consent cannot be read.
    """
    consent = consent_of(charge.card)
    if consent is None:
        raise CardNotChargeable(f"Nobody has agreed to {charge.card} being charged again.")
    payment = _attempt(charge)
    instruction = Instruction.objects.create(
        pair_id=charge.pair_id,
        payment=charge.card.first_payment,
        card=charge.card,
        terms=credential_to_json(credential_of(consent, charge.card.scheme_trace_id)),
        kind=Instruction.Kind.REPEAT,
        amount_minor=charge.amount_minor,
        currency=charge.currency,
        vendor_tx_code=payment.vendor_tx_code,
        request_key=f"charge:{charge.batch_id}:{charge.order_id}",
        via=Instruction.Via.PERSON,
        asked_by=by,
        reason=mask_text(reason),
    )
    charge.payment, charge.instruction = payment, instruction
    charge.state, charge.charged_on = CardCharge.State.ASKED, opayo_day(business_now())
    charge.save()
    note(
        charge.card, CardAccess.What.CHARGED, f"Order {charge.order.number}, {payment.vendor_tx_code}", by=by
    )
    _audit(charge, by, reason)
    wake_when_committed(charge.pair_id)
    return instruction


def _attempt(charge: CardCharge) -> Payment:
    card, order = charge.card, charge.order
    return Payment.objects.create(
        pair_id=charge.pair_id,
        order=order,
        order_number=order.number,
        vendor_tx_code=next_payment_code(order),
        channel=Payment.Channel.BRIDGE,
        tx_type="REPEAT",
        amount_minor=charge.amount_minor,
        currency=charge.currency,
        related_vps_tx_id=card.first_payment.vps_tx_id,
        card_type=card.scheme,
        last_four=card.last_four,
        expiry=card.expiry,
    )


def next_payment_code(order: Order) -> str:
    """A code that names the order, so that the charge is tied to it even if all our records were lost."""
    distinction = sha256(order.number.encode()).hexdigest()[:6]
    attempt = order.payments.count()
    while True:
        attempt += 1
        code = as_vendor_tx_code(order.number, attempt, distinction)
        if not Payment.objects.filter(pair=order.pair_id, vendor_tx_code=code).exists():
            return code


def recode(instruction: Instruction) -> str:
    """Another code for a charge whose code somebody else's transaction has; the attempt to pay gets it too."""
    charge = CardCharge.objects.select_related("order", "payment").get(instruction=instruction)
    code = next_payment_code(charge.order)
    Payment.objects.filter(card_charge=charge).update(vendor_tx_code=code)
    return code


def new_charge(
    batch_id: int, order: Order, card: SavedCard, amount: Money, state: CardCharge.State
) -> CardCharge:
    """A charge of a batch, not saved yet."""
    return CardCharge(
        pair_id=order.pair_id,
        batch_id=batch_id,
        card=card,
        order=order,
        amount_minor=amount.minor,
        currency=amount.currency,
        state=state,
    )


def _audit(charge: CardCharge, by: User, reason: str) -> None:
    AuditEntry.objects.create(
        pair_id=charge.pair_id,
        actor=by,
        action="card.charge_asked",
        subject=charge.order.number,
        reason=mask_text(reason),
        data={
            "card": charge.card_id,
            "batch": charge.batch_id,
            "amount": str(Money(charge.amount_minor, charge.currency)),
            "vendor_tx_code": charge.payment.vendor_tx_code if charge.payment else "",
        },
    )
