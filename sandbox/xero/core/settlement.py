"""What is left to pay or to credit on a document, and the status that follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sandbox.xero.core.money import ZERO, share
from sandbox.xero.core.status import settled_status


@dataclass(frozen=True, slots=True)
class Settlement:
    """Amounts of one approved document, in its own currency; `base_left` in the base currency.

    Always `left == total - paid - credited`.
    """

    total: Decimal
    left: Decimal
    base_left: Decimal
    paid: Decimal = ZERO
    credited: Decimal = ZERO
    status: str = "AUTHORISED"
    fully_paid_on: date | None = None


def opened(total: Decimal, base_total: Decimal) -> Settlement:
    """A document nothing was paid on yet."""
    return Settlement(total, total, base_total)


def base_part(state: Settlement, amount: Decimal) -> Decimal:
    """The base amount that goes with `amount` of what is left."""
    return share(state.base_left, amount, state.left)


def settle(state: Settlement, amount: Decimal, base: Decimal, on: date, *, credit: bool) -> Settlement:
    """Pay (or credit) `amount` on a day; PAID and FullyPaidOnDate follow when nothing is left."""
    left = state.left - amount
    return replace(
        state,
        left=left,
        base_left=state.base_left - base,
        paid=state.paid if credit else state.paid + amount,
        credited=state.credited + amount if credit else state.credited,
        status=settled_status(left),
        fully_paid_on=None if left else on,
    )


def unsettle(state: Settlement, amount: Decimal, base: Decimal, *, credit: bool) -> Settlement:
    """Take a payment (or credit) back: the document is open again."""
    return replace(
        state,
        left=state.left + amount,
        base_left=state.base_left + base,
        paid=state.paid if credit else state.paid - amount,
        credited=state.credited - amount if credit else state.credited,
        status="AUTHORISED",
        fully_paid_on=None,
    )
