"""An acquirer's statement file: looked at first, then taken in as a whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from integrations.core.failures import PermanentFailure
from integrations.core.files.tables import Table, UnreadableFileError, read_table
from integrations.events.services import store_event
from integrations.models import AuditEntry, Event, Pair, User
from reconciliation.locks import pair_in_hand
from reconciliation.models import MerchantAccount, Settlement
from reconciliation.settlements.core.columns import (
    FIELDS,
    Columns,
    columns_from_json,
    guessed,
    guessed_kind,
    recognised,
)
from reconciliation.settlements.core.documents import Statement, statement_to_json
from reconciliation.settlements.core.reading import BadRow, Reading, read_statement
from reconciliation.settlements.taking_in import take_in_statement

SETTLEMENT = "settlement"


class StatementRefusedError(PermanentFailure):
    """Nothing of the file was taken in; `bad` names each row that is wrong."""

    def __init__(self, message: str, bad: tuple[BadRow, ...] = ()) -> None:
        super().__init__(message)
        self.bad = bad


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do. `columns` is None while nobody has said what they mean; `guess` is then a beginning."""

    table: Table
    columns: Columns | None
    guess: Mapping[str, str]
    words: Mapping[str, str]
    """Each word for a kind of line in the file, and what it means or most likely means."""
    reading: Reading | None = None
    new: tuple[str, ...] = ()
    """References of settlements that the file tells first."""
    changed: tuple[str, ...] = ()
    known: tuple[str, ...] = ()

    @property
    def may_be_imported(self) -> bool:
        """Whether every row can be taken and says anything new."""
        return self.reading is not None and not self.reading.bad and bool(self.reading.statement.settlements)


def preview(pair: Pair, content: bytes, *, mid: str = "", columns: Columns | None = None) -> Preview:
    """Look at a file: which columns it has, what is wrong with it, what is new in it. Changes nothing.

    `mid` where the file does not say it. Raises StatementRefusedError for a file that is no table.
    """
    try:
        table = read_table(content)
    except UnreadableFileError as error:
        raise StatementRefusedError(str(error)) from error
    chosen = _with_mid(columns or known_columns(pair, table, mid), mid)
    guess = dict(chosen.heads) if chosen else guessed(table.heads)
    words = {
        word: (chosen.kind_of(word) if chosen else "") or guessed_kind(word)
        for word in table.values(guess.get("kind", ""))
    }
    if chosen is None or chosen.problems():
        return Preview(table, chosen, guess, words)
    reading = read_statement(table, chosen)
    new, changed, known = _compared(pair, reading.statement)
    return Preview(table, chosen, guess, words, reading, new, changed, known)


def import_statement(
    pair: Pair,
    content: bytes,
    *,
    mid: str = "",
    columns: Columns | None = None,
    filename: str = "",
    by: User | None = None,
) -> tuple[Settlement, ...]:
    """Take a file in as a whole: one event, its settlements, and its columns remembered.

    What the file tells and we know already is left alone, so the same file again adds nothing. Raises
    StatementRefusedError with every bad row; then nothing is taken in.
    """
    seen = preview(pair, content, mid=mid, columns=columns)
    if seen.columns is None or seen.columns.problems() or seen.reading is None:
        missing = seen.columns.problems() if seen.columns else []
        raise StatementRefusedError(
            "The columns of this file are not known yet. Say what they mean first. " + " ".join(missing)
        )
    if seen.reading.bad:
        raise StatementRefusedError(_bad_words(seen.reading.bad), seen.reading.bad)
    told = set(seen.new) | set(seen.changed)
    statement = seen.reading.statement
    news = replace(
        statement, settlements=tuple(each for each in statement.settlements if each.reference in told)
    )
    if not news.settlements:
        return ()
    return _take_in(pair, news, seen.columns, filename, by)


def _take_in(
    pair: Pair, statement: Statement, columns: Columns, filename: str, by: User | None
) -> tuple[Settlement, ...]:
    body = statement_to_json(statement)
    with pair_in_hand(pair.pk):
        event_id, is_new = store_event(
            pair_id=pair.pk,
            connection_id=None,
            source=Event.Source.ACQUIRER,
            kind=SETTLEMENT,
            dedupe_key=f"{SETTLEMENT}:{sha256(body).hexdigest()}",
            body=body,
            headers={"filename": filename[:200]} if filename else {},
            authenticity=Event.Authenticity.FETCHED,
            state=Event.State.PROCESSED,
        )
        made = tuple(take_in_statement(pair, Event.objects.get(pk=event_id)))
        accounts = {each.merchant_account_id for each in made}
        MerchantAccount.objects.filter(pk__in=accounts).update(statement_columns=columns.as_json())
        AuditEntry.objects.create(
            pair=pair,
            actor=by,
            action="settlements.imported",
            subject=filename[:120],
            data={"event": event_id, "settlements": len(made), "is_new": is_new},
        )
    return made


def known_columns(pair: Pair, table: Table, mid: str = "") -> Columns | None:
    """What the columns of a file mean: as a person has said, else as its heads tell; None where nobody knows."""
    return _remembered(pair, table, mid) or recognised(table.heads)


def _remembered(pair: Pair, table: Table, mid: str) -> Columns | None:
    """The columns of a merchant account that fit the file: of this number, if it is said."""
    accounts = MerchantAccount.objects.filter(pair=pair).exclude(statement_columns={})
    if mid:
        accounts = accounts.filter(mid=mid)
    for document in accounts.order_by("pk").values_list("statement_columns", flat=True):
        columns = columns_from_json(document)
        if columns is not None and columns.fits(table.heads):
            return columns
    return None


def _with_mid(columns: Columns | None, mid: str) -> Columns | None:
    if columns is None or not mid or columns.heads.get("mid"):
        return columns
    return replace(columns, fixed={**columns.fixed, "mid": mid})


def _compared(pair: Pair, statement: Statement) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Which settlements are new, told otherwise than before, or known as they are."""
    references = [each.reference for each in statement.settlements]
    stored = Settlement.objects.filter(pair=pair, reference__in=references, statement_event__isnull=False)
    known = {
        (row.merchant_account.mid, row.reference, row.currency): {
            (line.identity, line.amount_minor) for line in row.lines.all()
        }
        for row in stored.select_related("merchant_account").prefetch_related("lines")
    }
    heaps: dict[str, list[str]] = {"new": [], "changed": [], "known": []}
    for each in statement.settlements:
        before = known.get((each.mid, each.reference, each.currency))
        now = {(line.identity, line.amount_minor) for line in each.lines}
        heap = "new" if before is None else "known" if before == now else "changed"
        heaps[heap].append(each.reference)
    return tuple(heaps["new"]), tuple(heaps["changed"]), tuple(heaps["known"])


def _bad_words(bad: tuple[BadRow, ...]) -> str:
    first = bad[0]
    more = f" And {len(bad) - 1} rows more." if len(bad) > 1 else ""
    return f"Nothing was imported. Row {first.number}: {' '.join(first.problems)}{more}"


def field_words() -> Mapping[str, str]:
    """What may be read from a statement, with its words for people."""
    return FIELDS
