"""`manage.py suggest_mapping SOURCE.json TARGET [--json]`: which field of any JSON could fill which field in Xero."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mapping.core.document import loads
from mapping.core.schemas.inference import SampleError
from mapping.suggestions.core.links import OFFER, Suggestion, suggestions
from mapping.suggestions.core.model import ModelError, shipped
from mapping.suggestions.core.reading import fields_of
from mapping.suggestions.core.targets import UnknownTargetError


class Command(BaseCommand):
    """Suggest links for a file, without touching any mapping."""

    requires_system_checks: list[str] = []  # it touches neither pages nor database
    help = (
        "Suggest which field of a JSON sample (one record, a list of records, or a schema) fills which field of "
        "xero:Contact, xero:Invoice, xero:Payment, xero:CreditNote, xero:BankTransaction or xero:BankTransfer."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """SOURCE.json TARGET [--json]."""
        parser.add_argument("source", type=Path, metavar="SOURCE.json")
        parser.add_argument("target", metavar="TARGET", help="such as xero:Contact")
        parser.add_argument(
            "--json",
            action="store_true",
            help="Print a JSON list with up to five candidates per target, the surest first.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the suggestions; as JSON also the weak ones."""
        try:
            value = loads(options["source"].read_bytes())
            found = suggestions(fields_of(value), options["target"], shipped())
        except (OSError, SampleError, UnknownTargetError, ModelError) as error:
            raise CommandError(str(error)) from None
        except ValueError as error:
            raise CommandError(f"{options['source']} is not JSON: {error}.") from None
        if options["json"]:
            self.stdout.write(
                json.dumps([suggestion_json(each) for each in found], indent=1, ensure_ascii=False)
            )
        else:
            self._table([each for each in found if each.confidence >= OFFER])

    def _table(self, found: list[Suggestion]) -> None:
        if not found:
            self.stdout.write("Nothing in this file is like a field of this object.")
        for each in found:
            steps = " → ".join(step["name"] for step in each.transforms)
            through = f" → {steps}" if steps else ""
            self.stdout.write(f"{each.confidence:.2f}  {' + '.join(each.sources)}{through} → {each.target}")
            self.stdout.write(f"      {', '.join(each.reasons)}")


def suggestion_json(each: Suggestion) -> dict[str, Any]:
    """One suggestion as plain JSON values."""
    return {
        "target": each.target,
        "source": each.source,
        "confidence": each.confidence,
        "reasons": list(each.reasons),
        "transforms": list(each.transforms),
        "sources": list(each.sources),
        "band": each.band,
        "by_click_only": each.by_click_only,
        "collection": each.collection,
    }
