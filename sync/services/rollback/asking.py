"""What people do with roll-backs: have one planned, ask for it, approve it, stop it. Each act is on the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integrations.core.pci import mask_text
from integrations.members.roles import role_allows
from integrations.models import Membership, Order, Pair, Role, User
from sync.models import Delivery, Posting, Rollback, RollbackStep, RolledBackOrder
from sync.services.actions import ActionRefusedError, cancel_postings, write_audit
from sync.services.leases import wake
from sync.services.replanning import lock_pair
from sync.services.rollback.gathering import gather

_S = Rollback.State
_OPEN = (_S.RUNNING, _S.BLOCKED)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is to be undone: postings by their ids, or everything dated on a day."""

    kind: str
    subject: str
    posting_ids: tuple[int, ...] = ()
    day: date | None = None

    @classmethod
    def of_posting(cls, posting: Posting) -> Scope:
        """One document, and what stands on it."""
        return cls(Rollback.Scope.DOCUMENT, str(posting)[:120], (posting.pk,))

    @classmethod
    def of_order(cls, order: Order) -> Scope:
        """All documents of an order."""
        ids = Posting.objects.filter(order=order, is_retired=False).values_list("pk", flat=True)
        return cls(Rollback.Scope.ORDER, order.number[:120], tuple(ids))

    @classmethod
    def of_delivery(cls, delivery: Delivery) -> Scope:
        """Everything one call has posted."""
        return cls(
            Rollback.Scope.DELIVERY,
            f"call {delivery.pk} ({delivery.path})"[:120],
            tuple(delivery.posting_ids),
        )

    @classmethod
    def of_day(cls, day: date) -> Scope:
        """Everything dated on a day in the books."""
        return cls(Rollback.Scope.DAY, day.isoformat(), day=day)

    @classmethod
    def of_settlement(cls, reference: str, posting_ids: Sequence[int]) -> Scope:
        """The fees, reserves and the bank transfer of a settlement."""
        return cls(Rollback.Scope.SETTLEMENT, reference[:120], tuple(posting_ids))


def propose(pair: Pair, scope: Scope, actor: User) -> Rollback:
    """Have a roll-back planned. Its plan is read from Xero by a worker; nothing is undone by it.

    Raises ActionRefusedError unless the person is an operator.
    """
    _allow(pair, actor, Role.OPERATOR)
    with transaction.atomic():
        rollback = Rollback.objects.create(
            pair=pair,
            scope=scope.kind,
            subject=scope.subject,
            root_ids=list(scope.posting_ids),
            day=scope.day,
            planned_by=actor,
        )
        write_audit(pair, actor, "rollback.planned", str(rollback), data={"rollback": rollback.pk})
    wake("roll_back", rollback.pk)
    return rollback


def plan_again(rollback: Rollback, actor: User) -> None:
    """Have the plan made anew, with what Xero says now. Raises ActionRefusedError once it was asked for."""
    _allow(rollback.pair, actor, Role.OPERATOR)
    planned = Rollback.objects.filter(pk=rollback.pk, state=_S.DRAFT)
    with transaction.atomic():
        if not planned.update(planned_at=None, error=""):
            raise ActionRefusedError("This roll-back has begun already, or is over.")
        data = {"rollback": rollback.pk}
        write_audit(rollback.pair, actor, "rollback.planned_again", str(rollback), data=data)
    wake("roll_back", rollback.pk)


def ask_for(rollback: Rollback, actor: User, reason: str, *, leaves_out_blocked: bool = False) -> Rollback:
    """Have a plan carried out; above the pair's limit a second person has to approve it first.

    Raises ActionRefusedError without a reason, unless the person is an administrator, when something blocks the plan and
    is not to be left out, or when the books have changed since the plan was made.
    """
    _allow(rollback.pair, actor, Role.ADMINISTRATOR)
    if not reason.strip():
        raise ActionRefusedError("Say why: the reason stays on record.")
    with transaction.atomic():
        lock_pair(rollback.pair)
        fresh = _locked(rollback, _S.DRAFT)
        if fresh.planned_at is None:
            raise ActionRefusedError("The plan is not made yet.")
        _require_free(fresh, leaves_out_blocked=leaves_out_blocked)
        fresh.asked_by, fresh.asked_at = actor, timezone.now()
        fresh.reason = mask_text(reason.strip())[:500]
        fresh.leaves_out_blocked = leaves_out_blocked
        write_audit(fresh.pair, actor, "rollback.asked", str(fresh), reason, _data(fresh))
        if needs_approval(fresh):
            fresh.state = _S.AWAITING_APPROVAL
            fresh.save()
        else:
            _start(fresh)
    wake("roll_back", fresh.pk)
    return fresh


def approve(rollback: Rollback, actor: User) -> Rollback:
    """A second administrator approves, and it begins. Raises ActionRefusedError for the one who asked for it."""
    _allow(rollback.pair, actor, Role.ADMINISTRATOR)
    with transaction.atomic():
        lock_pair(rollback.pair)
        fresh = _locked(rollback, _S.AWAITING_APPROVAL)
        if actor.pk in (fresh.asked_by_id, fresh.planned_by_id):
            raise ActionRefusedError(
                "You have planned or asked for this yourself: somebody else has to approve it."
            )
        fresh.approved_by, fresh.approved_at = actor, timezone.now()
        write_audit(fresh.pair, actor, "rollback.approved", str(fresh), fresh.reason, _data(fresh))
        _start(fresh)
    wake("roll_back", fresh.pk)
    return fresh


def stop(rollback: Rollback, actor: User, reason: str) -> None:
    """End a roll-back before its end: what is undone stays undone, what is not sent is not undone any more.

    Raises ActionRefusedError when it is over, without a reason, or for whoever may not.
    """
    began = rollback.started_at is not None
    _allow(rollback.pair, actor, Role.ADMINISTRATOR if began else Role.OPERATOR)
    if began and not reason.strip():
        raise ActionRefusedError("Say why: the reason stays on record.")
    with transaction.atomic():
        fresh = Rollback.objects.select_for_update().get(pk=rollback.pk)
        if fresh.is_over:
            raise ActionRefusedError("This roll-back is over.")
        undos = fresh.steps.exclude(undo=None).values_list("undo_id", flat=True)
        dropped = cancel_postings(fresh.pair, list(undos), reason)
        unsent = Q(state=RollbackStep.State.PLANNED) | Q(undo__state=Posting.State.CANCELLED)
        fresh.steps.filter(unsent).update(state=RollbackStep.State.LEFT)
        _let_go_untouched(fresh, actor)
        fresh.state, fresh.ended_at = _S.CANCELLED, timezone.now()
        fresh.error = mask_text(reason.strip())
        fresh.save(update_fields=["state", "ended_at", "error"])
        write_audit(
            fresh.pair, actor, "rollback.stopped", str(fresh), reason, {"dropped": dropped, **_data(fresh)}
        )


def needs_approval(rollback: Rollback) -> bool:
    """Whether more moves in any one currency than the pair lets one person roll back."""
    limit = rollback.pair.rollback_approval_minor
    return limit is not None and any(minor > limit for minor in rollback.money.values())


# Beginning


def _start(rollback: Rollback) -> None:
    """From here on rows say what is to be done; the books of its orders stand still."""
    if gather(rollback).digest != rollback.digest:
        raise ActionRefusedError("The books have changed since the plan was made. Make the plan again.")
    steps = rollback.steps.all()
    left = list(steps.exclude(blockers=[]).values_list("group", flat=True))
    steps.filter(group__in=left).update(state=RollbackStep.State.LEFT)
    planned = steps.filter(state=RollbackStep.State.PLANNED)
    if _being_rolled_back(rollback):
        raise ActionRefusedError("Some of these documents are being rolled back already.")
    drop = planned.filter(action=RollbackStep.Action.DROP)
    cancel_postings(rollback.pair, list(drop.values_list("posting_id", flat=True)), rollback.reason)
    drop.update(state=RollbackStep.State.UNDONE)
    orders = planned.exclude(posting__order=None).values_list("posting__order", flat=True).distinct()
    frozen = [RolledBackOrder(rollback=rollback, order_id=order) for order in orders]
    RolledBackOrder.objects.bulk_create(frozen, ignore_conflicts=True)
    rollback.state, rollback.started_at = _S.RUNNING, timezone.now()
    rollback.save()


def _being_rolled_back(rollback: Rollback) -> bool:
    others = RollbackStep.objects.filter(
        rollback__pair=rollback.pair, rollback__state__in=_OPEN, posting__in=rollback.steps.values("posting")
    )
    return others.exclude(rollback=rollback).exclude(state=RollbackStep.State.LEFT).exists()


def _let_go_untouched(rollback: Rollback, actor: User) -> None:
    """Orders of which nothing was undone need not stand still."""
    touched = rollback.steps.exclude(state=RollbackStep.State.LEFT).exclude(posting__order=None)
    still = rollback.orders.filter(lifted_at=None).exclude(order__in=touched.values("posting__order"))
    still.update(lifted_at=timezone.now(), lifted_by=actor)


def _require_free(rollback: Rollback, *, leaves_out_blocked: bool) -> None:
    steps = rollback.steps.all()
    blocked = set(steps.exclude(blockers=[]).values_list("group", flat=True))
    if blocked and not leaves_out_blocked:
        raise ActionRefusedError("Something stands in the way. Put it right, or leave the blocked ones out.")
    if not steps.exclude(group__in=blocked).exists():
        raise ActionRefusedError("There is nothing that can be undone.")


def _locked(rollback: Rollback, state: str) -> Rollback:
    rows = Rollback.objects.select_for_update(of=("self",)).select_related("pair")
    fresh = rows.get(pk=rollback.pk)
    if fresh.state != state:
        raise ActionRefusedError("Somebody was quicker: this roll-back has moved on.")
    return fresh


def _allow(pair: Pair, actor: User, needed: Role) -> None:
    membership = Membership.objects.filter(user=actor, pair=pair).first()
    if membership is None or not role_allows(membership.role, needed):
        raise ActionRefusedError(f"This takes the role of {needed.label.lower()}.")


def _data(rollback: Rollback) -> dict[str, object]:
    return {
        "rollback": rollback.pk,
        "documents": rollback.documents,
        "money": {currency: int(minor) for currency, minor in rollback.money.items()},
        "calls": rollback.calls,
    }
