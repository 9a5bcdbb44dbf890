"""What people decide about records that flow or rules hold: let go, or refuse. Each act is on the audit log."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from integrations.clock import business_now
from integrations.core.money import Money
from integrations.members.roles import role_allows
from integrations.models import AuditEntry, Membership, Role, User
from mapping.services.documents import DocumentMaker
from sync.models import Posting, Ruling
from sync.services.actions import ActionRefusedError, cancel_postings, write_audit
from sync.services.deciding import Deciding
from sync.services.leases import wake
from sync.services.messages import write_messages
from sync.services.problems import let_go
from sync.services.rulings import OF_ORDER, OF_PAYMENT, OF_REFUND
from sync.services.standing import KEPT_BACK
from sync.services.wakes import wake_pair

_SETTLED: Final = ["settlement", "settled_by", "settled_at", "settled_reason"]


def release(ruling: Ruling, actor: User, reason: str = "") -> int:
    """Let a held record go: its documents are made by the mappings in use now, and sent. Returns how many go.

    Raises ActionRefusedError when it was decided already, when the person's role does not allow it, or when an approval
    needs somebody else than the person who had a hand in the record.
    """
    with transaction.atomic():
        held = list(_kept_back(ruling).select_for_update(of=("self",), no_key=True))
        fresh = _decided(ruling, actor, Ruling.Settlement.RELEASED, reason)
        deciding = Deciding(DocumentMaker(fresh.pair, business_now()))
        deciding.load([fresh.order])
        let_go(fresh.pair, held, deciding)
        messages = write_messages(fresh.pair, deciding.messages_of_release(fresh))
        approved = fresh.outcome == Ruling.Outcome.APPROVE
        _note(fresh, actor, "ruling.approved" if approved else "ruling.released", reason)
    wake_pair(fresh.pair)
    if messages:
        wake("notify", fresh.pair_id)
    return len(held)


def refuse(ruling: Ruling, actor: User, reason: str) -> int:
    """A held record is not to be booked: what was made of it is cancelled. Returns how many documents that was.

    The records themselves stay. If the shop changes the order afterwards, it is ruled on anew. Raises ActionRefusedError as
    `release` does, and without a reason.
    """
    if not reason.strip():
        raise ActionRefusedError("Say why: the reason stays on record.")
    with transaction.atomic():
        rows = _kept_back(ruling).exclude(kind=Posting.Kind.CONTACT)
        held = list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
        fresh = _decided(ruling, actor, Ruling.Settlement.REFUSED, reason)
        count = cancel_postings(fresh.pair, held, reason)
        _note(fresh, actor, "ruling.refused", reason)
    return count


def _kept_back(ruling: Ruling) -> QuerySet[Posting]:
    """The postings a ruling keeps back; with an order, its customer's contact."""
    if ruling.refund_id is not None:
        record = Q(refund=ruling.refund_id, kind__in=OF_REFUND)
    elif ruling.payment_id is not None:
        record = Q(payment=ruling.payment_id, kind__in=OF_PAYMENT)
    else:
        record = Q(order=ruling.order_id, kind__in=OF_ORDER)
        record |= Q(customer=ruling.order.customer_id, kind=Posting.Kind.CONTACT)
    held = Posting.objects.filter(
        record, pair=ruling.pair_id, state=Posting.State.HELD, error_class__in=KEPT_BACK
    )
    return held.select_related("customer", "order", "payment", "refund__payment", "waits_for").order_by("pk")


def _decided(ruling: Ruling, actor: User, settlement: Ruling.Settlement, reason: str) -> Ruling:
    """The ruling, locked after its postings as the pipeline does it, and settled."""
    fresh = Ruling.objects.select_for_update(of=("self",)).select_related("pair", "order", "payment", "refund").get(
        pk=ruling.pk
    )  # fmt: skip
    if not fresh.waits:
        raise ActionRefusedError("This was decided already, or is no longer held.")
    _allow(fresh, actor)
    fresh.settlement, fresh.settled_by = settlement, actor
    fresh.settled_at, fresh.settled_reason = timezone.now(), reason.strip()
    fresh.save(update_fields=_SETTLED)
    return fresh


def _allow(ruling: Ruling, actor: User) -> None:
    needed = ruling.role or Role.OPERATOR
    membership = Membership.objects.filter(user=actor, pair=ruling.pair_id).first()
    if membership is None or not role_allows(membership.role, needed):
        raise ActionRefusedError(f"This takes the role of {Role(needed).label.lower()}.")
    if ruling.outcome == Ruling.Outcome.APPROVE and _had_a_hand_in_it(ruling, actor):
        raise ActionRefusedError(
            "You have changed something of this record yourself: somebody else has to approve it."
        )


def _had_a_hand_in_it(ruling: Ruling, actor: User) -> bool:
    """Whether the person edited one of its documents, or assigned its payment."""
    postings = Posting.objects.filter(Q(order=ruling.order_id) | Q(payment__order=ruling.order_id))
    edited = Q(action="posting.edited", subject__in=[str(posting)[:120] for posting in postings])
    assigned = Q(action="payment.assigned", subject__endswith=f" to {ruling.order}"[:120])
    return AuditEntry.objects.filter(edited | assigned, pair=ruling.pair_id, actor=actor).exists()


def _note(ruling: Ruling, actor: User, action: str, reason: str) -> None:
    record, amount = _record(ruling)
    data = {
        "ruling": ruling.pk,
        "order": ruling.order.number,
        "payment": ruling.payment.vendor_tx_code if ruling.payment else "",
        "refund": ruling.refund.vendor_tx_code if ruling.refund else "",
        "amount": str(amount),
        "why_held": ruling.words(),
    }
    write_audit(ruling.pair, actor, action, record, reason, data)


def _record(ruling: Ruling) -> tuple[str, Money]:
    """What was ruled on, and its money."""
    order, payment, refund = ruling.order, ruling.payment, ruling.refund
    if refund is not None:
        return str(refund), Money(refund.amount_minor, refund.currency)
    if payment is not None:
        return str(payment), Money(payment.amount_minor or 0, payment.currency or order.currency)
    return str(order), Money(order.total_minor, order.currency)
