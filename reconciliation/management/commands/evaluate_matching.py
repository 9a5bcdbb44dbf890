"""`manage.py evaluate_matching [--json] [--seeds N …]`: how good matching is on worlds unlike those it learned from."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reconciliation.core.matching.model import ModelError
from reconciliation.learning.evaluation import SEED, report


class Command(BaseCommand):
    """Judge the shipped model."""

    requires_system_checks: list[str] = []  # it touches neither pages nor database
    help = "Report precision and coverage of automatic matches, wrong ones among twins, calibration; by world and class."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """[--json] [--seeds N …]."""
        parser.add_argument("--json", action="store_true", help="One JSON line.")
        parser.add_argument(
            "--seeds", type=int, nargs="+", default=[SEED], help="Each world once for each seed."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report."""
        try:
            judged = report(seeds=options["seeds"])
        except ModelError as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(judged, ensure_ascii=False))
            return
        worlds, wrong = judged.pop("worlds"), judged.pop("wrong")
        for name, figures in {**worlds, "all worlds": judged}.items():
            self._tell(name, figures)
        for each in wrong:
            self.stdout.write(f"wrong: {each}")

    def _tell(self, name: str, figures: dict[str, Any]) -> None:
        classes = figures.pop("by_class")
        self.stdout.write(f"\n{name}")
        for figure, value in figures.items():
            self.stdout.write(f"  {figure:34} {value}")
        self.stdout.write(f"  {'class':12} {'true':>7} {'auto':>8} {'shown':>8} {'auto wrong':>11}")
        for kind, each in classes.items():
            self.stdout.write(
                f"  {kind:12} {each['true']:>7} {each['auto']:>8.4f} {each['shown']:>8.4f} {each['auto_wrong']:>11}"
            )
