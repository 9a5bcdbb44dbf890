"""A trial of a flow as the page shows it: step by step, the data before and after, and what becomes of the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from mapping.core.flows.document import Flow, Step
from mapping.core.flows.run import FlowRun, StepOutcome, StepResult
from mapping.core.flows.seen import FieldSeen, fields_seen
from mapping.core.flows.wording import STEP_WORDS, Words, step_title

_OUTCOMES: Final[dict[StepOutcome, tuple[str, str]]] = {
    "passed": ("Passed", "ok"),
    "stopped": ("Stopped", "wait"),
    "failed": ("Failed", "bad"),
    "skipped": ("Left out", "mute"),
}
_MAKES: Final = ("map", "notify")
"""Kinds of steps that make something new: beside what they began with nothing would be the same."""


@dataclass(frozen=True, slots=True)
class ShownTrialStep:
    """One step: what it said, the fields it changed or made, and those it left as they were."""

    step: Step
    number: int
    outcome: StepOutcome
    said: str
    changed: tuple[FieldSeen, ...]
    unchanged: tuple[FieldSeen, ...]
    heads: bool

    @property
    def title(self) -> str:
        return step_title(self.step)

    @property
    def words(self) -> Words:
        return STEP_WORDS[self.step.kind]

    @property
    def outcome_words(self) -> str:
        return _OUTCOMES[self.outcome][0]

    @property
    def tone(self) -> str:
        return _OUTCOMES[self.outcome][1]


@dataclass(frozen=True, slots=True)
class ShownTrial:
    """The whole trial of one record."""

    title: str
    description: str
    verdict: str
    record: tuple[FieldSeen, ...]
    steps: Sequence[ShownTrialStep]


def shown_trial(flow: Flow, run: FlowRun, record: Any, *, title: str, description: str) -> ShownTrial:
    """The run of `flow` on `record`."""
    steps = {step.id: (number, step) for number, step in enumerate(flow.steps, 1)}
    shown = [_shown_step(result, *steps[result.step]) for result in run.steps]
    return ShownTrial(title, description, _verdict(flow, run), fields_seen(None, record), shown)


def _shown_step(result: StepResult, number: int, step: Step) -> ShownTrialStep:
    makes = step.kind in _MAKES
    fields = fields_seen(None if makes else result.before, result.after)
    return ShownTrialStep(
        step,
        number,
        result.outcome,
        result.words,
        tuple(field for field in fields if field.is_changed),
        tuple(field for field in fields if not field.is_changed),
        heads=not makes,
    )


def _verdict(flow: Flow, run: FlowRun) -> str:
    failed = [result for result in run.steps if result.outcome == "failed"]
    stopped = [result for result in run.steps if result.outcome == "stopped"]
    if failed:
        return "It would not be posted: a step failed."
    if stopped:
        return "It would wait: a step stopped it."
    if flow.mode == "off":
        return "It would pass every step, but the flow is off and does nothing."
    if flow.mode == "shadow":
        return "It passes every step; in shadow nothing is posted and nobody is told."
    return "It passes every step."
