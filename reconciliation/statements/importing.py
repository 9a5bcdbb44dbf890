"""Taking a bank's statement in: as a whole, once, and with every line that is not known yet."""

from __future__ import annotations

import json
from functools import partial
from hashlib import sha256
from typing import Final

from django.db import transaction

from integrations.bulk import insert_rows
from integrations.core.failures import PermanentFailure
from integrations.events.services import store_event
from integrations.models import AuditEntry, Event, User
from reconciliation.locks import pair_in_hand
from reconciliation.models import BankAccount, BankLine, StatementFile
from reconciliation.statements.core.accounts import learned
from reconciliation.statements.core.columns import Columns
from reconciliation.statements.core.comparing import Compared
from reconciliation.statements.core.detecting import as_kept, refuse_large
from reconciliation.statements.core.reading import csv_file, read_statement
from reconciliation.statements.core.statement import BadLine, Statement, StatementError, StatementLine
from reconciliation.statements.looking import Kept, Look, look, own_account
from reconciliation.wakes import wake_reconcile
from sync.services.leases import wake

STATEMENT: Final = "statement"
_ONLY_A_GUESS: Final = (
    "What the columns of this file mean is only a guess. Import one by hand first, on the page Bank, Import: it is "
    "remembered for the account."
)
_LONGEST: Final = 255


class StatementRefusedError(PermanentFailure):
    """Nothing of the file was imported; `bad` names each line that is wrong."""

    def __init__(self, message: str, bad: tuple[BadLine, ...] = ()) -> None:
        super().__init__(message)
        self.bad = bad


def import_statement(
    account: BankAccount,
    content: bytes,
    *,
    filename: str,
    via: str,
    by: User | None = None,
    columns: Columns | None = None,
) -> StatementFile:
    """Import a statement of the account as a whole: its event, its new lines, what it tells of the account.

    The same file again changes nothing and gives the first import back. `columns`: what those of a CSV file mean, as a
    person has said it; otherwise they must be known of the bank or the account, or be proven by the balances in the file.
    Raises StatementRefusedError; then nothing was imported. Whatever follows from the lines is woken after the commit.
    """
    refuse_too_large(len(content))
    with pair_in_hand(account.pair_id):
        account.refresh_from_db()
        seen = look(account, content, columns=columns)
        if seen.already is not None:
            return seen.already
        if seen.statement is None or seen.compared is None or seen.kept is None:
            raise StatementRefusedError(seen.problem, seen.bad)
        if seen.is_guess and columns is None and via != StatementFile.Via.UPLOAD:
            raise StatementRefusedError(_ONLY_A_GUESS)
        file = _keep(account, seen.statement, seen.compared, seen)
        file.event = _store(account, seen.kept, content, seen.read_by, filename)
        file.filename, file.via, file.imported_by = filename[:_LONGEST], via, by
        file.sha256 = seen.kept.digest
        file.save()
        insert_rows([_row(file, identity, line) for identity, line in seen.compared.new])
        _learn(account, seen.statement, seen.read_by)
        _record(file, by)
        transaction.on_commit(partial(wake, "process_events", account.pair_id))
        wake_reconcile(account.pair_id)
    return file


def refuse_too_large(size: int) -> None:
    """Raises StatementRefusedError for a file of too many bytes; ask before it is read into memory."""
    try:
        refuse_large(size)
    except StatementError as error:
        raise StatementRefusedError(str(error)) from error


def _store(account: BankAccount, kept: Kept, content: bytes, columns: Columns | None, filename: str) -> Event:
    """The file as an event, and with it how its columns were read."""
    written = json.dumps(columns.as_json(), sort_keys=True) if columns is not None else ""
    event_id, _ = store_event(
        pair_id=account.pair_id,
        connection_id=None,
        source=Event.Source.BANK,
        kind=STATEMENT,
        dedupe_key=f"{STATEMENT}:{account.pk}:{kept.digest}:{settings_digest(written)}",
        body=as_kept(content),
        headers={"account": account.slug, "filename": filename[:_LONGEST], "columns": written},
        authenticity=Event.Authenticity.FETCHED,
        identifiers=kept.own_numbers,
        state=Event.State.PROCESSED,
    )
    return Event.objects.get(pk=event_id)


def settings_digest(columns: str) -> str:
    """Ties how columns were read to the event's key, which is in the hash chain; headers are not."""
    return sha256(columns.encode()).hexdigest()[:16]


def read_again(account: BankAccount, body: bytes, columns: Columns | None) -> Statement:
    """The statement as its event keeps it. Raises StatementError."""
    return read_statement(body, own_account(account), csv_file(body, columns))


def _keep(account: BankAccount, statement: Statement, compared: Compared, seen: Look) -> StatementFile:
    return StatementFile(
        pair_id=account.pair_id,
        bank_account=account,
        format=statement.format,
        layout=statement.layout[:60],
        starts_on=statement.starts_on,
        ends_on=statement.ends_on,
        opening_minor=statement.opening_minor,
        closing_minor=statement.closing_minor,
        lines_new=len(compared.new),
        lines_known=len(compared.known) + len(compared.reworded),
        notes=list(seen.warnings),
    )


def _row(file: StatementFile, identity: str, line: StatementLine) -> BankLine:
    return BankLine(
        pair_id=file.pair_id,
        bank_account_id=file.bank_account_id,
        statement=file,
        identity=identity,
        row=line.row,
        booked_on=line.booked_on,
        amount_minor=line.minor,
        currency=file.bank_account.currency,
        **texts_of(line),
    )


def texts_of(line: StatementLine) -> dict[str, str]:
    """The words of a line as they are stored."""
    return {
        "reference": line.reference[:_LONGEST],
        "description": line.description,
        "counterparty": line.counterparty[:_LONGEST],
    }


def _learn(account: BankAccount, statement: Statement, columns: Columns | None) -> None:
    """What the file tells of its account, and how its columns are read, for the next one."""
    news: dict[str, object] = dict(learned(own_account(account), statement.account))
    if columns is not None:
        news["csv_columns"] = columns.as_json()
    for name, value in news.items():
        setattr(account, name, value)
    account.save(update_fields=list(news))


def _record(file: StatementFile, by: User | None) -> None:
    AuditEntry.objects.create(
        pair_id=file.pair_id,
        actor=by,
        action="bank.statement_imported",
        subject=file.filename[:120],
        data={
            "statement": file.pk,
            "account": file.bank_account.slug,
            "event": file.event_id,
            "sha256": file.sha256,
            "via": file.via,
            "new": file.lines_new,
            "known": file.lines_known,
        },
    )
