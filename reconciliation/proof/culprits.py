"""Which posting makes a settlement's money differ from what it should be: each is held against what it was made for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from django.db.models import Sum

from integrations.core.money import Money
from reconciliation.models import MatchLink, SettlementLine, SettlementPosting
from reconciliation.proof.core.lights import Break
from sync.core.chargebacks import move_of_key
from sync.models import Posting

_K = Posting.Kind
_L = SettlementLine.Kind
_ENDED: Final = (Posting.State.CANCELLED, Posting.State.REVERSED)
_FEE: Final = "fee"
_WHY: Final = "What is posted for it is not what it should be."
_FIX: Final = "Open it and compare it with its document; manage.py verify_proof --from-log says which of the two is wrong."


def culprits(settlements: Sequence[int], match: int | None) -> list[Break]:
    """Postings of these settlements, and of the bank lines of their match, that are of another amount."""
    rows = SettlementLine.objects.filter(settlement__in=settlements)
    lines = list(rows.select_related("payment", "refund", "dispute"))
    return [*_sales(lines), *_refunds(lines), *_disputes(lines), *_charges(settlements), *_transfers(match)]


def _live(field: str, ids: Sequence[int | None], kinds: Sequence[str]) -> Mapping[int, int]:
    """What the postings of records come to, by record; those without any are left out."""
    rows = (
        Posting.objects.filter(**{f"{field}__in": ids}, kind__in=kinds).exclude(state__in=_ENDED).order_by()
    )
    return {row[field]: int(row["minor"]) for row in rows.values(field).annotate(minor=Sum("amount_minor"))}


def _sales(lines: Sequence[SettlementLine]) -> Iterator[Break]:
    sales = [line for line in lines if line.kind == _L.SALE and line.payment is not None]
    live = _live("payment", [line.payment_id for line in sales], [_K.PAYMENT, _K.OVERPAYMENT])
    for line in sales:
        booked = live.get(line.payment_id or 0)
        if booked is not None and booked != line.amount_minor:
            yield _break(
                "payment",
                line.payment_id,
                f"Payment {line.payment}",
                booked - line.amount_minor,
                line.happened_on,
            )


def _refunds(lines: Sequence[SettlementLine]) -> Iterator[Break]:
    refunds = [line for line in lines if line.kind == _L.REFUND and line.refund is not None]
    live = _live("refund", [line.refund_id for line in refunds], [_K.REFUND])
    for line in refunds:
        booked = live.get(line.refund_id or 0)
        if booked is not None and -booked != line.amount_minor:
            yield _break(
                "refund",
                line.refund_id,
                f"Refund {line.refund}",
                -booked - line.amount_minor,
                line.happened_on,
            )


def _disputes(lines: Sequence[SettlementLine]) -> Iterator[Break]:
    """What a dispute moved, its fee apart, against the lines that tell of it."""
    told: dict[tuple[int, str], int] = defaultdict(int)
    words = {}
    for line in lines:
        if line.dispute is not None:
            told[line.dispute.pk, _part(line)] += line.amount_minor
            words[line.dispute.pk] = f"Dispute {line.dispute}"
    booked: dict[tuple[int, str], int] = defaultdict(int)
    moved = Posting.objects.filter(dispute__in=words, kind__in=[_K.SPEND, _K.RECEIVE]).exclude(
        state__in=_ENDED
    )
    for posting in moved:
        sign = 1 if posting.kind == _K.RECEIVE else -1
        part = _part_of(posting)
        booked[posting.dispute_id or 0, part] += sign * posting.amount_minor
    for key, minor in told.items():
        if key in booked and booked[key] != minor:
            yield _break("dispute", key[0], words[key[0]], booked[key] - minor, None)


def _part(line: SettlementLine) -> str:
    return _FEE if line.kind == _L.FEE else line.kind


def _part_of(posting: Posting) -> str:
    if move_of_key(posting.natural_key).startswith(_FEE):
        return _FEE
    return _L.CHARGEBACK_RETURNED if posting.kind == _K.RECEIVE else _L.CHARGEBACK


def _charges(settlements: Sequence[int]) -> Iterator[Break]:
    """Fees, reserves and adjustments against the lines of their own documents."""
    ties = SettlementPosting.objects.filter(
        settlement__in=settlements, bank_line=None, posting__kind__in=[_K.SPEND, _K.RECEIVE]
    ).exclude(posting__state__in=_ENDED)
    for tie in ties.select_related("posting"):
        posting = tie.posting
        said = sum(
            Money.from_decimal(line["LineAmount"], posting.currency).minor
            for line in posting.document["LineItems"]
        )
        if said != posting.amount_minor:
            sign = 1 if posting.kind == _K.RECEIVE else -1
            yield _break("posting", posting.pk, str(posting), sign * (posting.amount_minor - said), None)


def _transfers(match: int | None) -> Iterator[Break]:
    """Transfers against their bank lines, and bank lines without one."""
    if match is None:
        return
    links = MatchLink.objects.filter(match=match, bank_line__isnull=False).select_related("bank_line")
    ties = SettlementPosting.objects.filter(bank_line__in=[link.bank_line_id for link in links])
    live = {
        tie.bank_line_id: tie.posting
        for tie in ties.exclude(posting__state__in=_ENDED).select_related("posting")
    }
    for link in links:
        line, posting = link.bank_line, live.get(link.bank_line_id)
        if line is None:
            continue
        if posting is None:
            yield _break("bank_line", line.pk, f"Bank line {line}", line.amount_minor, line.booked_on)
        elif posting.amount_minor != abs(line.amount_minor):
            sign = -1 if line.amount_minor > 0 else 1
            gap = sign * (posting.amount_minor - abs(line.amount_minor))
            yield _break("posting", posting.pk, f"Transfer for bank line {line}", gap, line.booked_on)


def _break(kind: str, key: int | None, words: str, minor: int, on: date | None) -> Break:
    return Break(kind, str(key), words, minor, _WHY, _FIX, on)
