"""The records told again from the event log alone, to prove that what is stored is what was received.

Reads only. The same readers as the pipeline's move payments and orders, but in memory and from nothing: every
processed message of the hash-chained log is applied once more, and the outcome is compared with the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Q

from integrations.clock import business_now
from integrations.models import Dispute, Event, Order, Pair, Payment, Refund
from sync.services.batch import Batch
from sync.services.intake import UnreadableError, Wait, sources

_AT_ONCE = 500
_OF_DISPUTE = ("state", "amount_minor", "currency", "fee_minor", "fee_returned", "loss")
_TELLS_OF_MONEY = Q(source__in=(Event.Source.SHOP, Event.Source.OPAYO)) | Q(
    source=Event.Source.ACQUIRER, kind="dispute"
)


@dataclass(frozen=True, slots=True)
class Differs:
    """A record that is stored otherwise than the log tells it; `stored` and `told` in words."""

    kind: str
    key: str
    stored: str
    told: str


@dataclass(frozen=True, slots=True)
class Retold:
    """What came of telling a pair's log again. `unexplained`: records that no kept message speaks of."""

    events: int
    payments: int
    orders: int
    refunds: int
    disputes: int
    differences: tuple[Differs, ...]
    unexplained: int


def retell(pair: Pair) -> Retold:
    """Apply the whole kept log of the pair again and compare."""
    batch = Batch(pair, business_now())
    _begin_with_our_own(batch)
    events = _tell(batch)
    payments = _compare_payments(batch)
    orders = _compare_orders(batch)
    refunds = _compare_refunds(batch)
    disputes = _compare_disputes(batch)
    compared = [*payments, *orders, *refunds, *disputes, *_gone(batch)]
    return Retold(
        events,
        len(payments),
        len(orders),
        len(refunds),
        len(disputes),
        tuple(item for item in compared if isinstance(item, Differs) and item.told),
        sum(1 for item in compared if isinstance(item, Differs) and not item.told),
    )


def _begin_with_our_own(batch: Batch) -> None:
    """Payments that we registered with Opayo ourselves begin with us, not with a message."""
    for payment in Payment.objects.filter(pair=batch.pair, channel=Payment.Channel.BRIDGE):
        payment.state, payment.status, payment.vps_tx_id = Payment.State.REGISTERED, "", ""
        batch.payments[payment.vendor_tx_code] = payment


def _tell(batch: Batch) -> int:
    """Messages that came before what they are about wait for it, as they did."""
    told, waiting = 0, []
    for event in _log(batch.pair):
        told += 1
        if not _apply(batch, event):
            waiting.append(event)
    while waiting:
        still = [event for event in waiting if not _apply(batch, event)]
        if len(still) == len(waiting):
            break
        waiting = still
    return told


def _log(pair: Pair) -> Iterator[Event]:
    processed = Event.objects.filter(
        _TELLS_OF_MONEY, pair=pair, state=Event.State.PROCESSED, sequence__isnull=False
    )
    return processed.order_by("sequence").iterator(_AT_ONCE)


def _apply(batch: Batch, event: Event) -> bool:
    try:
        return not isinstance(sources.apply(batch, event, sources.read(event)), Wait)
    except UnreadableError:
        return True


def _compare_payments(batch: Batch) -> list[Differs | None]:
    rows = Payment.objects.filter(pair=batch.pair).exclude(state=Payment.State.REGISTERED)
    fields = rows.values_list("vendor_tx_code", "state", "amount_minor", "currency")
    return [
        _differs("payment", key, [_standing(state), *stored], _payment(batch, key))
        for key, state, *stored in fields.iterator()
    ]


def _payment(batch: Batch, key: str) -> list[object] | None:
    told = batch.payments.get(key)
    return None if told is None else [_standing(told.state), told.amount_minor, told.currency]


def _standing(state: str) -> str:
    """What a state means for the money: of `failed` and `reversed` Opayo kept nothing.

    Which of the two it is depends on whether the OK or its end was read first, and that is not in the log: an OK that had
    to wait for its order stands there before the void that overtook it.
    """
    return "not taken" if state in {Payment.State.FAILED, Payment.State.REVERSED} else state


def _compare_orders(batch: Batch) -> list[Differs | None]:
    fields = Order.objects.filter(pair=batch.pair).values_list("number", "total_minor", "currency")
    return [_differs("order", key, stored, _order(batch, key)) for key, *stored in fields.iterator()]


def _order(batch: Batch, key: str) -> list[object] | None:
    told = batch.orders.get(key)
    return None if told is None else [told.total_minor, told.currency]


def _compare_refunds(batch: Batch) -> list[Differs | None]:
    rows = Refund.objects.filter(pair=batch.pair)
    fields = rows.values_list("vendor_tx_code", "amount_minor", "currency", "is_voided")
    return [_differs("refund", key, stored, _refund(batch, key)) for key, *stored in fields.iterator()]


def _refund(batch: Batch, key: str) -> list[object] | None:
    told = batch.refunds.get(key)
    return None if told is None else [told.amount_minor, told.currency, told.is_voided]


def _compare_disputes(batch: Batch) -> list[Differs | None]:
    rows = Dispute.objects.filter(pair=batch.pair)
    fields = rows.values_list("case_id", *_OF_DISPUTE)
    return [_differs("dispute", key, stored, _dispute(batch, key)) for key, *stored in fields.iterator()]


def _dispute(batch: Batch, key: str) -> list[object] | None:
    told = batch.cases.disputes.get(key)
    return None if told is None else [getattr(told, name) for name in _OF_DISPUTE]


def _gone(batch: Batch) -> list[Differs | None]:
    """Records that the log tells and that are not stored any more."""
    told: dict[str, tuple[dict[str, Any], Callable[[str], list[object] | None]]] = {
        "payment": (batch.payments, partial(_payment, batch)),
        "order": (batch.orders, partial(_order, batch)),
        "refund": (batch.refunds, partial(_refund, batch)),
    }
    found: list[Differs | None] = []
    for kind, (records, fields) in told.items():
        stored = set(_KEYS[kind](batch.pair))
        found += [Differs(kind, key, "nothing", _words(fields(key))) for key in records if key not in stored]
    return found


_KEYS: Mapping[str, Callable[[Pair], Iterable[str]]] = {
    "payment": lambda pair: Payment.objects.filter(pair=pair).values_list("vendor_tx_code", flat=True),
    "order": lambda pair: Order.objects.filter(pair=pair).values_list("number", flat=True),
    "refund": lambda pair: Refund.objects.filter(pair=pair).values_list("vendor_tx_code", flat=True),
}


def _words(told: Sequence[object] | None) -> str:
    return " ".join(map(str, told or []))


def _differs(kind: str, key: str, stored: Sequence[object], told: Sequence[object] | None) -> Differs | None:
    if told is not None and list(told) == list(stored):
        return None
    return Differs(kind, key, _words(stored), _words(told))
