"""Running a flow on one record: what each step found, what becomes of the record, and the documents it makes.

Pure: nothing is stored and nothing sent. The pipeline runs a flow without mappings, for the decision alone; trying a flow
runs it with them, and with the data before and after each step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from mapping.core.enrichment import Sources, enrich
from mapping.core.evaluate import CompiledMapping
from mapping.core.flows.compiled import CompiledFlow, CompiledStep
from mapping.core.flows.document import Step, StepKind
from mapping.core.flows.texts import fill_in
from mapping.core.problems import Problem, TransformError
from mapping.core.rules.decision import GO, Decision, Reason, combined
from mapping.core.rules.evaluation import decide
from mapping.core.rules.fields import with_fields

StepOutcome = Literal["passed", "stopped", "failed", "skipped"]
_CHANNELS: Final = {"shop": "the shop", "customer": "the customer", "chat": "the chat", "email": "by e-mail"}


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one step did with the record. `before` and `after` are the data around it, where the run is traced."""

    step: str
    kind: StepKind
    outcome: StepOutcome
    words: str
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class Message:
    """What a notify step would tell. `waits`: only once the record's postings are let through."""

    step: str
    channel: str
    to: str
    text: str
    waits: bool


@dataclass(frozen=True, slots=True)
class FlowRun:
    """A whole run. `documents` by the name of the step's mapping, where mappings were given.

    `record` and `context` are as the mappings see them: with the fields that rules set and what enrich steps found.
    `uses` names the mapping each map step uses, by the step's own mapping; `messages` are those that are due.
    """

    steps: tuple[StepResult, ...]
    documents: Mapping[str, Mapping[str, Any]]
    decision: Decision
    record: Mapping[str, Any]
    context: Mapping[str, Any]
    uses: Mapping[str, str] = field(default_factory=dict)
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Means:
    """What the steps of a run have at hand.

    With `mappings` (by name) the documents are made and every step shows its data; without them map steps pass. `targets`
    names each mapping's target schema, so that a route leads to a mapping of the same kind; it is taken from
    `mappings` where those are given. `sources`: where enrich steps look.
    """

    mappings: Mapping[str, CompiledMapping] | None = None
    sources: Sources = field(default_factory=Sources)
    targets: Mapping[str, str] | None = None

    def target_of(self, name: str) -> str | None:
        """The target schema of the mapping of that name; None when there is none."""
        if self.targets is not None:
            return self.targets.get(name)
        mapping = (self.mappings or {}).get(name)
        return mapping.document.target if mapping else None


NOTHING: Final = Means()


def run_flow(
    flow: CompiledFlow,
    record: Mapping[str, Any],
    context: Mapping[str, Any],
    means: Means = NOTHING,
    *,
    let_go: bool = False,
) -> FlowRun:
    """Run the steps of a flow on a record, in order.

    `let_go`: a person has let the record go, so that nothing holds it. Never raises for what is in the record: see the
    steps.
    """
    walk = _Walk(flow, record, context, means)
    walk.let_go = let_go
    for step in flow.steps:
        walk.take(step)
    return FlowRun(
        tuple(walk.results), walk.documents, walk.decision, walk.record, walk.context, walk.uses, tuple(walk.messages)
    )  # fmt: skip


class _Walk:
    """One record on its way through the steps."""

    def __init__(
        self,
        flow: CompiledFlow,
        record: Mapping[str, Any],
        context: Mapping[str, Any],
        means: Means,
    ) -> None:
        self.mode = flow.flow.mode
        self.record, self.context = record, context
        self.means = means
        self.decision = GO
        self.ended = False
        self.let_go = False
        self.is_posted = False
        self.documents: dict[str, Mapping[str, Any]] = {}
        self.unusable = False
        self.uses: dict[str, str] = {}
        self.messages: list[Message] = []
        self.results: list[StepResult] = []
        self._do: Mapping[str, Callable[[CompiledStep], tuple[StepOutcome, str]]] = {
            "enrich": self._enrich, "validate": self._validate, "rules": self._rules, "map": self._map,
            "approve": self._approve, "post": self._post, "notify": self._notify,
        }  # fmt: skip

    def take(self, compiled: CompiledStep) -> None:
        step = compiled.step
        if not step.enabled:
            self._note(step, "skipped", "This step is switched off.")
        elif self.ended:
            self._note(step, "skipped", "Not reached: the record was stopped above.")
        else:
            before = self._seen(step)
            outcome, words = self._do[step.kind](compiled)
            self._note(step, outcome, words, before, self._seen(step, done=True))

    def _note(
        self, step: Step, outcome: StepOutcome, words: str, before: Any = None, after: Any = None
    ) -> None:
        self.results.append(StepResult(step.id, step.kind, outcome, words, before, after))

    def _seen(self, step: Step, *, done: bool = False) -> Any:
        """The data a step works on, for people to compare."""
        if self.means.mappings is None:
            return None
        if step.kind == "map" and done:
            return self.documents.get(_mapping_of(step))
        if step.kind == "enrich":
            return dict(self.context.get("enriched", {}))
        if step.kind == "post":
            return dict(self.documents)
        if step.kind == "notify":
            return [message.text for message in self.messages if message.step == step.id] if done else None
        return self.record

    def _enrich(self, compiled: CompiledStep) -> tuple[StepOutcome, str]:
        found = enrich(compiled.step.settings, self.record, self.means.sources, self.context)
        if isinstance(found, Problem):
            return self._hold(compiled.step, found.message)
        enriched = {**self.context.get("enriched", {}), found.into: found.value}
        self.context = {**self.context, "enriched": enriched}
        if found.value is None:
            return "passed", "Nothing was found; what reads it stays empty."
        return "passed", f"Found: context:enriched.{found.into}."

    def _validate(self, compiled: CompiledStep) -> tuple[StepOutcome, str]:
        faults: list[str] = []
        warnings: list[str] = []
        for check in compiled.checks:
            words = self._unmet(check.must.holds, check.otherwise)
            if words:
                (faults if check.stops else warnings).append(words)
        if not faults:
            return "passed", " ".join(warnings) or "Every check is met."
        reasons = tuple(Reason(compiled.step.id, words) for words in faults)
        self.decision = combined(self.decision, Decision("hold", reasons=reasons))
        return "failed", " ".join(faults)

    def _unmet(self, holds: Callable[[Mapping[str, Any], Mapping[str, Any]], bool], otherwise: str) -> str:
        try:
            return "" if holds(self.record, self.context) else otherwise
        except TransformError as problem:
            return str(problem)

    def _rules(self, compiled: CompiledStep) -> tuple[StepOutcome, str]:
        said = decide(compiled.rules, self.record, self.context)
        self.decision = combined(self.decision, said)
        if said.sets:
            self.record = with_fields(self.record, said.sets)
        if said.outcome == "skip":
            self.ended = True
        return ("passed" if said.outcome == "go" else "stopped"), _said(said)

    def _map(self, compiled: CompiledStep) -> tuple[StepOutcome, str]:
        own = _mapping_of(compiled.step)
        name = self._routed(own)
        self.uses[own] = name
        if self.means.mappings is None:
            return "passed", ""
        mapping = self.means.mappings.get(name)
        if mapping is None:
            self.unusable = True
            return "failed", f"There is no mapping “{name}”."
        made = mapping.evaluate(self.record, self.context)
        self.documents[own] = made.document
        faults = [problem.message for problem in made.problems if problem.stops]
        if faults:
            self.unusable = True
            return "failed", " ".join(faults)
        warnings = [problem.message for problem in made.problems]
        return "passed", " ".join([f"Made by the mapping “{name}”.", *warnings])

    def _routed(self, own: str) -> str:
        target = self.means.target_of(own)
        return next((name for name in self.decision.routes if self.means.target_of(name) == target), own)

    def _approve(self, compiled: CompiledStep) -> tuple[StepOutcome, str]:
        try:
            needed = compiled.when is None or compiled.when.holds(self.record, self.context)
        except TransformError as problem:
            return self._hold(compiled.step, f"It cannot be judged whether this needs approval: {problem}")
        if not needed:
            return "passed", "No approval is needed."
        role = str(compiled.step.settings.get("role") or "operator")
        words = compiled.step.note.strip() or f"A second person ({role}) has to approve this."
        reason = Reason(compiled.step.id, words)
        self.decision = combined(self.decision, Decision("approve", role=role, reasons=(reason,)))
        return "stopped", words

    def _hold(self, step: Step, words: str) -> tuple[StepOutcome, str]:
        self.decision = combined(self.decision, Decision("hold", reasons=(Reason(step.id, words),)))
        return "failed", words

    def _post(self, compiled: CompiledStep) -> tuple[StepOutcome, str]:
        if self.unusable:
            return "failed", "Nothing is posted: a document above could not be made."
        if self.decision.waits and not self.let_go:
            return "stopped", f"Held until a person lets it go: {self.decision.words()}"
        self.is_posted = True
        if self.mode == "shadow":
            return "passed", "Shadow: the documents are made and shown, and never sent."
        return "passed", "Posted to Xero."

    def _notify(self, compiled: CompiledStep) -> tuple[StepOutcome, str]:
        waits = any(result.kind == "post" and result.outcome != "skipped" for result in self.results)
        if waits and not self.is_posted:
            return "skipped", "Told once the documents are posted."
        context = {**self.context, "outcome": self.decision.outcome}
        try:
            if compiled.when is not None and not compiled.when.holds(self.record, context):
                return "skipped", "Its condition is not met."
        except TransformError as problem:
            return "failed", str(problem)
        settings = compiled.step.settings
        channel = str(settings.get("channel", ""))
        text = fill_in(str(settings.get("text") or ""), self.record, context)
        self.messages.append(Message(compiled.step.id, channel, str(settings.get("to") or ""), text, waits))
        return "passed", f"Told to {_CHANNELS.get(channel, channel)}."


def _mapping_of(step: Step) -> str:
    return str(step.settings.get("mapping", ""))


def _said(said: Decision) -> str:
    if not said.reasons and not (said.tags or said.sets or said.routes):
        return f"No rule applies ({len(said.asked)} asked)."
    parts = [said.words()]
    parts += [f"Label: {tag}." for tag in said.tags]
    parts += [f"{field} set to {value}." for field, value in said.sets.items()]
    parts += [f"Mapping: {name}." for name in said.routes]
    return " ".join(part for part in parts if part)
