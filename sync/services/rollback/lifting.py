"""Posting again what was rolled back: the books of its orders are planned anew, under keys of their own."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from integrations.bulk import update_rows
from integrations.clock import business_now
from integrations.members.roles import role_allows
from integrations.models import Membership, Order, Pair, Role, User
from sync.core.rollback import UNDO_OF
from sync.models import Posting, Rollback, RollbackStep, RolledBackOrder
from sync.services.actions import ActionRefusedError, write_audit
from sync.services.batch import Batch
from sync.services.leases import wake
from sync.services.order_states import settle_orders
from sync.services.projection import project
from sync.services.replanning import lock_pair
from sync.services.wakes import wake_pair

_PORTION: Final = 200
_K = Posting.Kind
_KEEP_NUMBER: Final = (_K.INVOICE, _K.CREDIT_NOTE, _K.INVOICE_CLOSE, _K.CONTACT)
"""Xero may refuse the number of a voided document, so these stay in the plan, and their successors get another."""
_CHANGES: Final = (_K.INVOICE_AUTHORISE, _K.INVOICE_UPDATE, *UNDO_OF.values())
_ENDED: Final = (Posting.State.REVERSED, Posting.State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Lifted:
    """What is posted again: orders, and documents of no order, such as the fees and the transfer of a settlement."""

    orders: int = 0
    documents: int = 0

    @property
    def is_anything(self) -> bool:
        return bool(self.orders or self.documents)


def post_again(rollback: Rollback, actor: User, reason: str, order: Order | None = None) -> Lifted:
    """Plan the books of its orders, or of one of them, anew, and let go of its documents of no order.

    Those are made anew by whatever wants them: the caller has settlements reconciled. Works in portions, each its own
    transaction, so that messages coming in are processed in between. Raises ActionRefusedError without a reason, while the
    roll-back runs, or for whoever is no administrator.
    """
    _allow(rollback, actor, reason)
    count = 0
    while done := _portion(rollback, actor, order):
        count += done
    lifted = Lifted(count, 0 if order else _let_go_of_documents(rollback))
    if not lifted.is_anything:
        raise ActionRefusedError("Nothing of this roll-back stands still any more.")
    subject = str(order) if order else str(rollback)
    write_audit(
        rollback.pair, actor, "rollback.lifted", subject, reason, {"rollback": rollback.pk, **asdict(lifted)}
    )
    wake_pair(rollback.pair)
    wake("notify", rollback.pair_id)
    return lifted


def documents_standing_still(rollback: Rollback) -> QuerySet[Posting]:
    """Documents of no order that it has undone and that were not posted again."""
    undone = rollback.steps.exclude(state=RollbackStep.State.LEFT).filter(posting__order=None)
    return Posting.objects.filter(pk__in=undone.values("posting"), state__in=_ENDED, is_retired=False)


@transaction.atomic
def _let_go_of_documents(rollback: Rollback) -> int:
    lock_pair(rollback.pair)
    alone = list(documents_standing_still(rollback).values_list("pk", flat=True))
    retire(rollback, Q(pk__in=alone) | Q(changes__in=alone))
    return len(alone)


def _allow(rollback: Rollback, actor: User, reason: str) -> None:
    membership = Membership.objects.filter(user=actor, pair=rollback.pair_id).first()
    if membership is None or not role_allows(membership.role, Role.ADMINISTRATOR):
        raise ActionRefusedError("This takes the role of administrator.")
    if not reason.strip():
        raise ActionRefusedError("Say why: the reason stays on record.")
    if not rollback.is_over:
        raise ActionRefusedError("The roll-back is not over yet.")


@transaction.atomic
def _portion(rollback: Rollback, actor: User, order: Order | None) -> int:
    pair: Pair = rollback.pair
    lock_pair(pair)
    still = RolledBackOrder.objects.filter(rollback=rollback, lifted_at=None)
    if order is not None:
        still = still.filter(order=order)
    ids = list(still.order_by("order").values_list("order_id", flat=True)[:_PORTION])
    if not ids:
        return 0
    RolledBackOrder.objects.filter(rollback=rollback, order__in=ids, lifted_at=None).update(
        lifted_at=timezone.now(), lifted_by=actor
    )
    rows = Order.objects.filter(pk__in=ids).select_for_update(of=("self",), no_key=True)
    orders = {each.number: each for each in rows.select_related("customer").order_by("pk")}
    retire(rollback, Q(order__in=ids))
    batch = Batch(pair, business_now(), orders=orders, changed_orders=set(orders))
    batch.gather_payments()
    settle_orders(batch)
    batch.write()
    project(batch)
    return len(ids)


def retire(rollback: Rollback, which: Q) -> None:
    """What carries no money any more gives its key to what is posted now."""
    ended = Q(state__in=_ENDED) & ~Q(kind__in=_KEEP_NUMBER)
    of_undone = Q(kind__in=_CHANGES, state=Posting.State.POSTED) & (
        Q(changes__state=Posting.State.REVERSED) | Q(changes=None, waits_for__state=Posting.State.REVERSED)
    )
    rows = list(
        Posting.objects.filter(ended | of_undone, which, is_retired=False)
        .select_for_update(of=("self",), no_key=True)
        .only("natural_key", "is_retired")
        .order_by("pk")
    )
    for row in rows:
        suffix = f"#{rollback.pk}-{row.pk}"
        row.natural_key, row.is_retired = row.natural_key[: 120 - len(suffix)] + suffix, True
    update_rows(rows, ["natural_key", "is_retired"])
