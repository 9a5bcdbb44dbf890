"""Records that flow or rules hold for a person, with their money."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from dashboard.selectors.prices import Price
from integrations.members.access import Access
from integrations.models import Pair, Role
from sync.models import Posting, RecordKey, Ruling

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
    of_order = Q(order=OuterRef("order")) & ~Q(kind__in=[*_MONEY, *_MONEY_BACK])
    of_payment = Q(payment=OuterRef("payment"), kind__in=_MONEY)
    of_refund = Q(refund=OuterRef("refund"), kind__in=_MONEY_BACK)
    held = Posting.objects.filter(state=Posting.State.HELD, error_class=Posting.ErrorClass.RULE)
    rulings = Ruling.objects.filter(_WAITS).filter(
        Q(Exists(held.filter(of_order)), payment__isnull=True, refund__isnull=True)
        | Q(Exists(held.filter(of_payment)), payment__isnull=False)
        | Q(Exists(held.filter(of_refund)), refund__isnull=False)
    )
    return rulings if pair is None else rulings.filter(pair=pair)


_MONEY = [Posting.Kind.PAYMENT, Posting.Kind.OVERPAYMENT]
_MONEY_BACK = [Posting.Kind.CREDIT_NOTE, Posting.Kind.REFUND]


def held_records(pair: Pair, access: Access) -> list[HeldRecord]:
    """What waits, oldest first. Two queries."""
    rows = (
        waiting_rulings(pair).select_related("order__customer", "payment", "refund").defer("order__document")
    )
    rulings = list(rows.order_by("pk")[:MOST])
    documents = _documents(rulings)
    return [_held(ruling, documents, access) for ruling in rulings]


def prices_held(pair: Pair) -> tuple[Price, ...]:
    """The money of all that waits, by currency, largest first; an order's payments are part of its own."""
    sums: dict[str, int] = {}
    rulings = waiting_rulings(pair).select_related("order", "payment", "refund").defer("order__document")
    for ruling in rulings:
        price = _price(ruling)
        sums[price.currency] = sums.get(price.currency, 0) + price.minor
    return tuple(
        Price(minor, code) for code, minor in sorted(sums.items(), key=lambda item: -item[1]) if code
    )


def _documents(rulings: Sequence[Ruling]) -> Counter[RecordKey]:
    """How many documents each ruling holds."""
    held = Posting.objects.filter(
        order__in=[ruling.order_id for ruling in rulings],
        state=Posting.State.HELD,
        error_class=Posting.ErrorClass.RULE,
    )
    counts: Counter[RecordKey] = Counter()
    for order, payment, refund in held.values_list("order_id", "payment_id", "refund_id"):
        counts[order or 0, None if refund else payment, refund] += 1
    return counts


def _held(ruling: Ruling, documents: Counter[RecordKey], access: Access) -> HeldRecord:
    role = Role(ruling.role or Role.OPERATOR)
    count = documents[ruling.record]
    return HeldRecord(ruling, _title(ruling), _price(ruling), count, access.may(role), role.label.lower())


def _title(ruling: Ruling) -> str:
    if ruling.refund is not None:
        return f"Refund {ruling.refund}"
    return f"Payment {ruling.payment}" if ruling.payment else f"Order {ruling.order}"


def _price(ruling: Ruling) -> Price:
    order, payment, refund = ruling.order, ruling.payment, ruling.refund
    if refund is not None:
        return Price(refund.amount_minor, refund.currency)
    if payment is not None:
        return Price(payment.amount_minor or 0, payment.currency or order.currency)
    return Price(order.total_minor, order.currency)
