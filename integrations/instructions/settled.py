"""Refunds that Opayo would not make before the payment was settled."""

from __future__ import annotations

from datetime import datetime, time

from integrations.clock import business_now
from integrations.instructions.core.rules import LONDON, opayo_day
from integrations.models import Instruction
from integrations.opayo.core.refusal_words import NOT_SETTLED_YET


def hasten_settled(pair_id: int) -> int:
    """Try those again at once whose payment is of an earlier day at Opayo, and so in a batch by now; how many."""
    today = datetime.combine(opayo_day(business_now()), time.min, LONDON)
    waiting = Instruction.objects.filter(
        pair_id=pair_id,
        kind=Instruction.Kind.REFUND,
        state=Instruction.State.ASKED,
        status_detail=NOT_SETTLED_YET,
        payment__taken_at__lt=today,
    )
    return waiting.update(not_before=None, status_detail="")
