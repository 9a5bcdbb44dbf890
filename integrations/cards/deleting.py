"""Deleting a saved card, at Opayo and here: asked by a person, carried out by the worker, or noticed."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integrations.cards.selectors import OPEN_CHARGES
from integrations.cards.settling import wipe
from integrations.cards.vault import take_out
from integrations.core.failures import OutcomeUnknown, PermanentFailure, TransientFailure
from integrations.core.pci import mask_text
from integrations.instructions.asking import NotAllowedError, next_code
from integrations.instructions.endings import Ending, end, postpone
from integrations.instructions.wakeup import wake_when_committed
from integrations.models import AuditEntry, CardAccess, Connection, Instruction, SavedCard, User
from integrations.opayo import tokens

_CHECK_EVERY: Final = timedelta(days=1)
_CHECKED_AT_ONCE: Final = 20


@transaction.atomic
def ask_deletion(
    card: SavedCard, *, by: User | None, reason: str, via: str = Instruction.Via.PERSON
) -> Instruction:
    """Write down that Opayo is to delete a card; nobody can charge it from now on. Wakes the worker once committed.

    Raises NotAllowedError, in words for people, when it is gone already or is being charged.
    """
    locked = SavedCard.objects.select_for_update(of=("self",), no_key=True).select_related("first_payment")
    card = locked.get(pk=card.pk)
    if card.state != SavedCard.State.USABLE:
        raise NotAllowedError(f"{card} is deleted already, or is being deleted.")
    if card.charges.filter(state__in=OPEN_CHARGES).exists():
        raise NotAllowedError(f"{card} is being charged. Wait for the answer, or withdraw the charge first.")
    instruction = Instruction.objects.create(
        pair_id=card.pair_id,
        payment=card.first_payment,
        card=card,
        kind=Instruction.Kind.DELETE_TOKEN,
        vendor_tx_code=next_code(card.first_payment, "delete_token"),
        request_key=f"delete_card:{card.pk}:{card.instructions.count()}",
        via=via,
        asked_by=by,
        reason=mask_text(reason),
    )
    SavedCard.objects.filter(pk=card.pk).update(state=SavedCard.State.DELETING)
    AuditEntry.objects.create(
        pair_id=card.pair_id,
        actor=by,
        action="card.deletion_asked",
        subject=str(card),
        reason=mask_text(reason),
        data={"card": card.pk, "via": via},
    )
    wake_when_committed(card.pair_id)
    return instruction


def forget(connection: Connection, instruction: Instruction, *, may_be_sent: bool) -> None:
    """Carry a deletion out. What may have been sent is looked up first, where Opayo's reports can tell."""
    card = instruction.card
    if card is None or not card.token:
        end(instruction, Ending(Instruction.State.DONE, detail="Already gone"))
        return
    try:
        token = take_out(card, CardAccess.What.SENT_FOR_DELETION, instruction.reason, by=instruction.asked_by)
        is_gone = may_be_sent and not tokens.is_known(connection, card.kind, token)
        if not is_gone:
            tokens.remove(connection, card.kind, token)
    except OutcomeUnknown as failure:
        postpone(instruction, Instruction.State.UNKNOWN, failure.message)
    except TransientFailure as failure:
        state = Instruction.State.UNKNOWN if may_be_sent else Instruction.State.ASKED
        postpone(instruction, state, failure.message)
    except PermanentFailure as failure:
        end(instruction, Ending(Instruction.State.REFUSED, failure.message))
    else:
        end(instruction, Ending(Instruction.State.DONE, detail="Deleted at Opayo"))


def notice_deleted(connection: Connection) -> int:
    """Ask Opayo, once a day each, whether it still has our tokens; those it has not are wiped here. How many.

    Opayo's reports tell of tokens only, not of Pi's card identifiers. Raises what the reports raise.
    """
    now = timezone.now()
    due = SavedCard.objects.filter(
        Q(checked_at=None) | Q(checked_at__lte=now - _CHECK_EVERY),
        pair=connection.pair_id,
        state=SavedCard.State.USABLE,
        kind=SavedCard.Kind.TOKEN,
    )
    gone = 0
    for card in due.order_by("checked_at", "pk")[:_CHECKED_AT_ONCE]:
        token = take_out(card, CardAccess.What.CHECKED, "Does Opayo still have it?")
        if tokens.is_known(connection, card.kind, token):
            SavedCard.objects.filter(pk=card.pk).update(checked_at=now)
        else:
            wipe(card, "Somebody deleted it at Opayo")
            gone += 1
    return gone
