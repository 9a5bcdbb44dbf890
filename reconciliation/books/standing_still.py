"""Settlements that a roll-back has taken out of Xero: their books stand still until a person has them posted again."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from reconciliation.models import Settlement, SettlementPosting
from sync.models import Rollback, RollbackStep

_S = RollbackStep.State
_GOING = (Rollback.State.RUNNING, Rollback.State.BLOCKED)


def standing_still(pair_id: int) -> QuerySet[Settlement]:
    """Settlements of which something was undone, or is being undone, by a roll-back, and not posted again since."""
    undone = Q(state__in=[_S.UNDER_WAY, _S.STUCK, _S.UNDONE]) | Q(
        state=_S.PLANNED, rollback__state__in=_GOING
    )
    steps = RollbackStep.objects.filter(undone, rollback__pair=pair_id, posting__is_retired=False)
    ties = SettlementPosting.objects.filter(posting__in=steps.values("posting"))
    return Settlement.objects.filter(pair=pair_id, pk__in=ties.values("settlement"))
