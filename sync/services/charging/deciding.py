"""Writing charges down, and what a second person decides about those that are held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction

from integrations.cards.charging import new_charge, send_charge
from integrations.cards.core.limits import Limits
from integrations.cards.settling import close_batch
from integrations.clock import business_now
from integrations.core.money import Money
from integrations.core.pci import mask_text
from integrations.models import AuditEntry, CardCharge, CardPolicy, ChargeBatch, Pair, User
from sync.services.actions import ActionRefusedError
from sync.services.charging.due_in_xero import ask_xero
from sync.services.charging.planning import Choice, Plan, PlannedCharge, plan, refusal_of


def charge(pair: Pair, choices: Sequence[Choice], *, by: User, reason: str, request_key: str) -> ChargeBatch:
    """Write the charges down; asked at once, or held for a second person. The same key gives the same batch.

    Rows that may not be charged are kept with their reason. Raises ActionRefusedError when none may, or all of it may not.
    """
    known = ChargeBatch.objects.filter(pair=pair, request_key=request_key).first()
    if known is not None:
        return known
    dues = ask_xero(pair, choices)
    with transaction.atomic():
        _lock(pair)
        known = ChargeBatch.objects.filter(pair=pair, request_key=request_key).first()
        if known is not None:
            return known
        planned = plan(pair, choices, dues=dues)
        if planned.refusal:
            reasons = " ".join(row.refusal for row in planned.unfit[:3])
            raise ActionRefusedError(f"{planned.refusal} {reasons}".strip())
        return _write_down(pair, planned, by, reason, request_key)


def _lock(pair: Pair) -> None:
    """One charge of a pair is written down at a time."""
    CardPolicy.objects.get_or_create(pair=pair)
    CardPolicy.objects.select_for_update(no_key=True).get(pair=pair)


def _write_down(pair: Pair, planned: Plan, by: User, reason: str, request_key: str) -> ChargeBatch:
    is_held = planned.needs_second_person
    batch = ChargeBatch.objects.create(
        pair=pair,
        state=ChargeBatch.State.HELD if is_held else ChargeBatch.State.GOING,
        request_key=request_key,
        asked_by=by,
        reason=mask_text(reason),
    )
    for row in planned.rows:
        made = new_charge(batch.pk, row.order, row.card, row.amount, CardCharge.State.HELD)
        if row.refusal:
            made.state, made.error, made.ended_at = CardCharge.State.UNFIT, row.refusal, business_now()
        made.save()
        if not row.refusal and not is_held:
            send_charge(made, by=by, reason=reason)
    _audit(batch, "asked" if not is_held else "held", by, reason, planned.sums)
    return batch


def agree(batch: ChargeBatch, *, by: User, reason: str) -> ChargeBatch:
    """A second person agrees to a held batch; each charge is checked anew. Raises ActionRefusedError."""
    rows = list(batch.charges.filter(state=CardCharge.State.HELD))
    if batch.asked_by_id == by.pk:
        raise ActionRefusedError("Somebody else than the one who asked has to agree.")
    choices = [Choice(row.order_id, row.card_id, Money(row.amount_minor, row.currency)) for row in rows]
    dues = ask_xero(batch.pair, choices)
    with transaction.atomic():
        _lock(batch.pair)
        batch = _decide(batch, by, ChargeBatch.State.GOING)
        held = batch.charges.filter(state=CardCharge.State.HELD).select_related(
            "card__first_payment", "order__customer"
        )
        for row in held:
            _send_held(row, dues, by, batch.reason)
        close_batch(batch.pk)
        _audit(batch, "agreed", by, reason, {})
    return ChargeBatch.objects.get(pk=batch.pk)


def _send_held(row: CardCharge, dues: Mapping[int, str], by: User, reason: str) -> None:
    """What was agreed is charged unless something has come in between. The limits were kept to when it was asked."""
    # Let go while it is looked at, or it would stand in its own way.
    CardCharge.objects.filter(pk=row.pk).update(state=CardCharge.State.UNFIT)
    planned = PlannedCharge(row.order, row.card, Money(row.amount_minor, row.currency))
    refusal = dues.get(row.order_id, "") or refusal_of(planned, (), Limits())
    if refusal:
        row.state, row.error, row.ended_at = CardCharge.State.UNFIT, refusal, business_now()
        row.save(update_fields=["state", "error", "ended_at"])
    else:
        send_charge(row, by=by, reason=reason)


@transaction.atomic
def withdraw(batch: ChargeBatch, *, by: User, reason: str) -> ChargeBatch:
    """Nobody is charged of a held batch. Raises ActionRefusedError when it is not held any more."""
    _lock(batch.pair)
    batch = _decide(batch, by, ChargeBatch.State.WITHDRAWN)
    batch.charges.filter(state=CardCharge.State.HELD).update(
        state=CardCharge.State.WITHDRAWN, error=f"Withdrawn: {reason}"[:500], ended_at=business_now()
    )
    _audit(batch, "withdrawn", by, reason, {})
    return batch


def _decide(batch: ChargeBatch, by: User, state: ChargeBatch.State) -> ChargeBatch:
    locked = ChargeBatch.objects.select_for_update(of=("self",), no_key=True).select_related("pair")
    row = locked.get(pk=batch.pk)
    if row.state != ChargeBatch.State.HELD:
        raise ActionRefusedError("Somebody has decided about these charges already.")
    row.state, row.decided_by, row.decided_at = state, by, business_now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    return row


def _audit(batch: ChargeBatch, verb: str, by: User, reason: str, sums: Mapping[str, Money]) -> None:
    AuditEntry.objects.create(
        pair_id=batch.pair_id,
        actor=by,
        action=f"card_charges.{verb}",
        subject=f"batch {batch.pk}",
        reason=mask_text(reason),
        data={"batch": batch.pk, "sums": [str(amount) for amount in sums.values()]},
    )
