"""Trying rules on records that are already there: which of them each rule would have applied to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mapping.core.conditions import ConditionError
from mapping.core.conditions.records import RecordCondition, compile_record_condition
from mapping.core.paths import PathError
from mapping.core.problems import TransformError
from mapping.core.rules.document import Rule
from mapping.core.schemas.schema import Schema


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one kind, each beside the context its rules may read. `noun` names several of them: "orders"."""

    schema: Schema
    noun: str
    records: Sequence[Mapping[str, Any]]
    context: Mapping[str, Any]


@dataclass
class Trial:
    """What became of one rule: the positions of the records of `batch` it applied to, and of those it could not judge."""

    batch: Batch | None = None
    met: list[int] = field(default_factory=list)
    unjudged: list[int] = field(default_factory=list)


def try_rules(rules: Sequence[Rule], batches: Sequence[Batch]) -> dict[str, Trial]:
    """Try each rule on the first batch whose records have all its fields.

    Rules above that apply and stop keep a record from those below, as they do at work. A rule switched off is tried as
    if it alone were switched on, and keeps nothing from the others. A rule that does not parse has a trial without batch.
    """
    trials = {rule.id: Trial() for rule in rules}
    for batch in batches:
        asked = [(rule, when) for rule in rules if (when := _asked(rule, batch, trials)) is not None]
        for position, record in enumerate(batch.records):
            _ask(asked, batch, position, record, trials)
    return trials


@dataclass(frozen=True, slots=True)
class _When:
    """A compiled condition; None means always."""

    condition: RecordCondition | None


def _asked(rule: Rule, batch: Batch, trials: Mapping[str, Trial]) -> _When | None:
    """The rule's condition where it concerns the batch's records; the first such batch is the one shown."""
    try:
        when = compile_record_condition(rule.when, batch.schema) if rule.when.strip() else None
    except (ConditionError, PathError):
        return None
    if when is not None and any(batch.schema.field(str(path)) is None for path in when.fields):
        return None
    trial = trials[rule.id]
    trial.batch = trial.batch or batch
    return _When(when)


def _ask(
    asked: Iterable[tuple[Rule, _When]],
    batch: Batch,
    position: int,
    record: Mapping[str, Any],
    trials: Mapping[str, Trial],
) -> None:
    is_stopped = False
    for rule, when in asked:
        if is_stopped and rule.enabled:
            continue
        trial = trials[rule.id]
        is_shown = trial.batch is batch
        try:
            applies = when.condition is None or when.condition.holds(record, batch.context)
        except TransformError:
            if is_shown:
                trial.unjudged.append(position)
            continue
        if applies and is_shown:
            trial.met.append(position)
        is_stopped = is_stopped or (applies and rule.enabled and rule.stop)
