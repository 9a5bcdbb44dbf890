"""Rows that somebody changes in our database, and lines that a bank's file lacks, doubles or tells otherwise; each taken
back after it was looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from integrations.models import Pair

_MOST = 4
"""Rows for each kind of fault."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """`names` are what a finding may call the row by: any of them will do."""

    name: str
    names: tuple[str, ...]
    put_in: Callable[[], None]


def in_database(pair: Pair) -> Iterator[RowFault]:
    """Faults of payments, refunds, postings, settlements, bank lines, matches and the log itself."""
    yield from _of_records(pair)
    yield from _of_postings(pair)
    yield from _of_settlements(pair)
    yield from _of_the_bank(pair)
    yield from _of_the_log(pair)


def _sql(statement: str, *values: Any) -> Callable[[], None]:
    def put_in() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    return put_in


def _of_records(pair: Pair) -> Iterator[RowFault]:
    from integrations.models import Payment, Refund

    captured = Payment.objects.filter(pair=pair, state="captured").order_by("taken_at")
    for row in captured[:_MOST]:
        yield RowFault("payment changed", (str(row),), _sql("UPDATE integrations_payment SET amount_minor = amount_minor + 1 WHERE id = %s", row.pk))  # fmt: skip
    for row in captured[_MOST : 2 * _MOST]:
        yield RowFault("payment failed", (str(row),), _sql("UPDATE integrations_payment SET state = 'failed' WHERE id = %s", row.pk))  # fmt: skip
    for refund in Refund.objects.filter(pair=pair, is_voided=False).order_by("pk")[:_MOST]:
        yield RowFault("refund changed", (str(refund),), _sql("UPDATE integrations_refund SET amount_minor = amount_minor + 1 WHERE id = %s", refund.pk))  # fmt: skip
    for refund in Refund.objects.filter(pair=pair, is_voided=False).order_by("-pk")[:_MOST]:
        yield RowFault("refund voided", (str(refund),), _sql("UPDATE integrations_refund SET is_voided = true WHERE id = %s", refund.pk))  # fmt: skip


def _of_postings(pair: Pair) -> Iterator[RowFault]:
    from sync.models import Posting

    for kind in ("payment", "refund", "spend", "bank_transfer"):
        posted = Posting.objects.filter(pair=pair, kind=kind, state="posted").order_by("pk")
        for place, row in enumerate(posted.select_related("payment", "refund", "dispute")[: 2 * _MOST]):
            names: tuple[str, ...] = (
                row.natural_key,
                row.remote_id,
                str(row.payment or row.refund or row.dispute or row.natural_key),
            )
            names = (*names, *_settlement_names(row.pk))
            change = "amount_minor = amount_minor + 1" if place % 2 else "state = 'cancelled'"
            name = f"posting of {kind} {'changed' if place % 2 else 'given up'}"
            yield RowFault(name, names, _sql(f"UPDATE sync_posting SET {change} WHERE id = %s", row.pk))  # noqa: S608 - one of two


def _settlement_names(posting: int) -> tuple[str, ...]:
    from reconciliation.models import SettlementPosting

    tie = (
        SettlementPosting.objects.filter(posting=posting)
        .select_related("settlement__merchant_account")
        .first()
    )
    return (str(tie.settlement),) if tie is not None and tie.settlement is not None else ()


def _of_settlements(pair: Pair) -> Iterator[RowFault]:
    from reconciliation.models import SettlementLine

    lines = SettlementLine.objects.filter(settlement__pair=pair, settlement__fee_bill=None, kind="sale")
    for row in lines.select_related("settlement__merchant_account").order_by("pk")[:_MOST]:
        yield RowFault("settlement line changed", (str(row.settlement),), _sql("UPDATE reconciliation_settlementline SET amount_minor = amount_minor + 1 WHERE id = %s", row.pk))  # fmt: skip
    for row in lines.select_related("settlement__merchant_account").order_by("-pk")[:_MOST]:
        yield RowFault("settlement line lost", (str(row.settlement),), _sql("DELETE FROM reconciliation_settlementline WHERE id = %s", row.pk))  # fmt: skip


def _of_the_bank(pair: Pair) -> Iterator[RowFault]:
    """As if the bank's file had them so: what was matched and booked for a line goes with it."""
    from reconciliation.models import MatchLink

    links = MatchLink.objects.filter(
        match__pair=pair, stands=True, bank_line__isnull=False, match__difference_minor=0
    )
    for place, link in enumerate(links.select_related("bank_line", "match").order_by("pk")[: 3 * _MOST]):
        line = link.bank_line
        if line is None:
            continue
        names = (line.identity, str(line), line.reference or line.identity, *_matched_with(link.match_id))
        kind = ("changed", "lost", "doubled")[place % 3]
        yield RowFault(f"bank line {kind}", names, _bank_fault(kind, line.pk, link.match_id))


def _matched_with(match: int) -> tuple[str, ...]:
    from reconciliation.models import Settlement

    rows = Settlement.objects.filter(match_links__match=match).select_related("merchant_account")
    return tuple(str(row) for row in rows)


def _bank_fault(kind: str, line: int, match: int) -> Callable[[], None]:
    def put_in() -> None:
        if kind == "doubled":
            _double(line)
            return
        if kind == "changed":
            _sql("UPDATE reconciliation_bankline SET amount_minor = amount_minor - 1 WHERE id = %s", line)()
            return
        for statement in (
            "UPDATE sync_posting SET state = 'cancelled' WHERE id IN (SELECT posting_id FROM reconciliation_settlementposting WHERE bank_line_id = %s)",
            "DELETE FROM reconciliation_settlementposting WHERE bank_line_id = %s",
        ):
            _sql(statement, line)()
        for statement in (
            "DELETE FROM reconciliation_matchlink WHERE match_id = %s",
            "UPDATE reconciliation_match SET state = 'superseded' WHERE id = %s",
        ):
            _sql(statement, match)()
        _sql("DELETE FROM reconciliation_bankline WHERE id = %s", line)()

    return put_in


def _double(line: int) -> None:
    from reconciliation.models import BankLine

    again = BankLine.objects.get(pk=line)
    again.pk, again.identity, again.state = None, f"{again.identity}-again", BankLine.State.OPEN
    again.save()


def _of_the_log(pair: Pair) -> Iterator[RowFault]:
    from integrations.models import Event

    for event in Event.objects.filter(pair=pair, sequence__isnull=False).order_by("?")[:_MOST]:
        yield RowFault("message changed", (f"message {event.sequence}",), _forge(event.pk))


def _forge(event: int) -> Callable[[], None]:
    def put_in() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE integrations_event DISABLE TRIGGER USER")
            cursor.execute("UPDATE integrations_event SET body = body || ' '::bytea WHERE id = %s", [event])

    return put_in
