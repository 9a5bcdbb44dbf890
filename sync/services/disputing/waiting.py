"""Disputes whose sale was not known when they were told of."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from integrations.clock import business_now
from integrations.models import Dispute, Pair
from sync.services.batch import Batch
from sync.services.disputing.tying import say_untied, tie_disputes
from sync.services.projection import project
from sync.services.replanning import lock_pair

_MOST: Final = 200


def tie_waiting(pair: Pair) -> int:
    """Look again for the sales of disputes that know none: Opayo may have told of them since. Returns how many were tied."""
    waiting = Dispute.objects.filter(pair=pair, payment=None).order_by("-pk")
    if not waiting.exists():
        return 0
    with transaction.atomic():
        lock_pair(pair)
        batch = Batch(pair, business_now())
        batch.cases.wanted = set(waiting.values_list("case_id", flat=True)[:_MOST])
        batch.fetch()
        batch.cases.changed = dict.fromkeys(batch.cases.disputes)
        tie_disputes(batch)
        tied = {key for key, row in batch.cases.disputes.items() if row.payment is not None}
        batch.cases.changed = dict.fromkeys(tied)
        if tied:
            batch.gather_payments()
            batch.write()
            say_untied(batch)
            project(batch)
    return len(tied)
