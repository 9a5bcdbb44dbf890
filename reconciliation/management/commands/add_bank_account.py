"""`manage.py add_bank_account SLUG --pair SLUG --currency GBP --account-code 090`: an account that statements are of."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from integrations.core.currencies import EXPONENTS
from integrations.models import Pair
from reconciliation.models import BankAccount


class Command(BaseCommand):
    """May be run again: what is said anew is put right, and nothing is doubled."""

    help = "Make a bank account known, and the Xero account that stands for it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="Its short name, such as business-gbp.")
        parser.add_argument("--pair", required=True, help="The slug of the pair.")
        parser.add_argument("--currency", required=True, help="ISO 4217.")
        parser.add_argument("--account-code", required=True, help="Xero's code of the bank account.")
        parser.add_argument("--name", default="", help="The short name unless said.")
        parser.add_argument("--watched-folder", default="", help="See docs/settlements.md, Bank statements.")

    def handle(self, *args: Any, **options: Any) -> None:
        pair = Pair.objects.filter(slug=options["pair"]).first()
        if pair is None:
            raise CommandError(f"There is no pair {options['pair']}.")
        account = BankAccount.objects.filter(pair=pair, slug=options["slug"]).first()
        account = account or BankAccount(pair=pair, slug=options["slug"])
        if options["currency"] not in EXPONENTS:
            raise CommandError(f"{options['currency']} is no ISO 4217 currency.")
        if account.lines.exists() if account.pk else False:
            self._refuse_change(account, options["currency"])
        account.currency = options["currency"]
        account.account_code = options["account_code"]
        account.name = options["name"] or account.name or options["slug"]
        account.watched_folder = options["watched_folder"] or account.watched_folder
        try:
            account.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        account.save()
        self.stdout.write(f"{account.name}: {account.currency}, account {account.account_code} in Xero")

    def _refuse_change(self, account: BankAccount, currency: str) -> None:
        if account.currency != currency:
            raise CommandError(f"{account.name} has lines in {account.currency}; its currency stays.")
