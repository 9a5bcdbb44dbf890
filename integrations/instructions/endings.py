"""How an attempt at an instruction ends: done, refused, or later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, cast

from django.db import transaction
from django.utils import timezone

from integrations.cards.settling import settle_card
from integrations.clock import business_now
from integrations.events.services import store_event
from integrations.inbound.wakeup import wake
from integrations.instructions.core.progress import Finding
from integrations.instructions.requests import amount_of
from integrations.instructions.selectors import OPEN
from integrations.models import Event, Instruction
from integrations.opayo.core.instructed import Instructed, InstructedKind, instructed_to_json

_FIRST_WAIT: Final = timedelta(seconds=2)
_LONGEST_WAIT: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of it. `error` in words for people; `vps_tx_id` of the transaction Opayo made, if it made one."""

    state: str
    error: str = ""
    detail: str = ""
    vps_tx_id: str = ""

    @classmethod
    def of_report(cls, state: str, finding: Finding) -> Ending:
        """As Opayo's reports told it."""
        told = finding.told
        return cls(state, finding.words, told.status if told else "", told.vps_tx_id if told else "")


@transaction.atomic
def end(instruction: Instruction, ending: Ending) -> None:
    """Close the instruction and, when Opayo has done it, tell the books by an event; both or neither."""
    if not _is_still_ours(instruction, is_done=ending.state == Instruction.State.DONE):
        return
    instruction.state = ending.state
    instruction.error = ending.error
    instruction.status_detail = ending.detail[:255]
    instruction.vps_tx_id = ending.vps_tx_id
    instruction.not_before = None
    instruction.ended_at = business_now()
    instruction.save(update_fields=["state", "error", "status_detail", "vps_tx_id", "not_before", "ended_at"])
    if instruction.card_id is not None:
        settle_card(instruction)
    if ending.state == Instruction.State.DONE:
        _tell_the_books(instruction)


def _is_still_ours(instruction: Instruction, *, is_done: bool = False) -> bool:
    """Whether no other worker has gone on with it meanwhile. What Opayo has done is done, whoever asked for it."""
    row = Instruction.objects.select_for_update(of=("self",), no_key=True).get(pk=instruction.pk)
    if row.state == Instruction.State.DONE:
        return False
    return is_done or (row.state in OPEN and row.attempts == instruction.attempts)


def _tell_the_books(instruction: Instruction) -> None:
    done = Instructed(
        kind=cast("InstructedKind", instruction.kind),
        vendor_tx_code=instruction.vendor_tx_code,
        related_vendor_tx_code=instruction.payment.vendor_tx_code,
        happened_at=instruction.ended_at or business_now(),
        vps_tx_id=instruction.vps_tx_id,
        amount=amount_of(instruction),
        reason=instruction.reason,
        lines=instruction.lines,
        instruction=instruction.pk,
        via=instruction.via,
    )
    store_event(
        pair_id=instruction.pair_id,
        connection_id=None,
        source=Event.Source.OPAYO,
        kind="instruction",
        dedupe_key=f"instruction:{instruction.pk}",
        body=instructed_to_json(done),
        headers={},
        authenticity=Event.Authenticity.FETCHED,
    )
    pair_id = instruction.pair_id
    transaction.on_commit(lambda: wake(pair_id))


@transaction.atomic
def postpone(instruction: Instruction, state: str, words: str, after: timedelta | None = None) -> None:
    """Leave it for later: after a time that grows with the attempts, unless one is given."""
    if not _is_still_ours(instruction):
        return
    grown = min(_FIRST_WAIT * 2 ** min(instruction.attempts - 1, 10), _LONGEST_WAIT)
    instruction.state, instruction.error = state, words
    instruction.not_before = timezone.now() + (grown if after is None else after)
    instruction.save(
        update_fields=["state", "error", "not_before", "kind", "vendor_tx_code", "status_detail"]
    )
