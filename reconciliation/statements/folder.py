"""Watched folders: statements that a bank's own program, or a person, puts down to be imported."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from integrations.models import Pair
from reconciliation.alerts import Alert, keep_alerts
from reconciliation.models import BankAccount, StatementFile
from reconciliation.statements.importing import StatementRefusedError, import_statement, refuse_too_large

QUIET_SECONDS: Final = 30
"""So long nothing must have been written to a file before it is taken."""
DONE, REFUSED = "done", "refused"
REASON: Final = ".reason.txt"
_UNFINISHED: Final = (".part", ".partial", ".filepart", ".tmp", ".crdownload")
_CODE: Final = "statement_refused"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file: `problem` is empty when it was imported."""

    name: str
    problem: str = ""


def folder_of(account: BankAccount) -> Path | None:
    """The account's watched folder, which lies inside the pair's; None where none is watched or its name leads out."""
    if not account.watched_folder:
        return None
    own = (Path(settings.STATEMENT_INBOX) / account.pair.slug).resolve()
    folder = (own / account.watched_folder).resolve()
    return folder if folder.is_relative_to(own) and folder != own else None


def take_from_folder(account: BankAccount, *, now: float | None = None) -> list[Taken]:
    """Import the files that stopped growing and move them to done/ or, with the reason beside, to refused/.

    A file is imported before it is moved: if the move fails it is known the next time, and moved then. `now`: seconds since
    1970 by the clock that stamps the files.
    """
    folder = folder_of(account)
    if folder is None:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    moment = time.time() if now is None else now
    taken = [_take(account, file) for file in _finished(folder, moment)]
    keep_folder_alerts(account.pair)
    return taken


def _finished(folder: Path, now: float) -> Iterator[Path]:
    for file in sorted(folder.iterdir()):
        if file.name.startswith(".") or file.suffix in _UNFINISHED or file.is_symlink() or not file.is_file():
            continue
        if file.stat().st_mtime <= now - QUIET_SECONDS:
            yield file


def _take(account: BankAccount, file: Path) -> Taken:
    try:
        refuse_too_large(file.stat().st_size)
        import_statement(account, file.read_bytes(), filename=file.name, via=StatementFile.Via.FOLDER)
    except StatementRefusedError as refused:
        moved = _move(file, REFUSED)
        lines = [f"{line.row}: {' '.join(line.problems)}" for line in refused.bad]
        reason = "\n".join([refused.message, *lines, ""])
        moved.with_name(moved.name + REASON).write_text(reason, encoding="utf-8")
        return Taken(file.name, refused.message)
    _move(file, DONE)
    return Taken(file.name)


def _move(file: Path, where: str) -> Path:
    """To a folder beside it, under its own name or the first free one like it."""
    target = file.parent / where
    target.mkdir(exist_ok=True)
    free = target / file.name
    number = 1
    while free.exists():
        number += 1
        free = target / f"{file.stem} ({number}){file.suffix}"
    return file.rename(free)


def keep_folder_alerts(pair: Pair) -> None:
    """One problem for each account with refused files, as long as they lie there."""
    accounts = BankAccount.objects.filter(pair=pair).exclude(watched_folder="").select_related("pair")
    wanted = {each.name: alert for each in accounts if (alert := _alert(each)) is not None}
    keep_alerts(pair, _CODE, wanted)


def _alert(account: BankAccount) -> Alert | None:
    folder = folder_of(account)
    refused = folder / REFUSED if folder is not None else None
    reasons = sorted(refused.glob(f"*{REASON}")) if refused is not None and refused.is_dir() else []
    if not reasons:
        return None
    first = reasons[0].read_text(encoding="utf-8").splitlines()[0]
    more = f" And {len(reasons) - 1} files more." if len(reasons) > 1 else ""
    return Alert(
        f"The statement {reasons[0].name.removesuffix(REASON)} of {account.name} was refused. {first}{more}",
        f"Put it right or download it again, put it into the folder, and delete it from {REFUSED}/.",
    )
