"""A trial as the page shows it: what each step changed is lit, what it left alone is put aside."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mapping.core.flows.compiled import compile_flow
from mapping.core.flows.document import Flow, Step
from mapping.core.flows.run import Means, run_flow
from mapping.core.flows.seen import FieldSeen
from mapping.core.rules.document import Effect, Rule
from mapping.presenting.trials import ShownTrial, shown_trial

RECORD: dict[str, Any] = {"number": "HF-1", "total": "1200.00", "currency": "GBP"}
TAGS = Rule("vip", "Name it", "total > 1000", (Effect("set_field", target="note", value="Large"),))
HOLDS = Rule("large", "Large orders wait", "total > 1000", (Effect("hold", reason="Somebody looks at it."),))
FLOW = Flow(
    "orders", "Orders", "order_received", steps=(Step("rules", "rules"), Step("late", "rules", enabled=False))
)


def trial(flow: Flow, *rules: Rule) -> ShownTrial:
    run = run_flow(compile_flow(flow, rules), RECORD, {}, Means({}))
    return shown_trial(flow, run, RECORD, title="HF-1", description="1,200.00 GBP")


def test_what_a_step_set_is_lit_and_the_rest_is_put_aside() -> None:
    step = trial(FLOW, TAGS).steps[0]
    assert step.changed == (FieldSeen("note", None, "Large"),)
    assert [field.path for field in step.unchanged] == ["number", "total", "currency"]
    assert (step.outcome_words, step.tone) == ("Passed", "ok")


def test_a_step_switched_off_is_left_out() -> None:
    assert trial(FLOW).steps[1].outcome_words == "Left out"


def test_the_verdict_says_what_becomes_of_the_record() -> None:
    assert trial(FLOW).verdict == "It passes every step."
    assert trial(FLOW, HOLDS).verdict == "It would wait: a step stopped it."
    assert "off and does nothing" in trial(replace(FLOW, mode="off")).verdict
    assert "in shadow nothing is posted" in trial(replace(FLOW, mode="shadow")).verdict
    broken = replace(FLOW, steps=(Step("map", "map", {"mapping": "gone"}),))
    assert trial(broken).verdict == "It would not be posted: a step failed."


def test_a_document_that_was_made_stands_alone() -> None:
    shown = trial(replace(FLOW, steps=(Step("map", "map", {"mapping": "gone"}),)))
    assert not shown.steps[0].heads
    assert [field.path for field in shown.record] == ["number", "total", "currency"]
