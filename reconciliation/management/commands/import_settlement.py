"""`manage.py import_settlement FILE --pair SLUG [--mid NUMBER]`: an acquirer's statement, whole or not at all."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.models import Pair
from reconciliation.settlements.importing import StatementRefusedError, import_statement
from reconciliation.wakes import wake_reconcile
from sync.services.leases import wake


class Command(BaseCommand):
    help = "Import an acquirer's settlement statement (CSV); nothing of a file with a bad row is taken in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path)
        parser.add_argument("--pair", required=True, help="The slug of the pair.")
        parser.add_argument("--mid", default="", help="The merchant number, where the file does not say it.")

    def handle(self, *args: Any, **options: Any) -> None:
        pair = Pair.objects.filter(slug=options["pair"]).first()
        if pair is None:
            raise CommandError(f"There is no pair {options['pair']}.")
        for file in options["files"]:
            self._import(pair, file, options["mid"])
        wake("process_events", pair.pk)
        wake_reconcile(pair.pk)

    def _import(self, pair: Pair, file: Path, mid: str) -> None:
        try:
            made = import_statement(pair, file.read_bytes(), mid=mid, filename=file.name)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except StatementRefusedError as refused:
            for row in refused.bad:
                self.stderr.write(f"Row {row.number} ({row.reference}): {' '.join(row.problems)}")
            raise CommandError(f"{file.name}: {refused.message}") from refused
        self.stdout.write(f"{file.name}: {len(made)} settlements imported or changed")
