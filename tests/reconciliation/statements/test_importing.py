"""Statements imported: once, whole, with their event; and told again from the log."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from integrations.events.services import seal_events, verify_chain
from integrations.models import AuditEntry, Event
from reconciliation.models import BankAccount, BankLine, StatementFile
from reconciliation.statements.core.columns import Columns
from reconciliation.statements.importing import StatementRefusedError, import_statement
from reconciliation.statements.looking import gaps_of, look
from reconciliation.statements.retelling import retell_statements
from sync.models import Wake
from tests.factories import PairFactory
from tests.reconciliation.statements.conftest import Row, account_of, written

ROWS: list[Row] = [
    (0, "120.00", "PATEL & DAUGHTERS", "INV 4711"),
    (1, "2310.44", "ELAVON MERCHANT SE", "21000401 400123"),
    (5, "-36.00", "ELAVON MERCHANT SE", "FEES 0226"),
    (9, "10.00", "S O'BRIEN", ""),
]
CARD = "4929000000006"


def take(
    account: BankAccount, content: bytes, name: str = "a.csv", via: str = "upload", **more: Any
) -> StatementFile:
    return import_statement(account, content, filename=name, via=via, **more)


def facts(account: BankAccount) -> list[tuple[object, ...]]:
    rows = BankLine.objects.filter(bank_account=account).order_by("booked_on", "amount_minor")
    return list(rows.values_list("booked_on__day", "amount_minor", "currency", "state"))


def test_a_statement_becomes_an_event_a_file_and_lines_and_wakes_what_follows(
    account: BankAccount, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        made = take(account, written("mt940", ROWS), "m.sta")
    assert facts(account) == [
        (2, 12000, "GBP", "open"), (3, 231044, "GBP", "open"), (7, -3600, "GBP", "open"), (11, 1000, "GBP", "open")
    ]  # fmt: skip
    assert (made.format, made.layout, made.lines_new, made.lines_known) == ("mt940", "MT940", 4, 0)
    assert (made.opening_minor, made.closing_minor) == (821437, 1061881)
    assert made.event is not None
    assert (made.event.source, made.event.kind, made.event.state) == ("bank", "statement", "processed")
    assert bytes(made.event.body) == written("mt940", ROWS)
    assert {name.partition(":")[0] for name in Wake.objects.values_list("name", flat=True)} >= {
        "process_events", "reconciliation.tasks.reconcile"
    }  # fmt: skip
    entry = AuditEntry.objects.get(action="bank.statement_imported")
    assert (entry.data["new"], entry.data["account"]) == (4, "business")


def test_the_same_file_again_changes_nothing(account: BankAccount) -> None:
    first = take(account, written("ofx", ROWS))
    assert take(account, written("ofx", ROWS), "again.ofx") == first
    assert (StatementFile.objects.count(), BankLine.objects.count(), Event.objects.count()) == (1, 4, 1)


def test_overlapping_files_in_two_formats_add_what_is_new(account: BankAccount) -> None:
    take(account, written("csv barclays", ROWS, 0, 5))
    made = take(account, written("camt053 08", ROWS, 1, 9))
    assert (made.lines_new, made.lines_known) == (1, 2)
    assert len(facts(account)) == 4
    assert "told in other words" in made.notes[0]


def test_nothing_of_a_bad_file_is_imported(account: BankAccount) -> None:
    content = written("csv lloyds", ROWS).replace(b"07/11/2026", b"37/11/2026")
    with pytest.raises(StatementRefusedError, match="Row 3: Its day") as refused:
        take(account, content)
    assert [line.row for line in refused.value.bad] == [3]
    assert (Event.objects.count(), BankLine.objects.count(), StatementFile.objects.count()) == (0, 0, 0)


def test_the_first_statement_tells_the_account_and_a_wrong_one_is_refused_later(account: BankAccount) -> None:
    take(account, written("csv lloyds", ROWS))
    account.refresh_from_db()
    assert (account.sort_code, account.number_ending) == ("20-45-77", "9246")
    with pytest.raises(StatementRefusedError, match="ending in 1111, Business ends in 9246"):
        take(account, written("csv lloyds", ROWS, 0, 1).replace(b"13579246", b"13571111"))


def test_a_gap_to_the_statement_before_is_named_until_it_is_filled(account: BankAccount) -> None:
    take(account, written("camt053 02", ROWS, 0, 1))
    late = take(account, written("camt053 02", ROWS, 8, 9))
    assert "-36.00 GBP moved that no line tells of" in late.notes[0]
    assert [gap.minor for gap in gaps_of(account)] == [-3600]
    between = take(account, written("camt053 02", ROWS, 2, 7))
    assert (between.notes, gaps_of(account)) == ([], [])


def test_new_lines_of_days_that_a_statement_had_wholly_are_pointed_out(account: BankAccount) -> None:
    take(account, written("ofx", ROWS))
    odd: list[Row] = [*ROWS, (3, "77.00", "STRANGER", "UNHEARD OF")]
    assert any("had wholly" in warning for warning in look(account, written("csv hsbc", odd)).warnings)


def test_card_numbers_are_masked_in_the_event_and_in_the_lines(account: BankAccount) -> None:
    content = written("csv barclays", [(0, "5.00", "CARD SALE", CARD)])
    made = take(account, content)
    assert made.event is not None and made.event.is_masked
    assert CARD.encode() not in bytes(made.event.body)
    assert BankLine.objects.get().description == "CARD SALE *********0006 BGC".replace("BGC", "FPI")
    assert take(account, content) == made
    assert retell_statements(account.pair).differences == []


def test_the_banks_own_numbers_are_no_card_numbers(account: BankAccount) -> None:
    content = written("ofx", ROWS).replace(b"20000000000002", CARD.encode())
    made = take(account, content, "o.ofx")
    assert made.event is not None and not made.event.is_masked
    assert BankLine.objects.filter(identity__startswith=f"#{CARD}/").exists()


def test_guessed_columns_are_taken_from_a_person_only(account: BankAccount) -> None:
    content = b"Day,Narrative,Amount\n11/03/2026,PATEL,120.00\n12/03/2026,ELAVON,-36.00\n"
    with pytest.raises(StatementRefusedError, match="only a guess"):
        take(account, content, via="folder")
    said = Columns({"date": "Day", "amount": "Amount", "description": "Narrative"}, bank="Mine")
    take(account, content, columns=said)
    again = take(account, content.replace(b"PATEL", b"SINGH"), via="folder")
    assert (again.layout, again.lines_new, again.lines_known) == ("Mine", 1, 1)


def test_the_log_alone_tells_the_same_lines(account: BankAccount) -> None:
    heads = {"date": "Transaction Date", "money_out": "Debit Amount", "money_in": "Credit Amount"}
    said = Columns({**heads, "description": "Transaction Description", "more": "Transaction Type"})
    take(account, written("csv lloyds", ROWS, 0, 5), columns=said)
    take(account, written("csv lloyds", ROWS, 1, 9), columns=said)
    take(account, written("ofx2", ROWS))
    seal_events(account.pair_id)
    assert verify_chain(account.pair_id) is None
    retold = retell_statements(account.pair)
    assert (retold.statements, retold.lines, retold.unexplained, retold.differences) == (3, 4, 0, [])


def test_a_line_changed_lost_or_added_by_hand_is_found_and_named(account: BankAccount) -> None:
    take(account, written("ofx", ROWS))
    first, second, third, _ = BankLine.objects.order_by("pk")
    BankLine.objects.filter(pk=first.pk).update(amount_minor=12001)
    second.delete()
    third.pk, third.identity = None, "forged"
    third.save()
    kept = StatementFile.objects.get()
    found = {each.key: each for each in retell_statements(account.pair).differences}
    assert len(found) == 3
    assert found[f"{kept.filename} forged"].told == "no such line"
    assert found[f"{kept.filename} {second.identity}"].stored == "no such line"
    assert found[f"{kept.filename} {first.identity}"].stored.startswith("2026-11-02 12001")


def test_columns_changed_in_the_log_are_found(account: BankAccount) -> None:
    made = take(account, written("csv lloyds", ROWS))
    assert made.event is not None
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE integrations_event DISABLE TRIGGER USER")
    Event.objects.filter(pk=made.event.pk).update(headers={**made.event.headers, "columns": "{}"})
    assert "statement" in {each.kind for each in retell_statements(account.pair).differences}


def command(*args: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_statement", *map(str, args), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_previews_imports_and_names_bad_lines(account: BankAccount, tmp_path: Path) -> None:
    file = tmp_path / "march.sta"
    file.write_bytes(written("mt940", ROWS))
    said, _ = command(file, "--account", "business", "--preview")
    assert "4 lines: 4 new, 0 known" in said and "closes with 10,618.81 GBP" in said
    assert BankLine.objects.count() == 0
    assert "MT940, 4 new lines, 0 known" in command(file, "--account", "business")[0]
    assert "imported before" in command(file, "--account", "business", "--pair", account.pair.slug)[0]
    file.write_bytes(file.read_bytes().replace(b":61:261103", b":61:261143"))
    with pytest.raises(CommandError, match=r"march\.sta: Nothing was imported. Line"):
        command(file, "--account", "business")


def test_the_command_finds_the_account_by_its_name(account: BankAccount, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no bank account savings; there are: business"):
        command(tmp_path / "x", "--account", "savings")
    account_of(PairFactory())
    with pytest.raises(CommandError, match="Several pairs"):
        command(tmp_path / "x", "--account", "business")
    with pytest.raises(CommandError, match="cannot be read"):
        command(tmp_path / "x", "--account", "business", "--pair", account.pair.slug)


def test_the_command_refuses_a_huge_file_unread(account: BankAccount, tmp_path: Path) -> None:
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(CommandError, match="200 MB; at most 32 MB"):
        command(huge, "--account", "business")


def test_the_command_takes_columns_by_name(account: BankAccount, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(b"When,What,How much\n11/03/2026,PATEL,120.00\n")
    said = "date=When,amount=How much,description=What"
    assert "1 new lines" in command(file, "--account", "business", "--columns", said)[0]
    with pytest.raises(CommandError, match="no field colour"):
        command(file, "--account", "business", "--columns", "colour=What")
