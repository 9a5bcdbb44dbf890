"""`manage.py take_statements [--pair SLUG]`: import what lies in the watched folders now."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from reconciliation.models import BankAccount
from reconciliation.statements.folder import take_from_folder


class Command(BaseCommand):
    help = "Import the statements in the watched folders of bank accounts, as the workers do every minute."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pair", default="", help="The slug of one pair; all pairs without it.")

    def handle(self, *args: Any, **options: Any) -> None:
        accounts = BankAccount.objects.exclude(watched_folder="").select_related("pair")
        if options["pair"]:
            accounts = accounts.filter(pair__slug=options["pair"])
        for account in accounts.order_by("pk"):
            for taken in take_from_folder(account):
                self.stdout.write(f"{account.slug}: {taken.name}: {taken.problem or 'imported'}")
