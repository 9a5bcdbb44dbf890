"""`manage.py evaluate_suggestions [--json] [--left-out]`: how good the suggestions are on sources they never saw."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mapping.suggestions.core.model import ModelError
from mapping.suggestions.evaluation import held_out_report, left_out_report


class Command(BaseCommand):
    """Judge the shipped model."""

    requires_system_checks: list[str] = []  # it touches neither pages nor database
    help = "Report hit@1, hit@3, MRR, precision and recall of accept-all, calibration and clicks saved."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """[--json] [--left-out]."""
        parser.add_argument("--json", action="store_true", help="One JSON line.")
        parser.add_argument(
            "--left-out",
            action="store_true",
            help="Judge each development source by a model trained without it, instead of the held-out sources.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report."""
        try:
            report = left_out_report(self.stderr.write) if options["left_out"] else held_out_report()
        except ModelError as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
            return
        wrong = report.pop("wrong")
        for name, value in report.items():
            self.stdout.write(f"{name:22} {', '.join(value) if isinstance(value, list) else value}")
        for each in wrong:
            self.stdout.write(f"  {each}")
