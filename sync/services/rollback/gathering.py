"""The postings a roll-back is about, as its plan sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from django.db.models import Q
from django.db.models.fields.json import KT

from sync.core.rollback import UNDO_OF, Document, Movement
from sync.core.rollback.undoing import FOLLOWS
from sync.models import Posting, Rollback

_K = Posting.Kind
_UNDOING = frozenset(UNDO_OF.values())
_SIGNS: Mapping[str, int] = {_K.PAYMENT: 1, _K.OVERPAYMENT: 1, _K.REFUND: -1, _K.RECEIVE: 1, _K.SPEND: -1}
_WITH = ("waits_for", "changes", "order", "payment", "customer")


@dataclass(frozen=True, slots=True)
class Gathered:
    """All postings of the orders concerned, and what they are to the plan. `digest` changes when any of them does."""

    roots: tuple[int, ...]
    postings: Mapping[int, Posting]
    documents: tuple[Document, ...]

    @property
    def digest(self) -> str:
        """A digest of the postings and their states: the plan holds as long as it is the same."""
        lines = (f"{row.pk}:{row.state}:{row.remote_id}" for _, row in sorted(self.postings.items()))
        return sha256("\n".join(lines).encode()).hexdigest()


def gather(rollback: Rollback) -> Gathered:
    """Read them. Two queries."""
    roots = tuple(_roots(rollback).values_list("pk", flat=True))
    orders = Posting.objects.filter(pk__in=roots).exclude(order=None).values("order")
    on_them = Q(changes__in=roots) | Q(waits_for__in=roots)
    own = Q(pk__in=roots) | Q(order__in=orders) | Q(on_them, order=None)
    rows = Posting.objects.filter(own, pair=rollback.pair_id, is_retired=False)
    postings = {row.pk: row for row in rows.select_related(*_WITH).order_by("pk")}
    return Gathered(roots, postings, documents_of(postings.values()))


def _roots(rollback: Rollback) -> Any:
    """What was asked for: the postings named, or those dated on the day."""
    posted = Posting.objects.filter(pair=rollback.pair_id, is_retired=False)
    if rollback.scope != Rollback.Scope.DAY:
        return posted.filter(pk__in=rollback.root_ids)
    dated = posted.annotate(dated=KT("document__Date")).filter(
        kind__in=[*UNDO_OF], state=Posting.State.POSTED
    )
    return dated.filter(dated__startswith=rollback.day.isoformat() if rollback.day else "-")


def documents_of(rows: Iterable[Posting]) -> tuple[Document, ...]:
    """The postings as the plan sees them; contacts and undoings are no documents of their own."""
    postings = {row.pk: row for row in rows}
    undone_by = {
        (row.changes_id or row.waits_for_id or 0): row.state
        for row in postings.values()
        if row.kind in _UNDOING and row.state not in {Posting.State.CANCELLED, Posting.State.POSTED}
    }
    return tuple(
        _document(row, postings, undone_by.get(row.pk, ""))
        for row in postings.values()
        if row.kind in UNDO_OF
        or row.kind in FOLLOWS
        or (row.kind in _UNDOING and row.state != Posting.State.POSTED)
    )


def _document(row: Posting, postings: Mapping[int, Posting], undone_by: str) -> Document:
    return Document(
        id=row.pk,
        kind=row.kind,
        key=row.natural_key,
        state=row.state,
        group=group_of(row),
        amount_minor=row.amount_minor,
        currency=row.currency,
        dated=dated(row),
        on=_stands_on(row, postings),
        payment=row.payment_id,
        refund=row.refund_id,
        dispute=row.dispute_id,
        remote_id=row.remote_id,
        part_id=row.remote_part_id,
        undone_by=undone_by,
        moves=moves_of(row),
    )


def group_of(row: Posting) -> str:
    """What is undone or left together: the documents of an order, else one by itself."""
    return f"order-{row.order_id}" if row.order_id else f"posting-{row.pk}"


def dated(row: Posting) -> date | None:
    """A document's day in the books."""
    text = str(row.document.get("Date") or "")[:10]
    return date.fromisoformat(text) if text else None


def _stands_on(row: Posting, postings: Mapping[int, Posting]) -> int | None:
    """What it stands on in Xero; what it only waited for does not count."""
    if row.kind in {_K.REFUND, _K.CREDIT_NOTE_ALLOCATION}:
        return row.changes_id or row.waits_for_id
    if row.kind in {_K.PAYMENT, _K.CREDIT_NOTE, *FOLLOWS}:
        below = postings.get(row.waits_for_id or 0)
        while below is not None and below.kind in FOLLOWS:
            below = postings.get(below.waits_for_id or 0)
        return below.pk if below is not None and below.kind in {_K.INVOICE, _K.BILL} else None
    return None


def moves_of(row: Posting) -> tuple[Movement, ...]:
    """What a document moves on accounts that hold money."""
    document = row.document
    if row.kind == _K.BANK_TRANSFER:
        sides: Sequence[tuple[str, int]] = (("FromBankAccount", -1), ("ToBankAccount", 1))
        return tuple(_movement(row, document.get(side), sign) for side, sign in sides)
    sign = -1 if _pays_a_bill(row) else _SIGNS.get(row.kind)
    if sign is None:
        return ()
    return (_movement(row, document.get("Account") or document.get("BankAccount"), sign),)


def _pays_a_bill(row: Posting) -> bool:
    return row.kind == _K.PAYMENT and row.waits_for is not None and row.waits_for.kind == _K.BILL


def _movement(row: Posting, account: Any, sign: int) -> Movement:
    return Movement(str((account or {}).get("Code", "")), sign * row.amount_minor, row.currency)


def in_words(posting: Posting) -> str:
    """A document by the name people know it by."""
    return f"{posting.get_kind_display()} {posting.remote_number or posting.natural_key}"
