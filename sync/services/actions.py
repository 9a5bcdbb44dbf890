"""What people do about what waits for them; each act is on the audit log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from integrations.clock import business_now
from integrations.models import AuditEntry, Event, Order, Pair, Payment, User
from integrations.xero.core.wire import dumps, loads
from sync.core.states import UNSENT
from sync.models import Notice, Posting, Problem
from sync.services.batch import Batch
from sync.services.leases import wake
from sync.services.order_states import settle_orders
from sync.services.problems import GOING_FIELDS, release_problem, set_going
from sync.services.projection import project
from sync.services.rulings import keep_back_again
from sync.services.wakes import wake_pair

_RETRIABLE = [Posting.State.DEAD, Posting.State.HELD, Posting.State.RETRYING]


class ActionRefusedError(Exception):
    """The act is not possible as things stand; the message says why."""


def retry_postings(pair: Pair, posting_ids: Sequence[int], actor: User) -> int:
    """Try these once more; returns how many that were."""
    with transaction.atomic():
        postings = Posting.objects.select_for_update(of=("self",)).filter(
            pair=pair, pk__in=posting_ids, state__in=_RETRIABLE
        )
        count = _release(postings)
        write_audit(pair, actor, "posting.retried", f"{count} postings", data={"ids": list(posting_ids)})
    wake_pair(pair)
    return count


def _release(postings: Any) -> int:
    """Let postings go on: ready, or waiting for what they need; what a rule holds stays held."""
    rows = list(postings.select_related("waits_for"))
    for posting in rows:
        set_going(posting)
    keep_back_again(rows)
    Posting.objects.bulk_update(rows, GOING_FIELDS, batch_size=200)
    return len(rows)


def edit_and_retry(posting: Posting, document: Mapping[str, Any], actor: User, reason: str) -> None:
    """Send another document instead. Raises ActionRefusedError for one that is not dead or held."""
    with transaction.atomic():
        fresh = Posting.objects.select_for_update().get(pk=posting.pk)
        if fresh.state not in _RETRIABLE:
            raise ActionRefusedError("Only a posting that was refused or is held can be edited.")
        before = fresh.document
        fresh.document = loads(dumps(dict(document)))
        # Made by a person: no mapping makes it anew.
        fresh.mapping_version = None
        fresh.save(update_fields=["document", "mapping_version"])
        _release(Posting.objects.filter(pk=fresh.pk))
        write_audit(
            fresh.pair,
            actor,
            "posting.edited",
            str(fresh),
            reason,
            {"before": loads(dumps(before)), "after": loads(dumps(fresh.document))},
        )
    wake_pair(fresh.pair)


def discard_postings(pair: Pair, posting_ids: Sequence[int], actor: User, reason: str) -> int:
    """These are not wanted: cancelled, with what waits for them. Returns how many that were."""
    with transaction.atomic():
        count = cancel_postings(pair, list(posting_ids), reason)
        write_audit(pair, actor, "posting.discarded", f"{count} postings", reason, {"ids": list(posting_ids)})
    return count


def cancel_postings(pair: Pair, posting_ids: list[int], reason: str) -> int:
    """Cancel unsent postings and all that waits for them; within the caller's transaction. Returns how many."""
    count = 0
    while posting_ids:
        unsent = Posting.objects.filter(pair=pair, pk__in=posting_ids, state__in=UNSENT)
        ids = list(unsent.values_list("pk", flat=True))
        count += unsent.update(state=Posting.State.CANCELLED, error=reason, problem=None)
        waiters = (
            Posting.objects.filter(waits_for__in=ids, state__in=UNSENT) if ids else Posting.objects.none()
        )
        posting_ids = list(waiters.values_list("pk", flat=True))
    return count


def retry_events(pair: Pair, event_ids: Sequence[int], actor: User) -> int:
    """Read these messages again."""
    with transaction.atomic():
        count = Event.objects.filter(pair=pair, pk__in=event_ids, state=Event.State.DEAD).update(
            state=Event.State.RECEIVED, attempts=0, not_before=None, error=""
        )
        write_audit(pair, actor, "event.retried", f"{count} messages", data={"ids": list(event_ids)})
    wake("process_events", pair.pk)
    return count


def discard_events(pair: Pair, event_ids: Sequence[int], actor: User, reason: str) -> int:
    """Nothing is to be made of these messages; they stay on record."""
    with transaction.atomic():
        count = Event.objects.filter(pair=pair, pk__in=event_ids, state=Event.State.DEAD).update(
            state=Event.State.IGNORED, error=reason
        )
        write_audit(pair, actor, "event.discarded", f"{count} messages", reason, {"ids": list(event_ids)})
    return count


def assign_payment(payment: Payment, order: Order, actor: User) -> None:
    """Tie an unmatched payment to an order and book it.

    Raises ActionRefusedError when it is tied already, or currencies differ.
    """
    with transaction.atomic():
        fresh = Payment.objects.select_for_update().get(pk=payment.pk, pair=order.pair)
        if fresh.order_id is not None:
            raise ActionRefusedError("The payment belongs to an order already.")
        if fresh.currency != order.currency:
            raise ActionRefusedError(f"The payment is in {fresh.currency}, the order in {order.currency}.")
        locked = Order.objects.select_for_update().get(pk=order.pk)
        fresh.order, fresh.is_unmatched, fresh.candidates = locked, False, []
        batch = Batch(order.pair, business_now())
        batch.orders[locked.number] = locked
        batch.payments[fresh.vendor_tx_code] = fresh
        batch.changed_orders.add(locked.number)
        batch.changed_payments.add(fresh.vendor_tx_code)
        batch.gather_payments()
        settle_orders(batch)
        batch.write()
        project(batch)
        write_audit(order.pair, actor, "payment.assigned", f"{fresh} to {locked}")
    wake_pair(order.pair)


def resolve_problem(problem: Problem, actor: User) -> int:
    """The person says it is fixed: everything it held flows on. Returns how many postings that was."""
    with transaction.atomic():
        count = release_problem(problem)
        write_audit(problem.pair, actor, "problem.resolved", str(problem), data={"released": count})
    wake_pair(problem.pair)
    return count


def retry_notices(pair: Pair, notice_ids: Sequence[int], actor: User) -> int:
    """Send these confirmations again."""
    with transaction.atomic():
        count = Notice.objects.filter(pair=pair, pk__in=notice_ids, state=Notice.State.DEAD).update(
            state=Notice.State.READY, attempts=0, not_before=None, error=""
        )
        write_audit(pair, actor, "notice.retried", f"{count} confirmations", data={"ids": list(notice_ids)})
    wake("notify", pair.pk)
    return count


def discard_notices(pair: Pair, notice_ids: Sequence[int], actor: User, reason: str) -> int:
    """These confirmations are not to be sent."""
    with transaction.atomic():
        count = Notice.objects.filter(pair=pair, pk__in=notice_ids, state=Notice.State.DEAD).update(
            state=Notice.State.CANCELLED, error=reason
        )
        write_audit(
            pair, actor, "notice.discarded", f"{count} confirmations", reason, {"ids": list(notice_ids)}
        )
    return count


def write_audit(
    pair: Pair,
    actor: User,
    action: str,
    subject: str,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write an act of a person down, within the caller's transaction."""
    AuditEntry.objects.create(
        pair=pair, actor=actor, action=action, subject=subject[:120], reason=reason, data=_plain(data or {})
    )


def _plain(data: Any) -> Any:
    """Amounts as strings: the audit log is read by people."""
    if isinstance(data, Mapping):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(value) for value in data]
    return data if isinstance(data, str | int | bool | None) else str(data)
