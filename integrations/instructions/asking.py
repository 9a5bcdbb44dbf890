"""Writing down what Opayo is to do with a payment. Nothing is sent from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from integrations.cards.charging import recode
from integrations.cards.settling import settle_card
from integrations.clock import business_now
from integrations.core.money import Money
from integrations.core.pci import mask_text
from integrations.instructions.core.codes import follow_up_code
from integrations.instructions.core.rules import NotAllowedError, checked
from integrations.instructions.selectors import facts_of
from integrations.instructions.wakeup import wake_when_committed
from integrations.models import AuditEntry, Instruction, Payment, User
from integrations.opayo.core.follow_ups import MAKES_A_TRANSACTION, Kind

__all__ = ["Ask", "NotAllowedError", "another_code", "ask", "keep_refusal", "next_code", "withdraw"]


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks, and why. The same `request_key` gets the same instruction, whoever asks again.

    `via`: "person", "shop" or "api"; `lines`: what of the order goes back ({"line" or "sku", "quantity" or "total"}), empty
    for a share of every line.
    """

    via: str
    request_key: str
    by: User | None = None
    reason: str = ""
    lines: Sequence[Mapping[str, Any]] = ()


@transaction.atomic
def ask(payment: Payment, kind: Kind, amount: Money | None, ask: Ask) -> Instruction:
    """The instruction, new or as it was asked before; a refund of the whole on its own day becomes a void.

    The payment is locked meanwhile, so that two people cannot give the same money back. Wakes the worker once committed.
    Raises NotAllowedError, in words for people, when the rules forbid it; nothing is written then.
    """
    locked = Payment.objects.select_for_update(of=("self",), no_key=True).select_related("pair", "order")
    payment = locked.get(pk=payment.pk)
    known = Instruction.objects.filter(pair=payment.pair_id, request_key=ask.request_key).first()
    if known is not None:
        return known
    facts = facts_of(payment)
    chosen = checked(kind, facts, amount, business_now())
    instruction = Instruction.objects.create(
        pair=payment.pair,
        payment=payment,
        kind=chosen,
        amount_minor=_amount(chosen, amount, facts.captured),
        currency=facts.currency,
        vendor_tx_code=next_code(payment, chosen),
        request_key=ask.request_key,
        via=ask.via,
        asked_by=ask.by,
        reason=mask_text(ask.reason),
        lines=[dict(line) for line in ask.lines],
    )
    _audit(instruction, "asked", ask.by, instruction.reason)
    wake_when_committed(payment.pair_id)
    return instruction


def _amount(kind: Kind, amount: Money | None, captured: Money | None) -> int | None:
    if kind == "void":
        return captured.minor if captured else None
    takes_amount = kind == "release" or kind in MAKES_A_TRANSACTION
    return amount.minor if takes_amount and amount else None


def next_code(payment: Payment, kind: str) -> str:
    """The next code for a follow-up of this payment. A lock on the payment keeps it free."""
    number = payment.instructions.count()
    while True:
        number += 1
        code = follow_up_code(payment.vendor_tx_code, kind, number)
        taken = Instruction.objects.filter(pair=payment.pair_id, vendor_tx_code=code).exists()
        if not (taken or Payment.objects.filter(pair=payment.pair_id, vendor_tx_code=code).exists()):
            return code


def another_code(instruction: Instruction) -> str:
    """A code in place of one that somebody else's transaction has."""
    if instruction.kind == Instruction.Kind.REPEAT:
        return recode(instruction)
    return next_code(instruction.payment, instruction.kind)


@transaction.atomic
def keep_refusal(payment: Payment, amount: Money, ask: Ask, why: str) -> Instruction:
    """Write down a refund that may not be asked, ended as refused: for those who wait for an answer elsewhere."""
    Payment.objects.select_for_update(of=("self",), no_key=True).get(pk=payment.pk)
    return Instruction.objects.get_or_create(
        pair=payment.pair,
        request_key=ask.request_key,
        defaults={
            "payment": payment,
            "kind": Instruction.Kind.REFUND,
            "state": Instruction.State.REFUSED,
            "amount_minor": amount.minor,
            "currency": amount.currency,
            "vendor_tx_code": next_code(payment, "refund"),
            "via": ask.via,
            "asked_by": ask.by,
            "reason": mask_text(ask.reason),
            "lines": [dict(line) for line in ask.lines],
            "error": why,
            "ended_at": business_now(),
        },
    )[0]


@transaction.atomic
def withdraw(instruction: Instruction, *, by: User, reason: str) -> bool:
    """Take back what was not sent yet; False when it may have been. It ends as refused, with who withdrew it."""
    row = Instruction.objects.select_for_update(of=("self",), no_key=True).get(pk=instruction.pk)
    if row.state != Instruction.State.ASKED:
        return False
    row.state = Instruction.State.REFUSED
    row.error = f"Withdrawn before it was sent: {reason}"
    row.ended_at = business_now()
    row.save(update_fields=["state", "error", "ended_at"])
    if row.card_id is not None:
        settle_card(row)
    _audit(row, "withdrawn", by, reason)
    return True


def _audit(instruction: Instruction, verb: str, by: User | None, reason: str) -> None:
    amount = instruction.amount_minor
    AuditEntry.objects.create(
        pair_id=instruction.pair_id,
        actor=by,
        action=f"{instruction.kind}.{verb}",
        subject=instruction.payment.vendor_tx_code,
        reason=reason,
        data={
            "vendor_tx_code": instruction.vendor_tx_code,
            "amount": str(Money(amount, instruction.currency)) if amount is not None else "",
            "via": instruction.via,
        },
    )
