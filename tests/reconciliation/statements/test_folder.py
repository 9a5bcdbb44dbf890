"""Watched folders: what is put down is imported and moved, or refused with its reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import LazySettings

from reconciliation import tasks, wakes
from reconciliation.models import BankAccount, BankLine
from reconciliation.statements.folder import QUIET_SECONDS, folder_of, take_from_folder
from sync.models import Problem, Wake
from tests.reconciliation.statements.conftest import Row, account_of, written

NOW = 1_790_000_000.0
ROWS: list[Row] = [(0, "120.00", "PATEL & DAUGHTERS", "INV 4711"), (2, "5.00", "S O'BRIEN", "")]


@pytest.fixture
def watched(account: BankAccount, settings: LazySettings, tmp_path: Path) -> Path:
    settings.STATEMENT_INBOX = tmp_path
    account.watched_folder = "business"
    account.save()
    folder = folder_of(account)
    assert folder is not None
    folder.mkdir(parents=True)
    return folder


def put(folder: Path, name: str, content: bytes, age: float = QUIET_SECONDS + 1) -> None:
    file = folder / name
    file.write_bytes(content)
    os.utime(file, (NOW - age, NOW - age))


def names(folder: Path) -> list[str]:
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file())


def test_a_quiet_file_is_imported_and_moved_and_a_growing_one_left(
    account: BankAccount, watched: Path
) -> None:
    put(watched, "march.sta", written("mt940", ROWS))
    put(watched, "april.sta", written("mt940", ROWS), age=1)
    put(watched, "may.csv.part", b"Date")
    assert [(taken.name, taken.problem) for taken in take_from_folder(account, now=NOW)] == [
        ("march.sta", "")
    ]
    assert names(watched) == ["april.sta", "done/march.sta", "may.csv.part"]
    assert BankLine.objects.count() == 2


def test_a_bad_file_is_refused_with_its_reason_and_somebody_is_told(
    account: BankAccount, watched: Path
) -> None:
    put(watched, "march.sta", written("mt940", ROWS).replace(b":61:2611", b":61:2613"))
    assert "Line" in take_from_folder(account, now=NOW)[0].problem
    assert names(watched) == ["refused/march.sta", "refused/march.sta.reason.txt"]
    assert "is no day of the calendar" in (watched / "refused/march.sta.reason.txt").read_text()
    problem = Problem.objects.get(resolved_at=None)
    assert problem.message.startswith("The statement march.sta of Business was refused.")
    for each in (watched / "refused").iterdir():
        each.unlink()
    assert take_from_folder(account, now=NOW) == []
    assert not Problem.objects.filter(resolved_at=None).exists()


def test_the_same_name_again_is_kept_beside_the_first(account: BankAccount, watched: Path) -> None:
    for until in (0, 2):
        put(watched, "daily.sta", written("mt940", ROWS, 0, until))
        take_from_folder(account, now=NOW)
    assert names(watched) == ["done/daily (2).sta", "done/daily.sta"]
    assert BankLine.objects.count() == 2


@pytest.mark.parametrize("name", ["../other/business", "/etc", ".", ".."])
def test_a_folder_never_leads_out_of_its_pairs(
    account: BankAccount, settings: LazySettings, tmp_path: Path, name: str
) -> None:
    settings.STATEMENT_INBOX = tmp_path
    account.watched_folder = name
    assert folder_of(account) is None


def test_a_file_too_large_is_refused_unread(account: BankAccount, watched: Path) -> None:
    put(watched, "huge.csv", b"")
    with (watched / "huge.csv").open("ab") as file:
        file.truncate(200_000_000)
    os.utime(watched / "huge.csv", (NOW - 60, NOW - 60))
    assert "at most 32 MB" in take_from_folder(account, now=NOW)[0].problem


def test_the_workers_look_into_watched_folders_only(account: BankAccount, watched: Path) -> None:
    account_of(account.pair, slug="unwatched")
    put(watched, "march.sta", written("mt940", ROWS))
    tasks.watch()
    woken = Wake.objects.filter(name__startswith=wakes.TAKE_STATEMENTS).values_list("name", flat=True)
    assert [name.rpartition(":")[2] for name in woken] == [str(account.pk)]
    tasks.take_statements(account.pk)
    assert names(watched) == ["done/march.sta"]
