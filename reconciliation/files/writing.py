"""Worlds into CSV files, and outcomes into JSON."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from reconciliation.core.matching.lines import Line
from reconciliation.core.matching.outcome import Match, Outcome
from reconciliation.core.matching.words import PLACES
from reconciliation.worlds.world import Truth, World

COLUMNS: Final = ("id", "date", "amount", "currency", "reference", "description", "counterparty")
TRUTH_COLUMNS: Final = ("expected", "observed", "kind", "reference", "certain")
BETWEEN: Final = "|"
"""Stands between several ids in one field of TRUTH.csv."""


def write_world(world: World, folder: Path) -> None:
    """EXPECTED.csv, OBSERVED.csv and TRUTH.csv. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "EXPECTED.csv", COLUMNS, map(_row, world.expected))
    _write(folder / "OBSERVED.csv", COLUMNS, map(_row, world.observed))
    _write(folder / "TRUTH.csv", TRUTH_COLUMNS, map(_truth, world.truth))


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _row(line: Line) -> tuple[str, ...]:
    amount = Decimal(line.minor).scaleb(-PLACES.get(line.currency, 2))
    return (
        line.id, line.on.isoformat(), f"{amount:f}", line.currency, line.reference, line.description, line.counterparty
    )  # fmt: skip


def _truth(truth: Truth) -> tuple[str, ...]:
    return (
        BETWEEN.join(truth.expected),
        BETWEEN.join(truth.observed),
        truth.kind,
        truth.reference,
        "yes" if truth.certain else "no",
    )


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """The outcome as plain JSON values."""
    return {
        "matches": [_match(each) for each in outcome.matches],
        "unmatched_expected": [each.id for each in outcome.open_expected],
        "unmatched_observed": [each.id for each in outcome.open_observed],
    }


def _match(match: Match) -> dict[str, Any]:
    return {
        "expected": list(match.expected),
        "observed": list(match.observed),
        "probability": match.probability,
        "decision": match.decision,
        "reasons": [{"code": reason.code, "words": reason.words} for reason in match.reasons],
    }
