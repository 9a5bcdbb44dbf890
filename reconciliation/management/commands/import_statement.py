"""`manage.py import_statement FILE --account SLUG [--pair SLUG] [--preview]`: a bank's statement, whole or not at all."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from reconciliation.models import BankAccount, StatementFile
from reconciliation.statements.accounts import account_named
from reconciliation.statements.core.balances import said
from reconciliation.statements.core.columns import FIELDS, Columns
from reconciliation.statements.core.statement import BadLine
from reconciliation.statements.importing import StatementRefusedError, import_statement, refuse_too_large
from reconciliation.statements.looking import Look, look

_SHOWN: Final = 20


class Command(BaseCommand):
    help = (
        "Import a bank's statement: CSV, OFX, MT940 or CAMT.053, detected by its content. Lines that are known already are "
        "not added again; nothing of a file with a bad line is imported."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path)
        parser.add_argument("--account", required=True, help="The bank account, by its short name (slug).")
        parser.add_argument(
            "--pair", default="", help="The slug of the pair, where several have such an account."
        )
        parser.add_argument("--preview", action="store_true", help="Only say what would be imported.")
        parser.add_argument(
            "--columns",
            default="",
            metavar="FIELD=HEAD,…",
            help=f"What the columns of a CSV file mean: {', '.join(FIELDS)}. Remembered for the account.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            account = account_named(options["account"], options["pair"])
        except LookupError as problem:
            raise CommandError(str(problem)) from problem
        columns = _columns(options["columns"])
        for file in options["files"]:
            content = _content(file)
            if options["preview"]:
                self._tell(file, look(account, content, columns=columns))
            else:
                self._import(file, account, content, columns)

    def _import(self, file: Path, account: BankAccount, content: bytes, columns: Columns | None) -> None:
        before = StatementFile.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        via = StatementFile.Via.COMMAND
        try:
            made = import_statement(account, content, filename=file.name, via=via, columns=columns)
        except StatementRefusedError as refused:
            self._tell_bad(file, refused.bad)
            raise CommandError(f"{file.name}: {refused.message}") from refused
        if made.pk <= before:
            self.stdout.write(f"{file.name}: imported before; nothing is changed")
            return
        self.stdout.write(
            f"{file.name}: {made.get_format_display()}, {made.lines_new} new lines, {made.lines_known} known"
        )
        for note in made.notes:
            self.stdout.write(f"  {note}")

    def _tell(self, file: Path, seen: Look) -> None:
        if seen.statement is None or seen.compared is None or seen.problem:
            self._tell_bad(file, seen.bad)
            raise CommandError(f"{file.name}: {seen.problem}")
        statement, compared = seen.statement, seen.compared
        self.stdout.write(
            f"{file.name}: {statement.layout}, {statement.starts_on} to {statement.ends_on}, {len(statement.lines)} lines: "
            f"{len(compared.new)} new, {len(compared.known) + len(compared.reworded)} known"
        )
        if statement.opening_minor is not None and statement.closing_minor is not None:
            self.stdout.write(
                f"  opens with {said(statement.opening_minor, statement.currency)}, "
                f"closes with {said(statement.closing_minor, statement.currency)}"
            )
        if seen.already is not None:
            self.stdout.write("  The file was imported before.")
        if seen.is_guess:
            self.stdout.write("  Its columns are a guess; say what they mean with --columns.")
        for warning in seen.warnings:
            self.stdout.write(f"  {warning}")

    def _tell_bad(self, file: Path, bad: tuple[BadLine, ...]) -> None:
        for line in bad[:_SHOWN]:
            self.stderr.write(f"{file.name}, {line.row}: {' '.join(line.problems)}")
        if len(bad) > _SHOWN:
            self.stderr.write(f"and {len(bad) - _SHOWN} more")


def _content(file: Path) -> bytes:
    """The file's bytes, unless there are too many of them."""
    try:
        refuse_too_large(file.stat().st_size)
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    except StatementRefusedError as refused:
        raise CommandError(f"{file.name}: {refused.message}") from refused


def _columns(written: str) -> Columns | None:
    if not written:
        return None
    pairs = [part.partition("=")[::2] for part in written.split(",")]
    unknown = [name for name, _ in pairs if name.strip() not in FIELDS]
    if unknown:
        raise CommandError(f"There is no field {unknown[0]}; there are {', '.join(FIELDS)}.")
    heads = {name.strip(): head.strip() for name, head in pairs}
    return Columns(heads, has_heads=not all(head.startswith("Column ") for head in heads.values()))
