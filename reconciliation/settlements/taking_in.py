"""From events to settlements: what Opayo's batches let expect, and what acquirers state.

What an acquirer states wins over what a batch lets expect: its lines take the batch's over, and what is left of a batch
stays expected. So it does not matter which of the two comes first, and each can be taken in again at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from integrations.bulk import insert_rows
from integrations.models import Event, Pair
from reconciliation.matching.standing import refigure, refresh
from reconciliation.models import MerchantAccount, Settlement, SettlementLine
from reconciliation.settlements.core.batches import FetchedBatch, batch_from_json, lines_of
from reconciliation.settlements.core.documents import StatedSettlement, statement_from_json
from reconciliation.settlements.core.lines import ITEMS, Line, net_minor
from reconciliation.settlements.core.ties import GUESSES, Tie, Transaction, tie
from reconciliation.settlements.due import due_day
from reconciliation.settlements.merchants import merchant_of_batch, merchant_of_statement
from reconciliation.settlements.records import known_items, tied_to, transactions_like

_REST = " rest"
BY_PERSON = "person"
_STATED = {"settlement__statement_event__isnull": False}
_NAMED_ELSEWHERE = "What it looked like is named by another settlement."


def take_in_batch(pair: Pair, event: Event) -> list[Settlement]:
    """The settlements that a batch lets expect, one for each of its currencies; within `pair_in_hand`.

    What acquirers have stated already is not expected any more. A batch told again with other totals replaces what it
    told before.
    """
    fetched = batch_from_json(bytes(event.body))
    made = [_expect(pair, event, fetched, total.currency) for total in fetched.batch.totals]
    return [settlement for settlement in made if settlement is not None]


def _expect(pair: Pair, event: Event, fetched: FetchedBatch, currency: str) -> Settlement | None:
    account = merchant_of_batch(pair, fetched.batch.auth_processor, currency)
    known = known_items(pair, (each.vps_tx_id for each in fetched.transactions))
    lines = lines_of(fetched, currency, known, pair.zone)
    ties = tie(lines, transactions_like(pair, currency, lines))
    batch_id = fetched.batch.batch_id
    stated = _stated_lines(pair, lines, ties)
    _tell_of_batch(stated, batch_id, event)
    rest = [line for line in lines if line.is_item and not _is_among(line, ties, stated)] if stated else lines
    settlement = _expected_row(pair, account, batch_id)
    if not rest and (stated or not lines):
        _drop(settlement)
        return None
    settlement.settled_on = _day(fetched.batch.completed or event.received_at, pair)
    settlement.batch_event = event
    _take_from_other_batches(pair, settlement, ties)
    return _store(settlement, rest, ties)


def _expected_row(pair: Pair, account: MerchantAccount, batch_id: str) -> Settlement:
    """The row that keeps what is expected of a batch; its name has a tail where the acquirer's statement took the name."""
    rows = Settlement.objects.filter(pair=pair, batch_id=batch_id, currency=account.currency)
    found = rows.filter(statement_event=None, merchant_account=account).order_by("pk").first()
    if found is not None:
        return found
    is_taken = Settlement.objects.filter(merchant_account=account, reference=batch_id).exists()
    return Settlement(
        pair=pair,
        merchant_account=account,
        reference=f"{batch_id}{_REST}" if is_taken else batch_id,
        batch_id=batch_id,
        currency=account.currency,
    )


def _drop(settlement: Settlement) -> None:
    """Nothing of it is expected any more. A row that is matched or booked stays, with nothing in it."""
    if settlement._state.adding:
        return
    if settlement.match_links.exists() or settlement.postings.exists():
        _store(settlement, (), {})
    else:
        settlement.delete()


def _take_from_other_batches(pair: Pair, settlement: Settlement, ties: dict[str, Tie]) -> None:
    """What went wrong in one batch comes again in a later one: it is expected once, with the newest."""
    others = _lines_about(pair, ties).filter(settlement__statement_event=None)
    _remove(others.exclude(settlement=settlement.pk) if settlement.pk else others)


def take_in_statement(pair: Pair, event: Event) -> list[Settlement]:
    """The settlements of an acquirer's statement; within `pair_in_hand`."""
    statement = statement_from_json(bytes(event.body))
    return [_state(pair, event, statement.acquirer, each) for each in statement.settlements]


def _state(pair: Pair, event: Event, acquirer: str, stated: StatedSettlement) -> Settlement:
    account = merchant_of_statement(pair, acquirer, stated.mid, stated.currency)
    transactions = transactions_like(pair, stated.currency, stated.lines)
    settlement = _row_for(pair, account, stated, tie(stated.lines, transactions))
    ties = ties_once(pair, settlement, stated.lines, transactions)
    _take_from_guesses(pair, settlement, ties)
    batches = _batches_of(pair, settlement, stated.lines, ties)
    settlement.merchant_account = account
    settlement.reference = stated.reference
    settlement.batch_id = stated.batch_id or settlement.batch_id or _only_batch(batches)
    settlement.settled_on = stated.settled_on
    settlement.statement_event = event
    _remove(
        _lines_about(pair, ties).filter(settlement__statement_event=None).exclude(settlement=settlement.pk)
    )
    _store(settlement, stated.lines, ties, stated.pays_on)
    for batch in batches:
        take_in_batch(pair, batch)
    return settlement


def _row_for(
    pair: Pair, account: MerchantAccount, stated: StatedSettlement, ties: dict[str, Tie]
) -> Settlement:
    """The settlement that is meant: by its reference, else the one that was expected with the same items."""
    rows = Settlement.objects.filter(pair=pair, currency=stated.currency)
    names = [name for name in (stated.reference, stated.batch_id) if name]
    known = rows.filter(merchant_account=account, reference__in=names).order_by("-pk").first()
    if known is not None:
        return known
    told = _lines_about(pair, ties).filter(settlement__statement_event=None).select_related("settlement")
    expected = {line.settlement_id: line.settlement for line in told}
    matched = [each for each in expected.values() if each.match_links.filter(stands=True).exists()]
    chosen = matched or [each for each in expected.values() if each.lines.count() <= len(stated.lines)]
    if chosen:
        return max(chosen, key=lambda each: each.lines.count())
    return Settlement(pair=pair, merchant_account=account, currency=stated.currency)


def ties_once(
    pair: Pair, settlement: Settlement, lines: Sequence[Line], transactions: Sequence[Transaction]
) -> dict[str, Tie]:
    """What the lines of a stated settlement are. A payment is settled once: what another statement has keeps it.

    A line that only looks like such a payment is another one. A line that names it says that it is settled twice, unless
    the other only looked like it.
    """
    ties = tie(lines, transactions)
    taken = {_key_of(line): line for line in _stated_elsewhere(pair, settlement, ties)}
    guessed = {tied.key for tied in ties.values() if tied.key in taken and tied.method in GUESSES}
    if guessed:
        return ties_once(pair, settlement, lines, [each for each in transactions if each.key not in guessed])
    kept = {key: line.settlement.reference for key, line in taken.items() if not _is_guess(line)}
    return {
        identity: Tie("", "settled_twice", (f"It is already part of settlement {kept[tied.key]}.",))
        if tied.key in kept
        else tied
        for identity, tied in ties.items()
    }


def _stated_elsewhere(pair: Pair, settlement: Settlement, ties: dict[str, Tie]) -> QuerySet[SettlementLine]:
    others = _lines_about(pair, ties).filter(**_STATED).exclude(settlement=settlement.pk)
    return others.select_related("settlement")


def _is_guess(line: SettlementLine) -> bool:
    return line.tie.get("method") in GUESSES


def _take_from_guesses(pair: Pair, settlement: Settlement, ties: dict[str, Tie]) -> None:
    """What a line names is not what another only looked like: that one is open again."""
    others = _stated_elsewhere(pair, settlement, ties).filter(tie__method__in=GUESSES)
    others.update(payment=None, refund=None, tie={"method": "none", "reasons": [_NAMED_ELSEWHERE]})


def _batches_of(
    pair: Pair, settlement: Settlement, lines: Sequence[Line], ties: dict[str, Tie]
) -> list[Event]:
    """The batches whose lines this statement takes over, and the one that its row was expected by."""
    about = _lines_about(pair, ties) | _lines_named(pair, lines)
    told = about.filter(settlement__batch_event__isnull=False)
    events = set(told.values_list("settlement__batch_event", flat=True))
    if settlement.batch_event_id:
        events.add(settlement.batch_event_id)
    return list(Event.objects.filter(pk__in=events).order_by("pk"))


def _only_batch(batches: Sequence[Event]) -> str:
    ids = {batch_from_json(bytes(event.body)).batch.batch_id for event in batches}
    return ids.pop() if len(ids) == 1 else ""


def _store(
    settlement: Settlement, lines: Sequence[Line], ties: dict[str, Tie], pays_on: date | None = None
) -> Settlement:
    settlement.net_minor = net_minor(list(lines))
    settlement.due_on = pays_on or due_day(settlement.merchant_account, settlement.settled_on)
    if settlement.statement_event_id:
        settlement.state = Settlement.State.STATED
    if not settlement.net_minor:
        settlement.state = Settlement.State.NOTHING
    elif settlement.state == Settlement.State.NOTHING:
        settlement.state = Settlement.State.EXPECTED
    settlement.save()
    said = {line.identity: line for line in settlement.lines.filter(tie__method=BY_PERSON)}
    settlement.lines.all().delete()
    insert_rows([_line(settlement, line, ties.get(line.identity), said.get(line.identity)) for line in lines])
    _look_at_match(settlement)
    return settlement


def _look_at_match(settlement: Settlement) -> None:
    """A match that stands may not come out even any more."""
    link = settlement.match_links.filter(stands=True).select_related("match").first()
    if link is not None:
        refigure(link.match)
        refresh([settlement.pk], [])
        settlement.refresh_from_db(fields=["state"])


def _line(
    settlement: Settlement, line: Line, tied: Tie | None, said: SettlementLine | None
) -> SettlementLine:
    """The line as told, with what a person said of it before."""
    return SettlementLine(
        settlement=settlement,
        identity=line.identity,
        kind=line.kind,
        fee_kind=said.fee_kind if said else line.fee_kind,
        amount_minor=line.amount_minor,
        vat_minor=line.vat_minor,
        scheme=line.scheme,
        happened_on=line.happened_on,
        vendor_tx_code=line.vendor_tx_code,
        vps_tx_id=line.vps_tx_id,
        retrieval_reference=line.retrieval_reference,
        bank_auth_code=line.bank_auth_code,
        last_four=line.last_four,
        case_id=line.case_id,
        tie={"method": tied.method, "reasons": list(tied.reasons)} if tied else said.tie if said else {},
        **(tied_to(tied.key) if tied else {}),
    )


def _stated_lines(pair: Pair, lines: Sequence[Line], ties: dict[str, Tie]) -> list[SettlementLine]:
    """Lines of statements that are about the same items."""
    rows = _lines_about(pair, ties) | _lines_named(pair, lines)
    return list(rows.filter(**_STATED).select_related("settlement"))


def _lines_named(pair: Pair, lines: Sequence[Line]) -> QuerySet[SettlementLine]:
    """Lines that carry a name of one of these: of items that our records do not know, nothing else tells."""
    items = [line for line in lines if line.is_item]
    rows = SettlementLine.objects.filter(settlement__pair=pair, kind__in=ITEMS)
    references = {line.retrieval_reference for line in items} - {""}
    return (
        rows.filter(vps_tx_id__in={line.vps_tx_id for line in items} - {""})
        | rows.filter(vendor_tx_code__in={line.vendor_tx_code for line in items} - {""})
        | rows.filter(
            retrieval_reference__in=references, amount_minor__in={line.amount_minor for line in items}
        )
    )


def _is_same(line: Line, key: str, row: SettlementLine) -> bool:
    """Whether a stored line is about the same item: the same record of ours, else a name that both carry."""
    if row.kind != line.kind:
        return False
    if key or _key_of(row):
        return key == _key_of(row)
    names = (
        (line.vps_tx_id, row.vps_tx_id),
        (line.vendor_tx_code, row.vendor_tx_code),
        (
            line.retrieval_reference and f"{line.retrieval_reference} {line.amount_minor}",
            f"{row.retrieval_reference} {row.amount_minor}",
        ),
    )
    return any(mine and mine == theirs for mine, theirs in names)


def _is_among(line: Line, ties: dict[str, Tie], stated: Iterable[SettlementLine]) -> bool:
    return any(_is_same(line, ties[line.identity].key, row) for row in stated)


def _tell_of_batch(stated: Iterable[SettlementLine], batch_id: str, event: Event) -> None:
    """Statements that came before the batch learn of it."""
    ids = {line.settlement_id for line in stated}
    unnamed = Settlement.objects.filter(pk__in=ids, batch_event=None)
    unnamed.filter(batch_id="").update(batch_id=batch_id)
    unnamed.update(batch_event=event)


def _lines_about(pair: Pair, ties: dict[str, Tie]) -> QuerySet[SettlementLine]:
    keys = [tied.key.partition(":") for tied in ties.values() if tied.key]
    payments = [int(pk) for kind, _, pk in keys if kind == "payment"]
    refunds = [int(pk) for kind, _, pk in keys if kind == "refund"]
    rows = SettlementLine.objects.filter(settlement__pair=pair)
    return rows.filter(payment__in=payments) | rows.filter(refund__in=refunds)


def _key_of(line: SettlementLine) -> str:
    if line.payment_id:
        return f"payment:{line.payment_id}"
    return f"refund:{line.refund_id}" if line.refund_id else ""


def _remove(lines: QuerySet[SettlementLine]) -> None:
    """Take lines out of the settlements they stand in, which are worth so much less; empty ones go."""
    touched = set(lines.values_list("settlement", flat=True))
    lines.delete()
    for settlement in Settlement.objects.filter(pk__in=touched):
        left = list(settlement.lines.all())
        if left:
            settlement.net_minor = sum(line.amount_minor for line in left)
            settlement.save(update_fields=["net_minor", "updated_at"])
        else:
            _drop(settlement)


def _day(moment: datetime, pair: Pair) -> date:
    return moment.astimezone(ZoneInfo(pair.zone)).date()
