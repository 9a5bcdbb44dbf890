"""The disputes of one batch: what was told of each, and what follows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from integrations.bulk import insert_missing, insert_rows, update_rows
from integrations.disputes.core.stories import Story, ToldState, story_of
from integrations.models import Dispute, DisputeChange, Event, Order, Pair, Payment

_FIELDS = [
    "payment", "order", "acquirer", "state", "loss", "amount_minor", "currency", "fee_minor", "fee_currency",
    "fee_returned", "scheme", "reason_code", "family", "raised_on", "respond_by", "retrieval_reference",
    "bank_auth_code", "last_four", "sold_on", "ties", "tie_count", "is_tied_by_person", "note", "updated_at",
]  # fmt: skip


def told_states(changes: Iterable[DisputeChange]) -> list[ToldState]:
    """What was told, as the story reads it."""
    return [
        ToldState(
            change.state,
            change.happened_on,
            change.amount_minor,
            change.event_id or 0,
            change.fee_minor,
            change.returns_fee,
        )
        for change in changes
    ]


def story(changes: Iterable[DisputeChange]) -> Story:
    """The story of a dispute from all that was told of it. Raises ValueError when nobody told an amount."""
    rows = sorted(changes, key=lambda change: (change.happened_on, change.event_id or 0))
    raised = [str(row.told["raised_on"]) for row in rows if row.told.get("raised_on")]
    return story_of(told_states(rows), date.fromisoformat(raised[-1]) if raised else None)


@dataclass
class Cases:
    """Disputes by their case numbers; `wanted` are fetched, `changed` are written, each with the event that did it."""

    pair: Pair
    disputes: dict[str, Dispute] = field(default_factory=dict)
    told: dict[str, list[DisputeChange]] = field(default_factory=lambda: defaultdict(list))
    """All that was ever told of each, with what is new in this batch."""
    wanted: set[str] = field(default_factory=set)
    changed: dict[str, Event | None] = field(default_factory=dict)
    by_order: dict[str, list[Dispute]] = field(default_factory=dict)
    _new: list[DisputeChange] = field(default_factory=list)

    def fetch(self) -> set[str]:
        """Read, and lock, the wanted disputes; returns the codes of the payments they are tied to."""
        keys = self.wanted - self.disputes.keys()
        self.wanted = set()
        if not keys:
            return set()
        rows = Dispute.objects.filter(pair=self.pair, case_id__in=keys)
        self._take_in(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
        return self._codes(keys)

    def _codes(self, keys: Iterable[str]) -> set[str]:
        payments = (self.disputes[key].payment for key in keys if key in self.disputes)
        return {payment.vendor_tx_code for payment in payments if payment is not None}

    def _take_in(self, rows: Iterable[Dispute]) -> None:
        found = {row.pk: row for row in rows if row.case_id not in self.disputes}
        for row in found.values():
            self.disputes[row.case_id] = row
        if found:
            for change in DisputeChange.objects.filter(dispute__in=found).order_by("pk"):
                self.told[found[change.dispute_id].case_id].append(change)

    def share_payments(self, payments: dict[str, Payment]) -> None:
        """One object per payment, however it was come by."""
        for dispute in self.disputes.values():
            if dispute.payment is not None:
                code = dispute.payment.vendor_tx_code
                dispute.payment = payments.setdefault(code, dispute.payment)

    def keep(self, dispute: Dispute, change: DisputeChange, event: Event) -> None:
        """Something new was told of a dispute."""
        self.disputes[dispute.case_id] = dispute
        self.told[dispute.case_id].append(change)
        self._new.append(change)
        self.changed[dispute.case_id] = event

    def story(self, dispute: Dispute) -> Story:
        """What became of it so far."""
        return story(self.told[dispute.case_id])

    def gather(self, payments: Mapping[int, Payment]) -> None:
        """Bring together the disputes of these payments, by their orders. One query, and one more if there are any."""
        if payments:
            self._take_in(Dispute.objects.filter(payment__in=payments).order_by("pk"))
        self.by_order = defaultdict(list)
        for dispute in self.disputes.values():
            if dispute.payment_id in payments:
                dispute.payment = payments[dispute.payment_id or 0]
            order = dispute.payment.order if dispute.payment else None
            if order is None:
                continue
            if dispute.order_id is None or dispute.order_id != order.pk:
                dispute.order = order
                self.changed.setdefault(dispute.case_id, None)
            self.by_order[order.number].append(dispute)
        for disputes in self.by_order.values():
            disputes.sort(key=lambda row: (row.raised_on, row.case_id))

    def of(self, order: Order) -> list[Dispute]:
        """All disputes of an order's payments, in the order in which they were raised."""
        return self.by_order.get(order.number, [])

    def write(self) -> None:
        """Store disputes, then what was told of them. Payments and orders have their ids by now."""
        rows = [self.disputes[key] for key in sorted(self.changed)]
        for row in rows:
            row.payment, row.order = row.payment, row.order
        insert_rows([row for row in rows if row._state.adding], update=_FIELDS, key=["pair", "case_id"])
        update_rows([row for row in rows if not row._state.adding], _FIELDS)
        for change in self._new:
            change.dispute = change.dispute
        insert_missing(self._new)
        self._new = []
