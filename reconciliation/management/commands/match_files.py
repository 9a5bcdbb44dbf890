"""`manage.py match_files EXPECTED.csv OBSERVED.csv [--json]`: match two files of lines."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from reconciliation.core.matching.matching import match
from reconciliation.core.matching.model import ModelError
from reconciliation.core.matching.outcome import Match, Open, Outcome
from reconciliation.files.reading import LineFileError, read_lines
from reconciliation.files.writing import outcome_json

_SHOWN: Final = 40


class Command(BaseCommand):
    """The matching core on files."""

    requires_system_checks: list[str] = []  # it touches neither pages nor database
    help = (
        "Match expected to observed lines. Both files: CSV in UTF-8 with the columns id, date, amount, currency and, where "
        "there are any, reference, description, counterparty; amounts are signed decimals, dates 2026-03-31."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """EXPECTED OBSERVED [--json]."""
        parser.add_argument("expected", type=Path, metavar="EXPECTED.csv")
        parser.add_argument("observed", type=Path, metavar="OBSERVED.csv")
        parser.add_argument("--json", action="store_true", help="All decisions as one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read both files, match, print."""
        try:
            outcome = match(read_lines(options["expected"]), read_lines(options["observed"]))
        except (LineFileError, ModelError) as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(outcome_json(outcome), ensure_ascii=False))
        else:
            self._tell(outcome)

    def _tell(self, outcome: Outcome) -> None:
        auto = [each for each in outcome.matches if each.decision == "auto"]
        review = [each for each in outcome.matches if each.decision == "review"]
        self.stdout.write(
            f"{len(auto)} matched, {len(review)} to look at, open: {len(outcome.open_expected)} expected and "
            f"{len(outcome.open_observed)} observed (model {outcome.model})."
        )
        for note in outcome.notes:
            self.stdout.write(note.words)
        self._list("To look at", [_told(each) for each in review])
        for name, lines in (("expected", outcome.open_expected), ("observed", outcome.open_observed)):
            self._list(f"Open on the {name} side", [_why_open(each) for each in lines])

    def _list(self, title: str, entries: list[str]) -> None:
        if entries:
            self.stdout.write(f"\n{title}:")
        for entry in entries[:_SHOWN]:
            self.stdout.write(f"  {entry}")
        if len(entries) > _SHOWN:
            self.stdout.write(f"  and {len(entries) - _SHOWN} more: use --json for all of them.")


def _told(match: Match) -> str:
    lines = f"{' + '.join(match.expected)} = {' + '.join(match.observed)}"
    return f"{lines} ({match.probability:.0%}): {' '.join(reason.words for reason in match.reasons)}"


def _why_open(each: Open) -> str:
    return f"{each.id}: {' '.join(reason.words for reason in each.reasons)}"
