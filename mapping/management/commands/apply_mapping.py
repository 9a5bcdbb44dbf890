"""`manage.py apply_mapping MAPPING.json SOURCE.json`: the resulting document and how each field came about."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mapping.core.compiler import compile_mapping
from mapping.core.document import loads
from mapping.core.evaluate import Evaluation, TraceEntry
from mapping.core.problems import MappingInvalidError, Problem
from mapping.core.reading import from_json
from mapping.core.samples import SAMPLE_CONTEXT


class Command(BaseCommand):
    """Evaluate a mapping file on one record, or on each record of a list, without touching any books."""

    help = (
        "Apply a mapping document to a JSON record and print the documents, their trace and problems as JSON."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """MAPPING.json SOURCE.json [--context CONTEXT.json]."""
        parser.add_argument("mapping", type=Path, metavar="MAPPING.json")
        parser.add_argument(
            "source", type=Path, metavar="SOURCE.json", help="One record, or a list of records."
        )
        parser.add_argument(
            "--context",
            type=Path,
            help="Settings of the pair as JSON; without it those of a typical UK pair.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one JSON object with `documents`; exit with an error when a document has errors or cannot be read."""
        try:
            mapping = compile_mapping(from_json(_json(options["mapping"])))
        except MappingInvalidError as error:
            raise CommandError(f"The mapping cannot be used:\n{error}") from None
        context = {**SAMPLE_CONTEXT, **(_object(options["context"]) if options["context"] else {})}
        source = _json(options["source"])
        records = source if isinstance(source, list) else [source]
        if not all(isinstance(record, dict) for record in records):
            raise CommandError("The source must be a JSON object, or a list of them.")
        results = [mapping.evaluate(record, context, trace=True) for record in records]
        self.stdout.write(
            json.dumps(
                {"documents": [_result(r) for r in results]}, indent=2, ensure_ascii=False, default=str
            )
        )
        if not all(result.is_usable for result in results):
            raise CommandError("At least one document has errors: see its problems.")


def _json(path: Path) -> Any:
    try:
        return loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be read as JSON: {error}.") from None


def _object(path: Path) -> dict[str, Any]:
    value = _json(path)
    if not isinstance(value, dict):
        raise CommandError(f"{path} must hold a JSON object.")
    return value


def _result(result: Evaluation) -> dict[str, Any]:
    return {
        "document": result.document,
        "problems": [_problem(problem) for problem in result.problems],
        "trace": [_entry(entry) for entry in result.trace],
    }


def _problem(problem: Problem) -> dict[str, str]:
    return {
        "severity": problem.severity,
        "cause": problem.cause,
        "row": problem.row,
        "target": problem.target,
        "message": problem.message,
    }


def _entry(entry: TraceEntry) -> dict[str, Any]:
    return {
        "target": entry.target,
        "row": entry.row,
        "sources": [{"path": path, "value": value} for path, value in entry.sources],
        "steps": [
            {
                "transform": step.transform,
                "sentence": step.sentence,
                "in": step.before,
                "out": step.after,
                **({"remark": step.remark} if step.remark else {}),
            }
            for step in entry.steps
        ],
        "value": entry.value,
        **({"error": entry.error} if entry.error else {}),
    }
