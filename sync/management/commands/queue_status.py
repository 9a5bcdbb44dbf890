"""`manage.py queue_status [--json]`: what is still under way."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from sync.selectors.work import queue_status


class Command(BaseCommand):
    help = "Show how much is still under way; `is_quiet` is true when nothing moves by itself any more."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON object instead of lines.")
        parser.add_argument(
            "--each-line", action="store_true", help="Answer each line on stdin, until it ends, for watchers."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for _ in sys.stdin if options["each_line"] else [""]:
            self._tell(as_json=options["json"])

    def _tell(self, *, as_json: bool) -> None:
        status = queue_status()
        facts = {**asdict(status), "is_quiet": status.is_quiet, "dead_letters": status.dead_letters}
        if as_json:
            self.stdout.write(json.dumps(facts))
            self.stdout.flush()
            return
        for name, value in facts.items():
            self.stdout.write(f"{name.replace('_', ' ')}: {value}")
