"""Records that flow or rules hold for a person, with their money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from dashboard.selectors.prices import Price
from integrations.members.access import Access
from integrations.models import Pair, Role
from sync.models import Posting, Ruling

MOST = 50
_WAITS = Q(settlement="", outcome__in=[Ruling.Outcome.HOLD, Ruling.Outcome.APPROVE])


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """One order or payment to decide about. `may_decide`: whether the person's role is enough."""

    ruling: Ruling
    title: str
    price: Price
    documents: int
    may_decide: bool
    role: str

    @property
    def reasons(self) -> list[str]:
        """Why it is held, each in words."""
        return [str(reason["words"]) for reason in self.ruling.reasons if reason.get("words")]


def waiting_rulings(pair: Pair | None = None) -> QuerySet[Ruling]:
    """Rulings with something to let go; an order cancelled meanwhile has nothing left to decide."""
    of_order = Q(order=OuterRef("order")) & ~Q(kind__in=_MONEY)
    of_payment = Q(payment=OuterRef("payment"), kind__in=_MONEY)
    held = Posting.objects.filter(state=Posting.State.HELD, error_class=Posting.ErrorClass.RULE)
    rulings = Ruling.objects.filter(_WAITS).filter(
        Q(Exists(held.filter(of_order)), payment__isnull=True) | Q(Exists(held.filter(of_payment)))
    )
    return rulings if pair is None else rulings.filter(pair=pair)


_MONEY = [Posting.Kind.PAYMENT, Posting.Kind.OVERPAYMENT]


def held_records(pair: Pair, access: Access) -> list[HeldRecord]:
    """What waits, oldest first. Two queries."""
    rows = waiting_rulings(pair).select_related("order__customer", "payment").defer("order__document")
    rulings = list(rows.order_by("pk")[:MOST])
    documents = _documents(rulings)
    return [_held(ruling, documents, access) for ruling in rulings]


def prices_held(pair: Pair) -> tuple[Price, ...]:
    """The money of all that waits, by currency, largest first; an order's payments are part of its own."""
    rows = waiting_rulings(pair).values_list(
        "payment_id", "payment__amount_minor", "payment__currency", "order__total_minor", "order__currency"
    )
    sums: dict[str, int] = {}
    for payment, paid, paid_in, total, currency in rows:
        minor, code = (paid or 0, paid_in or currency) if payment else (total, currency)
        sums[code] = sums.get(code, 0) + minor
    return tuple(
        Price(minor, code) for code, minor in sorted(sums.items(), key=lambda item: -item[1]) if code
    )


def _documents(rulings: Sequence[Ruling]) -> dict[tuple[int, int | None], int]:
    held = Posting.objects.filter(
        order__in=[ruling.order_id for ruling in rulings],
        state=Posting.State.HELD,
        error_class=Posting.ErrorClass.RULE,
    ).annotate(by=F("payment"))
    counts: dict[tuple[int, int | None], int] = {}
    for order, payment in held.values_list("order_id", "by"):
        counts[order or 0, payment] = counts.get((order or 0, payment), 0) + 1
    return counts


def _held(ruling: Ruling, documents: dict[tuple[int, int | None], int], access: Access) -> HeldRecord:
    order, payment = ruling.order, ruling.payment
    price = (
        Price(payment.amount_minor or 0, payment.currency or order.currency)
        if payment
        else Price(order.total_minor, order.currency)
    )
    role = Role(ruling.role or Role.OPERATOR)
    title = f"Payment {payment}" if payment else f"Order {order}"
    count = documents.get((order.pk, payment.pk if payment else None), 0)
    return HeldRecord(ruling, title, price, count, access.may(role), role.label.lower())
