"""manage.py import_disputes: carry an acquirer's file of disputes in, or show what it would do."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.core.files.tables import Table, UnreadableFileError, read_table
from integrations.disputes.core.columns import KNOWN, Columns
from integrations.disputes.core.states import label
from integrations.disputes.importing import BadRowsError, Look, carry_in, look
from integrations.disputes.layouts import columns_for, columns_of
from integrations.models import DisputeColumns, Pair


class Command(BaseCommand):
    """The same file may be imported again and again: what is known already changes nothing."""

    help = "Import an acquirer's file of disputes (CSV)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="The file, or - for standard input.")
        parser.add_argument("--pair", required=True, help="The pair's address, such as harbour-finch.")
        parser.add_argument(
            "--acquirer", default="", help="Whose file it is; without it, known by its columns."
        )
        parser.add_argument("--preview", action="store_true", help="Only show what it would do.")
        parser.add_argument(
            "--without-bad-rows", action="store_true", help="Take the good rows, leave the bad ones."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        pair = Pair.objects.filter(slug=options["pair"]).first()
        if pair is None:
            raise CommandError(f"There is no pair {options['pair']}.")
        content = _content(options["file"])
        try:
            table = read_table(content)
        except UnreadableFileError as error:
            raise CommandError(str(error)) from error
        found = look(pair, table, _columns(pair, table, options["acquirer"]))
        self._show(found)
        if options["preview"]:
            return
        try:
            name = Path(options["file"]).name
            told = carry_in(pair, found, name=name, content=content, without_bad=options["without_bad_rows"])
        except BadRowsError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Imported: {told} told, {len(found.rows) - told} known already, {len(found.bad)} left out."
        )

    def _show(self, found: Look) -> None:
        for row in found.telling:
            way = (
                f"{label(row.before)} → {label(row.notice.state)}"
                if row.what == "moves"
                else label(row.notice.state)
            )
            self.stdout.write(f"Row {row.number}: {row.what} {row.notice.case_id}, {row.amount}, {way}")
        for bad in found.bad:
            self.stdout.write(f"Row {bad.number}: cannot be taken. {' '.join(bad.problems)}")
        counts = Counter(row.what for row in found.rows)
        self.stdout.write(
            ", ".join(f"{count} {what}" for what, count in counts.items()) or "Nothing to import."
        )


def _content(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error


def _columns(pair: Pair, table: Table, acquirer: str) -> Columns:
    columns = columns_of(pair, acquirer) if acquirer else columns_for(pair, table.heads)
    if columns is None:
        remembered = DisputeColumns.objects.filter(pair=pair).values_list("acquirer", flat=True)
        known = ", ".join([*KNOWN, *remembered])
        raise CommandError(
            f"How {acquirer or 'this file'} is to be read is not known. Import it once on the page Disputes, where its columns "
            f"are chosen. Known: {known}."
        )
    if not columns.fits(table.heads):
        missing = ", ".join(sorted(set(columns.heads.values()) - set(table.heads)))
        raise CommandError(f"The file has no column {missing}, as {columns.acquirer} usually writes.")
    return columns
