"""Flows as pages show them: each step with its words, its counts of the day and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mapping.core.flows.document import Flow, Step
from mapping.core.flows.wording import (
    MODE_TONES,
    MODE_WORDS,
    STEP_WORDS,
    TRIGGER_WORDS,
    Words,
    step_sentence,
    step_title,
)
from mapping.core.problems import Problem
from mapping.forms.steps import StepForm

Tallies = Mapping[tuple[str, str], Mapping[str, int]]
"""How many records passed, stopped and failed (or were skipped), by flow id and step id."""


@dataclass
class ShownStep:
    """One step. `number` counts from 1."""

    step: Step
    number: int
    passed: int = 0
    stopped: int = 0
    failed: int = 0
    problems: list[Problem] = field(default_factory=list)
    form: StepForm | None = None
    is_open: bool = False

    @property
    def words(self) -> Words:
        return STEP_WORDS[self.step.kind]

    @property
    def title(self) -> str:
        return step_title(self.step)

    @property
    def sentence(self) -> str:
        return step_sentence(self.step)

    @property
    def seen(self) -> int:
        """How many records came by."""
        return self.passed + self.stopped + self.failed

    @property
    def tone(self) -> str:
        """The colour of how things stand: what failed or is wrong shows before what was stopped."""
        if self.failed or any(problem.stops for problem in self.problems):
            return "bad"
        if self.stopped or self.problems:
            return "wait"
        return "ok" if self.passed else "mute"


@dataclass
class ShownFlow:
    """One flow with its steps. `problems` are those of the flow as a whole."""

    flow: Flow
    steps: list[ShownStep]
    counts_shown: bool = False
    problems: list[Problem] = field(default_factory=list)

    @property
    def trigger(self) -> Words:
        return TRIGGER_WORDS[self.flow.trigger]

    @property
    def mode(self) -> Words:
        return MODE_WORDS[self.flow.mode]

    @property
    def tone(self) -> str:
        return MODE_TONES[self.flow.mode]

    @property
    def problem_count(self) -> int:
        return len(self.problems) + sum(len(step.problems) for step in self.steps)


def shown_flow(flow: Flow, tallies: Tallies | None = None, problems: Iterable[Problem] = ()) -> ShownFlow:
    """A flow to show; without `tallies` no counts are shown. A problem belongs to the step its `target` names."""
    steps = [_shown_step(flow, step, number, tallies or {}) for number, step in enumerate(flow.steps, 1)]
    shown = ShownFlow(flow, steps, counts_shown=tallies is not None)
    lists = {step.step.id: step.problems for step in steps}
    for problem in problems:
        lists.get(problem.target, shown.problems).append(problem)
    return shown


def _shown_step(flow: Flow, step: Step, number: int, tallies: Tallies) -> ShownStep:
    counts = tallies.get((flow.id, step.id), {})
    return ShownStep(step, number, counts.get("passed", 0), counts.get("stopped", 0), counts.get("failed", 0))
