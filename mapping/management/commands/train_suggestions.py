"""`manage.py train_suggestions`: learn the model of the suggestions anew from the facts in the project."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mapping.suggestions.core import data
from mapping.suggestions.core.model import FILE
from mapping.suggestions.training import trained_text
from mapping.suggestions.vocabulary import development


class Command(BaseCommand):
    """Write the model file, or compare it with what the facts give."""

    requires_system_checks: list[str] = []  # it touches neither pages nor database
    help = (
        "Train the mapping suggestions on the vocabularies in the project; the same facts give the same file."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """[--check]."""
        parser.add_argument("--check", action="store_true", help="Change nothing; fail if the file differs.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Train and write; with --check compare."""
        started = time.perf_counter()
        text = trained_text()
        path = data.FOLDER / FILE
        seconds = time.perf_counter() - started
        if options["check"]:
            if not path.exists() or path.read_text() != text:
                raise CommandError(
                    f"{path.name} is not what the facts give: run manage.py train_suggestions."
                )
            self.stdout.write(f"{path.name} is exactly what the facts give ({seconds:.0f} s).")
            return
        path.write_text(text)
        self.stdout.write(f"Learned from {len(development())} sources in {seconds:.0f} s: {path.name}.")
