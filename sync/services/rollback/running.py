"""Carrying a roll-back out: phase by phase, each step a posting of its own that the dispatcher sends.

All there is to it is rows, so any worker goes on where another was killed: what was begun is a posting with its own
delivery, and what was not is a planned step.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from integrations.bulk import insert_rows, update_rows
from sync.models import Posting, Rollback, RollbackStep
from sync.services.rollback.entries import bank_test, entry, given_back

_STEP = RollbackStep.State
_TAKEN_IN = ["state"]
_REVIVED = [
    "state", "document", "waits_for", "changes", "amount_minor", "currency", "ready_at", "error", "error_class", "attempts",
]  # fmt: skip


def advance(rollback_id: int) -> bool:
    """Take in what Xero has answered and begin what can be begun; True when everything is undone and can be proved.

    Each phase begins when nothing of the one before is under way any more, so that batches are full and nothing is undone
    before what stands on it. An order of which something is stuck waits; the others go on.
    """
    while True:
        with transaction.atomic():
            rollback = (
                Rollback.objects.select_for_update(of=("self",)).select_related("pair").get(pk=rollback_id)
            )
            if rollback.state not in {Rollback.State.RUNNING, Rollback.State.BLOCKED}:
                return False
            _take_in(rollback)
            if rollback.steps.filter(state=_STEP.UNDER_WAY).exists():
                _turn(rollback, Rollback.State.RUNNING)
                return False
            began = _begin_next(rollback)
            if began is None:
                return _rest(rollback)
            if began:
                return False


def _take_in(rollback: Rollback) -> None:
    """How the postings of the steps stand."""
    steps = list(
        rollback.steps.filter(state__in=[_STEP.UNDER_WAY, _STEP.STUCK])
        .select_related("undo")
        .order_by("position")
    )
    reversed_ids = []
    for step in steps:
        state = step.undo.state if step.undo else ""
        step.state = _state_of(state)
        if step.state == _STEP.UNDONE and step.action == RollbackStep.Action.REVERSE:
            reversed_ids.append(step.posting_id)
    update_rows(steps, _TAKEN_IN)
    Posting.objects.filter(pk__in=reversed_ids).update(state=Posting.State.REVERSED)


def _state_of(posting_state: str) -> str:
    if posting_state == Posting.State.POSTED:
        return _STEP.UNDONE
    stuck = {Posting.State.DEAD, Posting.State.HELD, Posting.State.CANCELLED, ""}
    return _STEP.STUCK if posting_state in stuck else _STEP.UNDER_WAY


def _begin_next(rollback: Rollback) -> bool | None:
    """Begin the next phase of the orders that are not stuck; None when there is none, False when it needed no call."""
    steps = _next(rollback)
    if not steps:
        return None
    sent = [step for step in steps if step.by and step.action in {"undo", "reverse"}]
    _undone_here([step for step in steps if step not in sent])
    _send(rollback, sent)
    return bool(sent)


def _next(rollback: Rollback) -> list[RollbackStep]:
    stuck = rollback.steps.filter(state=_STEP.STUCK).values("group")
    planned = rollback.steps.filter(state=_STEP.PLANNED).exclude(group__in=stuck)
    phase = planned.order_by("phase").values_list("phase", flat=True).first()
    if phase is None:
        return []
    with_posting = planned.filter(phase=phase).select_related(
        "posting__order", "posting__payment", "posting__customer", "posting__waits_for"
    )
    return list(with_posting.order_by("position"))


def _undone_here(steps: Iterable[RollbackStep]) -> None:
    """What is gone in Xero already, goes with its invoice, or stays with what it connects: no call is needed."""
    rows = list(steps)
    Posting.objects.filter(pk__in=[step.posting_id for step in rows]).update(state=Posting.State.REVERSED)
    for step in rows:
        step.state = _STEP.UNDONE
    update_rows(rows, _TAKEN_IN)


def _send(rollback: Rollback, steps: list[RollbackStep]) -> None:
    """The postings that undo these, ready for the dispatcher; one that was cancelled unsent before is wanted again."""
    if not steps:
        return
    wanted = [_undoing(rollback, step) for step in steps]
    known = _cancelled(rollback, wanted)
    for row in wanted:
        if (row.kind, row.natural_key) in known:
            row.pk = known[row.kind, row.natural_key]
            row._state.adding = False
    insert_rows([row for row in wanted if row._state.adding])
    update_rows([row for row in wanted if row.pk in known.values()], _REVIVED)
    for step, row in zip(steps, wanted, strict=True):
        step.undo_id, step.state = row.pk, _STEP.UNDER_WAY
    update_rows(steps, ["state", "undo"])


def _cancelled(rollback: Rollback, wanted: Iterable[Posting]) -> dict[tuple[str, str], int]:
    keys = {(row.kind, row.natural_key) for row in wanted}
    rows = Posting.objects.filter(
        pair=rollback.pair_id,
        kind__in={kind for kind, _ in keys},
        natural_key__in={key for _, key in keys},
        state=Posting.State.CANCELLED,
    )
    found = {(row.kind, row.natural_key): row.pk for row in rows.only("kind", "natural_key")}
    return {key: pk for key, pk in found.items() if key in keys}


def _undoing(rollback: Rollback, step: RollbackStep) -> Posting:
    undone = step.posting
    now = timezone.now()
    row = Posting(
        pair_id=rollback.pair_id,
        kind=step.by,
        natural_key=undone.natural_key,
        state=Posting.State.READY,
        ready_at=now,
        created_at=now,
        waits_for=undone,
        changes=undone,
        order_id=undone.order_id,
        payment_id=undone.payment_id,
        refund_id=undone.refund_id,
        dispute_id=undone.dispute_id,
        customer_id=undone.customer_id,
        amount_minor=undone.amount_minor,
        currency=undone.currency,
        document={},
    )
    if step.action == RollbackStep.Action.REVERSE:
        entry(row, undone, rollback, bank_test(rollback.pair))
    elif undone.kind == Posting.Kind.OVERPAYMENT:
        given_back(row, undone, rollback)
    return row


def _rest(rollback: Rollback) -> bool:
    """Nothing more to begin: either something is stuck, or all is undone."""
    if rollback.steps.filter(state=_STEP.STUCK).exists():
        _turn(rollback, Rollback.State.BLOCKED)
        return False
    _turn(rollback, Rollback.State.RUNNING)
    return True


def _turn(rollback: Rollback, state: str) -> None:
    if rollback.state != state:
        rollback.state = state
        rollback.save(update_fields=["state"])


def going(pair_id: int | None = None) -> QuerySet[Rollback]:
    """Roll-backs a worker has something to do for: to plan, to carry out, to prove."""
    rows = Rollback.objects.filter(state__in=[Rollback.State.RUNNING, Rollback.State.BLOCKED])
    rows |= Rollback.objects.filter(state=Rollback.State.DRAFT, planned_at=None)
    return rows if pair_id is None else rows.filter(pair=pair_id)
