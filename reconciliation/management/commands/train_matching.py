"""`manage.py train_matching [--check]`: learn the model of the matching anew from made-up worlds."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reconciliation.core.matching.model import FILE


class Command(BaseCommand):
    """Write the model file, or compare it with what the worlds give."""

    requires_system_checks: list[str] = []  # it touches neither pages nor database
    help = "Train the matching on the worlds of the project; the same worlds give the same file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """[--check]."""
        parser.add_argument("--check", action="store_true", help="Change nothing; fail if the file differs.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Train and write; with --check compare."""
        # Loaded where it is needed: scikit-learn takes seconds, which every listing of the commands would pay.
        from reconciliation.learning.training import trained_text

        started = time.perf_counter()
        text = trained_text()
        seconds = time.perf_counter() - started
        if options["check"]:
            if not FILE.exists() or FILE.read_text() != text:
                raise CommandError(f"{FILE.name} is not what the worlds give: run manage.py train_matching.")
            self.stdout.write(f"{FILE.name} is exactly what the worlds give ({seconds:.0f} s).")
            return
        FILE.write_text(text)
        self.stdout.write(f"Learned in {seconds:.0f} s: {FILE.name}.")
