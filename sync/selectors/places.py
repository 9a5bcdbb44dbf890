"""Where money stands: every captured payment, and every refund of one, is in exactly one place.

The second of the four equalities of the proof (docs/accounting.md): records = Xero + in flight.
"""

from __future__ import annotations

from typing import Final

from django.db.models import Case, CharField, Exists, OuterRef, Q, Value, When

from integrations.models import Payment
from sync.models import Posting, RolledBackOrder

POSTED: Final = "posted"
ON_ITS_WAY: Final = "on_its_way"
NEEDS_YOU: Final = "needs_you"
UNMATCHED: Final = "unmatched"
UNPLACED: Final = "unplaced"
ROLLED_BACK: Final = "rolled_back"
# Two more lists that cross the places: all that waits for a person, and what Opayo reversed but Xero still has.
WAITS: Final = "waits"
TO_TAKE_BACK: Final = "to_take_back"

PLACES: Final[dict[str, str]] = {
    POSTED: "In Xero",
    ON_ITS_WAY: "On its way",
    NEEDS_YOU: "Held or refused",
    UNMATCHED: "Fits no order",
    UNPLACED: "Nothing intended yet",
    ROLLED_BACK: "Rolled back",
    WAITS: "Waits for you, all reasons",
    TO_TAKE_BACK: "Reversed, still in Xero",
}

_MONEY_KINDS = (Posting.Kind.PAYMENT, Posting.Kind.OVERPAYMENT)
_MONEY_BACK_KINDS = (Posting.Kind.CREDIT_NOTE, Posting.Kind.REFUND)
_MOVING = (Posting.State.WAITING, Posting.State.READY, Posting.State.SENDING, Posting.State.RETRYING)
_STUCK = (Posting.State.HELD, Posting.State.DEAD)


def _has(states: tuple[str, ...]) -> Exists:
    return Exists(Posting.objects.filter(payment=OuterRef("pk"), kind__in=_MONEY_KINDS, state__in=states))


def still_in_xero() -> Exists:
    """Whether a payment's Xero payment stands."""
    return Exists(
        Posting.objects.filter(payment=OuterRef("pk"), kind=Posting.Kind.PAYMENT, state=Posting.State.POSTED)
    )


def _rolled_back(path: str) -> Exists:
    """Whether the books of the order stand still since a roll-back."""
    return Exists(RolledBackOrder.objects.filter(order=OuterRef(path), lifted_at=None))


def place_of_payment() -> Case:
    """The place of a captured payment, told by its least advanced posting."""
    return Case(
        When(is_unmatched=True, then=Value(UNMATCHED)),
        When(_has(_STUCK), then=Value(NEEDS_YOU)),
        When(_has(_MOVING), then=Value(ON_ITS_WAY)),
        When(_has((Posting.State.POSTED,)), then=Value(POSTED)),
        When(_rolled_back("order"), then=Value(ROLLED_BACK)),
        default=Value(UNPLACED),
        output_field=CharField(),
    )


def _of_refund(states: tuple[str, ...]) -> Exists:
    return Exists(Posting.objects.filter(refund=OuterRef("pk"), kind__in=_MONEY_BACK_KINDS, state__in=states))


def place_of_refund() -> Case:
    """The place of a refund, told by the least advanced of its postings."""
    return Case(
        When(payment__is_unmatched=True, then=Value(UNMATCHED)),
        When(_of_refund(_STUCK), then=Value(NEEDS_YOU)),
        When(_of_refund(_MOVING), then=Value(ON_ITS_WAY)),
        When(_of_refund((Posting.State.POSTED,)), then=Value(POSTED)),
        When(_rolled_back("payment__order"), then=Value(ROLLED_BACK)),
        default=Value(UNPLACED),
        output_field=CharField(),
    )


def in_place(place: str) -> Q:
    """Payments that stand in `place`."""
    if place == TO_TAKE_BACK:
        return Q(still_in_xero(), state=Payment.State.REVERSED)
    captured = Q(state=Payment.State.CAPTURED)
    moving, stuck, posted = Q(_has(_MOVING)), Q(_has(_STUCK)), Q(_has((Posting.State.POSTED,)))
    known = Q(is_unmatched=False)
    rolled_back = Q(_rolled_back("order"))
    conditions = {
        UNMATCHED: Q(is_unmatched=True),
        NEEDS_YOU: known & stuck,
        ON_ITS_WAY: known & ~stuck & moving,
        POSTED: known & ~stuck & ~moving & posted,
        UNPLACED: known & ~stuck & ~moving & ~posted & ~rolled_back,
        ROLLED_BACK: known & ~stuck & ~moving & ~posted & rolled_back,
        WAITS: ~known | stuck | (~moving & ~posted),
    }
    return captured & conditions[place]
