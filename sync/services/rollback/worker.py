"""What a worker does for a roll-back: plan it, carry it out, prove it. Ends where it has to wait for Xero."""

from __future__ import annotations

from integrations.core.failures import ConfigurationFailure, Failure
from sync.models import Rollback
from sync.services.rollback.planning import make_plan
from sync.services.rollback.proving import prove, read_balances
from sync.services.rollback.running import advance
from sync.services.wakes import wake_pair


def work_on(rollback_id: int) -> None:
    """Do what can be done now; the sweeper comes back to what could not."""
    rollback = Rollback.objects.select_related("pair", "asked_by").get(pk=rollback_id)
    if rollback.state == Rollback.State.DRAFT and not rollback.is_planned:
        make_plan(rollback)
        return
    if rollback.state not in {Rollback.State.RUNNING, Rollback.State.BLOCKED}:
        return
    try:
        if rollback.balances_at is None:
            read_balances(rollback)
        is_undone = advance(rollback_id)
        wake_pair(rollback.pair)
        if is_undone:
            prove(rollback)
    except Failure as failure:
        fix = f" {failure.fix}" if isinstance(failure, ConfigurationFailure) else ""
        Rollback.objects.filter(pk=rollback_id).update(error=f"{failure.message}{fix}")
