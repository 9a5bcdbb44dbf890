"""Making the plan of a roll-back: what Xero says now, what has to go along, what blocks it. Changes nothing in Xero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from django.db import transaction
from django.utils import timezone

from integrations.core.failures import ConfigurationFailure, Failure
from integrations.models import Connection, Pair
from integrations.pairs.selectors import accounts_of, xero_of
from integrations.xero.client import XeroClient
from integrations.xero.organisation import read_lock_date
from sync.core.rollback import UNDO_OF, Figures, Plan, Rules, Step, figures_of, plan
from sync.core.rollback.undoing import FOLLOWS
from sync.models import Posting, Rollback, RollbackStep
from sync.services.delivering.kinds import KINDS
from sync.services.rollback.gathering import Gathered, gather
from sync.services.rollback.reading import seen_in_xero


def make_plan(rollback: Rollback) -> bool:
    """Read Xero and write the plan down; False, with the reason on the roll-back, while Xero cannot be read."""
    try:
        connection = xero_of(rollback.pair)
        rules = rules_of(rollback.pair, connection)
        gathered = gather(rollback)
        seen = seen_in_xero(XeroClient(connection), _to_read(gathered))
    except Failure as failure:
        fix = f" {failure.fix}" if isinstance(failure, ConfigurationFailure) else ""
        Rollback.objects.filter(pk=rollback.pk).update(error=f"{failure.message}{fix}")
        return False
    made = plan(gathered.documents, gathered.roots, seen, rules)
    with transaction.atomic():
        _write(rollback, made, gathered, rules)
    return True


def rules_of(pair: Pair, connection: Connection) -> Rules:
    """What holds for the pair, its lock date read from Xero. One call."""
    return Rules(
        locked_until=read_lock_date(connection),
        reverses_locked=pair.locked_period == Pair.DateInLockedPeriod.FIRST_OPEN_DAY,
        reversals=str(accounts_of(pair).get("reversals", "")),
        base_currency=pair.base_currency,
        batch_sizes=batch_sizes(),
    )


def batch_sizes() -> Mapping[str, int]:
    """How many documents go in one call, by the kind of posting."""
    return {name: kind.size for name, kind in KINDS.items()}


def _to_read(gathered: Gathered) -> list[Posting]:
    """Posted documents, and those whose Xero object they may name."""
    shown = {*UNDO_OF, *FOLLOWS}
    return [
        row
        for row in gathered.postings.values()
        if row.kind in shown and row.remote_id and row.state == Posting.State.POSTED
    ]


def _write(rollback: Rollback, made: Plan, gathered: Gathered, rules: Rules) -> None:
    fresh = Rollback.objects.select_for_update().get(pk=rollback.pk)
    if fresh.state != Rollback.State.DRAFT or fresh.is_planned:
        return
    RollbackStep.objects.filter(rollback=fresh).delete()
    RollbackStep.objects.bulk_create(
        [_row(fresh, step, position) for position, step in enumerate(made.steps)], batch_size=500
    )
    put_figures(fresh, figures_of(made.free, rules))
    fresh.locked_until = rules.locked_until
    fresh.digest = gathered.digest
    fresh.planned_at, fresh.error = timezone.now(), ""
    fresh.save()


def _row(rollback: Rollback, step: Step, position: int) -> RollbackStep:
    return RollbackStep(
        rollback=rollback,
        posting_id=step.document.id,
        group=step.document.group,
        action=step.action,
        by=step.by,
        phase=step.phase,
        position=position,
        pulled_in_by_id=step.pulled_in_by,
        blockers=[asdict(blocker) for blocker in step.blockers],
    )


def put_figures(rollback: Rollback, figures: Figures) -> None:
    """What the roll-back comes to, on its row."""
    rollback.documents, rollback.groups, rollback.calls = figures.documents, figures.groups, figures.calls
    rollback.money = dict(figures.money)
    rollback.effects = [
        {"account": account, "currency": currency, "minor": minor}
        for (account, currency), minor in sorted(figures.effects.items())
    ]
