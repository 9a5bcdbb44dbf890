"""`manage.py match_lines`: list bank lines and the settlements that wait for money, or say which are the same money."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.models import Pair, User
from reconciliation.matching.deciding import DIFFERENCES, DecisionRefusedError, group, mark_not_ours
from reconciliation.matching.telling import told_lines, told_settlements
from reconciliation.wakes import wake_reconcile


class Command(BaseCommand):
    """What a person does on the review page."""

    help = (
        "Without --line: a line of JSON for each bank line (open ones, or --all) and for each settlement whose money is "
        "awaited. With --line and --settlement: they are the same money. With --line and --not-ours: no acquirer's."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pair", required=True, help="The slug of the pair.")
        parser.add_argument("--all", action="store_true", help="List the bank lines that are matched too.")
        parser.add_argument("--line", type=int, action="append", default=[], help="The id of a bank line.")
        parser.add_argument(
            "--settlement", type=int, action="append", default=[], help="The id of a settlement."
        )
        parser.add_argument("--not-ours", action="store_true")
        parser.add_argument(
            "--difference", default="", choices=["", *DIFFERENCES], help="Why the sums differ."
        )
        parser.add_argument("--by", default="", help="The e-mail address of the person who says so.")
        parser.add_argument("--reason", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        pair = Pair.objects.filter(slug=options["pair"]).first()
        if pair is None:
            raise CommandError(f"There is no pair {options['pair']}.")
        if not options["line"]:
            self._list(pair, is_all=options["all"])
            return
        person = User.objects.filter(email=options["by"], memberships__pair=pair).first()
        if person is None:
            raise CommandError("Say who says so: --by with the e-mail address of a person of this pair.")
        try:
            self._decide(pair, person, options)
        except DecisionRefusedError as refused:
            raise CommandError(refused.message) from refused

    def _list(self, pair: Pair, *, is_all: bool) -> None:
        for told in (*told_lines(pair, is_all=is_all), *told_settlements(pair)):
            self.stdout.write(json.dumps(told))

    def _decide(self, pair: Pair, person: User, options: dict[str, Any]) -> None:
        if options["not_ours"]:
            count = mark_not_ours(pair, options["line"], person, reason=options["reason"])
            wake_reconcile(pair.pk)
            self.stdout.write(f"{count} bank lines are not ours.")
            return
        kind = options["difference"]
        made = group(
            pair,
            options["settlement"],
            options["line"],
            person,
            difference_kind=kind,
            reason=options["reason"],
        )
        wake_reconcile(pair.pk)
        self.stdout.write(f"Matched, with a difference of {made.difference_minor} minor units.")
