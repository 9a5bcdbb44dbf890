"""Asking Opayo, at most once, for what was written down; and finding out what became of it when no answer came.

Each step is committed before the next begins, so that a killed worker leaves behind what another can go on with:
`asked` was never sent, `sending` may have been. What may have been sent is looked up in Opayo's reports before anything
else, and is sent again only after they were without it for a while, under the VendorTxCode that Opayo takes once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from integrations.cards.deleting import forget
from integrations.core.failures import (
    ConfigurationFailure,
    OutcomeUnknown,
    PermanentFailure,
    TransientFailure,
)
from integrations.instructions.asking import another_code
from integrations.instructions.core.progress import QUIET, look_at
from integrations.instructions.core.rules import DISPUTED
from integrations.instructions.endings import Ending, end, postpone
from integrations.instructions.requests import follow_up_of, report_on, wanted_of
from integrations.instructions.selectors import OPEN, is_disputed
from integrations.models import Connection, Instruction
from integrations.opayo.core.follow_ups import RefusedByOpayo
from integrations.opayo.core.refusal_words import NOT_SETTLED_YET, TOO_LATE_TO_VOID
from integrations.opayo.core.registration import VendorTxCodeUsed
from integrations.opayo.follow_ups import follow_up
from integrations.pairs.selectors import connection_of

_IN_HAND: Final = timedelta(seconds=90)
"""How long one attempt may take before another worker takes over."""
_GIVES_BACK: Final = frozenset((Instruction.Kind.REFUND, Instruction.Kind.VOID))
_SETTLES_IN: Final = timedelta(hours=1)
_SET_UP_AGAIN_IN: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class _Claim:
    """An instruction that is ours for a while; `may_be_sent` when an earlier attempt may have reached Opayo."""

    instruction: Instruction
    may_be_sent: bool


def carry_out(instruction_id: int) -> Instruction:
    """Bring an instruction as far as it goes now; the row as it then is.

    Does nothing while it is not due, in another worker's hands, or ended.
    """
    claim = _claim(instruction_id)
    if claim is not None:
        try:
            _go_on(claim)
        except ConfigurationFailure as failure:
            state = Instruction.State.UNKNOWN if claim.may_be_sent else Instruction.State.ASKED
            postpone(claim.instruction, state, f"{failure.message} {failure.fix}", _SET_UP_AGAIN_IN)
        except (TransientFailure, PermanentFailure) as failure:
            # Opayo's reports did not answer, or made no sense: they are asked again.
            postpone(claim.instruction, Instruction.State.UNKNOWN, failure.message)
    return Instruction.objects.get(pk=instruction_id)


def _go_on(claim: _Claim) -> None:
    connection = connection_of(claim.instruction.pair, Connection.System.OPAYO)
    if claim.instruction.kind == Instruction.Kind.DELETE_TOKEN:
        forget(connection, claim.instruction, may_be_sent=claim.may_be_sent)
    elif claim.may_be_sent:
        _look_up(connection, claim.instruction)
    else:
        _send(connection, claim.instruction)


@transaction.atomic
def _claim(instruction_id: int) -> _Claim | None:
    now = timezone.now()
    rows = Instruction.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
    row = (
        rows.select_related("pair", "payment", "payment__order", "card")
        .filter(pk=instruction_id, state__in=OPEN)
        .first()
    )
    if row is None or (row.not_before is not None and row.not_before > now):
        return None
    may_be_sent = row.state != Instruction.State.ASKED
    row.attempts += 1
    row.not_before = now + _IN_HAND
    if may_be_sent:
        row.state = Instruction.State.UNKNOWN
    else:
        row.state, row.sent_at = Instruction.State.SENDING, now
    row.save(update_fields=["state", "attempts", "not_before", "sent_at"])
    return _Claim(row, may_be_sent)


def _send(connection: Connection, instruction: Instruction) -> None:
    if instruction.kind in _GIVES_BACK and is_disputed(instruction.payment):
        # The dispute came after it was asked for, and before Opayo was: the second way out is closed.
        end(instruction, Ending(Instruction.State.REFUSED, DISPUTED))
        return
    try:
        done = follow_up(connection, follow_up_of(instruction))
    except (OutcomeUnknown, VendorTxCodeUsed) as failure:
        # A code that is used was used by us, or by somebody else: the reports tell.
        postpone(instruction, Instruction.State.UNKNOWN, failure.message)
    except TransientFailure as failure:
        postpone(instruction, Instruction.State.ASKED, failure.message, _seconds(failure.retry_after))
    except RefusedByOpayo as refusal:
        _refused(connection, instruction, refusal)
    except PermanentFailure as failure:
        end(instruction, Ending(Instruction.State.REFUSED, failure.message))
    else:
        end(
            instruction,
            Ending(Instruction.State.DONE, detail=done.detail, vps_tx_id=done.vps_tx_id),
        )


def _seconds(retry_after: float | None) -> timedelta | None:
    return None if retry_after is None else timedelta(seconds=retry_after)


def _refused(connection: Connection, instruction: Instruction, refusal: RefusedByOpayo) -> None:
    if instruction.kind == Instruction.Kind.REFUND and refusal.code == NOT_SETTLED_YET:
        instruction.status_detail = refusal.code
        postpone(
            instruction, Instruction.State.ASKED, f"{refusal.message} It is tried again then.", _SETTLES_IN
        )
    elif instruction.kind == Instruction.Kind.VOID and refusal.code in TOO_LATE_TO_VOID:
        _refund_instead(connection, instruction, refusal)
    elif instruction.kind not in (
        Instruction.Kind.REFUND,
        Instruction.Kind.AUTHORISE,
        Instruction.Kind.REPEAT,
    ):
        # It may be refused because it was done already, by us or in MyOpayo.
        _settle_by_report(connection, instruction, refusal.message)
    else:
        end(instruction, Ending(Instruction.State.REFUSED, refusal.message, refusal.code))


def _refund_instead(connection: Connection, instruction: Instruction, refusal: RefusedByOpayo) -> None:
    """Too late to take it back: unless Opayo shows it voided, the same money goes back as a refund."""
    finding = look_at(wanted_of(instruction), report_on(connection, instruction))
    if finding.verdict != "absent" or finding.told is None:
        _settle_by_report(connection, instruction, refusal.message)
        return
    instruction.kind = Instruction.Kind.REFUND
    postpone(
        instruction, Instruction.State.ASKED, "Too late to void it, so it is refunded instead.", timedelta()
    )


def _settle_by_report(connection: Connection, instruction: Instruction, words: str) -> None:
    finding = look_at(wanted_of(instruction), report_on(connection, instruction))
    if finding.verdict == "done":
        end(instruction, Ending.of_report(Instruction.State.DONE, finding))
    else:
        end(instruction, Ending(Instruction.State.REFUSED, finding.words or words))


def _look_up(connection: Connection, instruction: Instruction) -> None:
    finding = look_at(wanted_of(instruction), report_on(connection, instruction))
    if finding.verdict == "done":
        end(instruction, Ending.of_report(Instruction.State.DONE, finding))
    elif finding.verdict == "refused":
        end(instruction, Ending.of_report(Instruction.State.REFUSED, finding))
    elif finding.verdict == "taken":
        _take_another_code(instruction)
    elif finding.verdict == "absent" and _is_quiet(instruction):
        postpone(instruction, Instruction.State.ASKED, "Opayo never got it: it is sent again.", timedelta())
    else:
        postpone(instruction, Instruction.State.UNKNOWN, "No answer came; Opayo's reports are being asked.")


def _is_quiet(instruction: Instruction) -> bool:
    return instruction.sent_at is not None and timezone.now() - instruction.sent_at >= QUIET


def _take_another_code(instruction: Instruction) -> None:
    """Somebody else's transaction has our code, so Opayo cannot have done ours under it."""
    instruction.vendor_tx_code = another_code(instruction)
    postpone(
        instruction, Instruction.State.ASKED, "Its reference was taken at Opayo: it got another.", timedelta()
    )
