"""`manage.py import_fee_bill FILE --pair SLUG`: an acquirer's monthly bill, checked against the rate card."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.core.money import Money
from integrations.models import Pair
from reconciliation.settlements.fee_bills import import_bills
from reconciliation.settlements.importing import StatementRefusedError
from reconciliation.wakes import wake_reconcile


class Command(BaseCommand):
    help = "Import an acquirer's bill (CSV) and say what it charges beyond the rate card."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--pair", required=True, help="The slug of the pair.")

    def handle(self, *args: Any, **options: Any) -> None:
        pair = Pair.objects.filter(slug=options["pair"]).first()
        if pair is None:
            raise CommandError(f"There is no pair {options['pair']}.")
        file: Path = options["file"]
        try:
            bills = import_bills(pair, file.read_bytes(), filename=file.name)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except StatementRefusedError as refused:
            for row in refused.bad:
                self.stderr.write(f"Row {row.number} ({row.reference}): {' '.join(row.problems)}")
            raise CommandError(f"{file.name}: {refused.message}") from refused
        for bill in bills:
            total, over = Money(bill.total_minor, bill.currency), Money(bill.over_minor, bill.currency)
            self.stdout.write(f"{bill.reference}: {total}, {over} beyond the rate card")
        self.stdout.write(f"{file.name}: {len(bills)} bills imported")
        wake_reconcile(pair.pk)
