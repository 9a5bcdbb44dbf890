"""What becomes of a card, and of its charge, when Opayo's answer is known."""

from __future__ import annotations

from integrations.cards.vault import note
from integrations.clock import business_now
from integrations.models import (
    AuditEntry,
    CardAccess,
    CardCharge,
    ChargeBatch,
    Instruction,
    Payment,
    SavedCard,
)

_STILL_OPEN = (CardCharge.State.HELD, CardCharge.State.ASKED)


def settle_card(instruction: Instruction) -> None:
    """After an instruction about a saved card has ended; inside its transaction."""
    is_done = instruction.state == Instruction.State.DONE
    if instruction.kind == Instruction.Kind.REPEAT:
        _settle_charge(instruction, is_done=is_done)
    elif instruction.kind == Instruction.Kind.DELETE_TOKEN and instruction.card is not None:
        if is_done:
            wipe(instruction.card, instruction.reason or "Deleted at Opayo")
        else:
            SavedCard.objects.filter(pk=instruction.card.pk, state=SavedCard.State.DELETING).update(
                state=SavedCard.State.USABLE
            )


def _settle_charge(instruction: Instruction, *, is_done: bool) -> None:
    charge = CardCharge.objects.get(instruction=instruction)
    charge.state = _state_of(instruction)
    charge.error = "" if is_done else instruction.error
    charge.ended_at = business_now()
    charge.save(update_fields=["state", "error", "ended_at"])
    if is_done:
        SavedCard.objects.filter(pk=charge.card_id).update(last_used_at=charge.ended_at)
    else:
        # The attempt to pay has failed; captured ones are told by the event.
        Payment.objects.filter(card_charge=charge, state=Payment.State.REGISTERED).update(
            state=Payment.State.FAILED, status_detail=instruction.error[:255]
        )
    close_batch(charge.batch_id)


def _state_of(instruction: Instruction) -> CardCharge.State:
    if instruction.state == Instruction.State.DONE:
        return CardCharge.State.TAKEN
    # What was never sent, the bank has not declined.
    return CardCharge.State.REFUSED if instruction.sent_at else CardCharge.State.WITHDRAWN


def close_batch(batch_id: int) -> None:
    """A batch has ended when none of its charges is open any more. Locks it: two of them may end at once."""
    ChargeBatch.objects.select_for_update(no_key=True).get(pk=batch_id)
    if not CardCharge.objects.filter(batch=batch_id, state__in=_STILL_OPEN).exists():
        ChargeBatch.objects.filter(pk=batch_id, state=ChargeBatch.State.GOING).update(
            state=ChargeBatch.State.ENDED
        )


def wipe(card: SavedCard, why: str) -> None:
    """Opayo no longer has the card: its token goes here too, the row stays as history."""
    now = business_now()
    wiped = SavedCard.objects.filter(pk=card.pk).exclude(state=SavedCard.State.DELETED)
    if wiped.update(state=SavedCard.State.DELETED, token="", deleted_at=now):
        note(card, CardAccess.What.DELETED, why)
        AuditEntry.objects.create(
            pair_id=card.pair_id, action="card.deleted", subject=str(card), reason=why, data={"card": card.pk}
        )
