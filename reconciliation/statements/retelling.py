"""Statement lines told again from the event log alone, to prove that what is stored is what the bank sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from integrations.models import Event, Pair
from reconciliation.models import BankAccount, BankLine, StatementFile
from reconciliation.statements.core.columns import columns_from_json
from reconciliation.statements.core.comparing import KnownLine, compare
from reconciliation.statements.core.statement import StatementError, StatementLine
from reconciliation.statements.importing import read_again, settings_digest, texts_of
from sync.services.retelling import Differs

_Told = tuple[str, int, str, str, str]
"""Day, minor units, reference, description and counterparty of a line."""


@dataclass(slots=True)
class RetoldStatements:
    """What came of telling the statements again. `unexplained`: lines whose file the log keeps no longer."""

    statements: int = 0
    lines: int = 0
    unexplained: int = 0
    differences: list[Differs] = field(default_factory=list)


def retell_statements(pair: Pair) -> RetoldStatements:
    """Read every imported file again from its event and compare the lines that come of it with the stored ones."""
    found = RetoldStatements()
    for account in BankAccount.objects.filter(pair=pair).order_by("pk"):
        _retell_account(account, found)
    return found


def _retell_account(account: BankAccount, found: RetoldStatements) -> None:
    known: dict[str, KnownLine] = {}
    files = StatementFile.objects.filter(bank_account=account).select_related("event", "bank_account")
    for file in files.order_by("pk").iterator(1):
        stored = _stored(file)
        if file.event is None:
            found.unexplained += len(stored)
            known |= {key: _known(key, told, file.format) for key, told in stored.items()}
            continue
        found.statements += 1
        told = _told(file, file.event, known, found)
        found.lines += len(stored)
        found.differences += _differences(file, stored, told)
        known |= {key: _known(key, each, file.format) for key, each in told.items()}


def _stored(file: StatementFile) -> dict[str, _Told]:
    rows = BankLine.objects.filter(statement=file).order_by("pk")
    fields = rows.values_list(
        "identity", "booked_on", "amount_minor", "reference", "description", "counterparty"
    )
    return {
        key: (day.isoformat(), minor, reference, description, counterparty)
        for key, day, minor, reference, description, counterparty in fields.iterator(5000)
    }


def _told(
    file: StatementFile, event: Event, known: Mapping[str, KnownLine], found: RetoldStatements
) -> dict[str, _Told]:
    """The lines that the file adds to those told before it."""
    written = event.headers.get("columns", "")
    if not event.dedupe_key.endswith(f":{settings_digest(written)}"):
        found.differences.append(
            Differs("statement", file.filename, "columns as stored", "the log was written with other columns")
        )
        return {}
    columns = columns_from_json(json.loads(written)) if written else None
    try:
        statement = read_again(file.bank_account, bytes(event.body), columns)
    except StatementError as error:
        found.differences.append(
            Differs("statement", file.filename, f"{file.lines_new} lines", f"cannot be read: {error}")
        )
        return {}
    compared = compare(statement.lines, known.values(), statement.format)
    return {identity: _of_line(line) for identity, line in compared.new}


def _of_line(line: StatementLine) -> _Told:
    texts = texts_of(line)
    return (
        line.booked_on.isoformat(),
        line.minor,
        texts["reference"],
        texts["description"],
        texts["counterparty"],
    )


def _known(identity: str, told: _Told, file_format: str) -> KnownLine:
    day, minor, reference, description, counterparty = told
    text = " ".join((counterparty, reference, description))
    return KnownLine(identity, date.fromisoformat(day), minor, text, file_format)


def _differences(
    file: StatementFile, stored: Mapping[str, _Told], told: Mapping[str, _Told]
) -> Iterator[Differs]:
    for identity in sorted(stored.keys() | told.keys()):
        here, there = stored.get(identity), told.get(identity)
        if here != there:
            yield Differs("bank line", f"{file.filename} {identity}", _words(here), _words(there))


def _words(told: _Told | None) -> str:
    return "no such line" if told is None else " ".join(map(str, told))
