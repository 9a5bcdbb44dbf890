"""Running flows on one record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mapping.core.compiler import compile_mapping
from mapping.core.defaults import default_document
from mapping.core.enrichment import Sources
from mapping.core.evaluate import CompiledMapping
from mapping.core.flows.compiled import compile_flow
from mapping.core.flows.defaults import SHIPPED_FLOWS, flow_in_force
from mapping.core.flows.document import Flow, Step, StepKind
from mapping.core.flows.run import FlowRun, Means, run_flow
from mapping.core.flows.texts import fill_in
from mapping.core.problems import MappingInvalidError
from mapping.core.rules.document import Effect, Rule
from mapping.core.tables import Table
from tests.mapping.builders import a_context, a_payment, an_order

ORDERS, PAYMENTS = SHIPPED_FLOWS[0], SHIPPED_FLOWS[1]


@pytest.fixture(scope="module")
def mappings() -> dict[str, CompiledMapping]:
    made = {name: compile_mapping(default_document(name)) for name in ("contact", "invoice", "payment")}
    gift = replace(default_document("invoice"), name="gift", note="gift")
    return {**made, "invoice_gift": compile_mapping(gift)}


def step(kind: StepKind, **settings: Any) -> Step:
    return Step(str(settings.pop("id", kind)), kind, settings)


def flow(*steps: Step, mode: Any = "on") -> Flow:
    return Flow("orders", "Orders", "order_received", mode, steps)


MAP, POST = step("map", mapping="invoice"), step("post")


def run(one: Flow, *rules: Rule, order: dict[str, Any] | None = None, **more: Any) -> FlowRun:
    return run_flow(compile_flow(one, rules), order or an_order(), a_context(), Means(**more))


def outcomes(done: FlowRun) -> list[tuple[str, str]]:
    return [(result.step, result.outcome) for result in done.steps]


def test_the_shipped_flow_of_orders_makes_contact_and_invoice(mappings: dict[str, CompiledMapping]) -> None:
    done = run(ORDERS, mappings=mappings)
    assert outcomes(done) == [
        ("rules", "passed"), ("contact", "passed"), ("invoice", "passed"), ("post", "passed"),
    ]  # fmt: skip
    assert done.documents["contact"]["Name"] == "Ada Moss"
    assert done.documents["invoice"]["Type"] == "ACCREC"
    assert done.decision.outcome == "go"


def test_the_shipped_flow_of_payments_makes_the_payment_and_tells_shop_and_customer(
    mappings: dict[str, CompiledMapping],
) -> None:
    done = run_flow(compile_flow(PAYMENTS, ()), a_payment(), a_context(), Means(mappings))
    assert done.documents["payment"]["Account"]
    assert [(message.channel, message.waits) for message in done.messages] == [
        ("shop", True),
        ("customer", True),
    ]


def test_each_step_shows_the_data_before_and_after(mappings: dict[str, CompiledMapping]) -> None:
    gift = Rule("gift", "Gift", "", (Effect("set_field", "note", "gift"),))
    done = run(flow(step("rules"), MAP, POST), gift, mappings=mappings)
    rules, mapped, posted = done.steps
    assert (rules.before.get("note"), rules.after["note"]) == (an_order().get("note"), "gift")
    assert mapped.before["note"] == "gift"
    assert mapped.after == done.documents["invoice"]
    assert posted.before == {"invoice": done.documents["invoice"]}


def test_without_mappings_only_the_decision_is_made_and_nothing_is_kept_of_the_data() -> None:
    done = run(ORDERS)
    assert done.decision.outcome == "go"
    assert not done.documents
    assert {result.before for result in done.steps} == {None}


def test_a_held_record_has_its_documents_made_and_not_posted(mappings: dict[str, CompiledMapping]) -> None:
    rule = Rule("big", "Big", "total > 10", (Effect("hold", reason="Look."),))
    done = run(flow(step("rules"), MAP, POST), rule, mappings=mappings)
    assert outcomes(done) == [("rules", "stopped"), ("map", "passed"), ("post", "stopped")]
    assert "Look." in done.steps[-1].words


def test_a_skipped_record_ends_there(mappings: dict[str, CompiledMapping]) -> None:
    rule = Rule("tiny", "Tiny", "", (Effect("skip", reason="Test order."),))
    done = run(flow(step("rules"), MAP, POST), rule, mappings=mappings)
    assert outcomes(done) == [("rules", "stopped"), ("map", "skipped"), ("post", "skipped")]
    assert not done.documents


def test_a_step_that_is_switched_off_is_skipped() -> None:
    approve = replace(step("approve", role="operator"), enabled=False)
    assert run(flow(approve, POST)).decision.outcome == "go"


@pytest.mark.parametrize(
    ("condition", "outcome"), [("total > 10", "approve"), ("total > 1000", "go"), ("", "approve")]
)
def test_an_approval_is_asked_for_where_its_condition_is_met(condition: str, outcome: str) -> None:
    done = run(flow(step("approve", when=condition, role="administrator"), POST))
    assert done.decision.outcome == outcome
    assert done.decision.role == ("administrator" if outcome == "approve" else "")


def test_a_failed_check_holds_the_record_and_says_all_that_fails() -> None:
    checks = [
        {"must": "customer.company != null", "otherwise": "No company.", "effect": "stop"},
        {"must": "total > 1000", "otherwise": "Too small.", "effect": "stop"},
        {"must": "total > 0", "otherwise": "Nothing to pay.", "effect": "stop"},
    ]
    done = run(
        flow(step("validate", checks=checks), POST), order=an_order(customer={"email": "ada@example.com"})
    )
    assert outcomes(done)[0] == ("validate", "failed")
    assert done.steps[0].words == "No company. Too small."
    assert done.decision.outcome == "hold"


def test_a_check_that_only_warns_lets_the_record_pass() -> None:
    checks = [{"must": "total > 1000", "otherwise": "Small.", "effect": "warn"}]
    done = run(flow(step("validate", checks=checks), POST))
    assert outcomes(done)[0] == ("validate", "passed")
    assert done.steps[0].words == "Small."
    assert done.decision.outcome == "go"


def test_what_is_looked_up_can_be_read_by_the_steps_that_follow() -> None:
    look_up = step("enrich", what="table", table="agents", key="customer.id", into="agent")
    rule = Rule("agent", "Agent", 'context:enriched.agent == "Rosa"', (Effect("tag", value="rosa"),))
    agents = Table("agents", "Agents", ("customer", "agent"), (("C-77", "Rosa"),))
    done = run(flow(look_up, step("rules"), POST), rule, sources=Sources(tables={"agents": agents}))
    assert done.decision.tags == ("rosa",)
    assert done.context["enriched"] == {"agent": "Rosa"}


def test_a_record_whose_look_up_fails_is_held_with_the_reason() -> None:
    agents = Table("agents", "Agents", ("customer", "agent"), (("C-78", "Rosa"),))
    look_up = step("enrich", what="table", table="agents", key="customer.id", into="agent")
    done = run(flow(look_up, POST), sources=Sources(tables={"agents": agents}))
    assert outcomes(done) == [("enrich", "failed"), ("post", "stopped")]
    assert "“C-77” is not in the look-up table “agents”" in done.decision.words()


def test_a_customer_nobody_knows_is_a_new_one() -> None:
    done = run(flow(step("enrich", what="customer", key="customer.email", into="who"), POST))
    assert done.decision.outcome == "go"
    assert done.context["enriched"] == {"who": None}


def test_a_route_replaces_the_mapping_of_the_same_target_only(mappings: dict[str, CompiledMapping]) -> None:
    rule = Rule("gift", "Gift", "", (Effect("route", value="invoice_gift"),))
    done = run(ORDERS, rule, mappings=mappings)
    assert done.uses == {"contact": "contact", "invoice": "invoice_gift"}


def test_a_document_that_cannot_be_made_is_not_posted(mappings: dict[str, CompiledMapping]) -> None:
    done = run_flow(compile_flow(ORDERS, ()), an_order(), {**a_context(), "accounts": {}}, Means(mappings))
    assert ("invoice", "failed") in outcomes(done)
    assert outcomes(done)[-1] == ("post", "failed")


def test_messages_before_the_post_step_are_sent_at_once_also_of_what_waits() -> None:
    rule = Rule("big", "Big", "", (Effect("require_approval", value="operator"),))
    tell = step(
        "notify", channel="chat", text="{number}: {total} {currency}", when='context:outcome == "approve"'
    )
    after = step("notify", id="after", channel="chat", text="done")
    done = run(flow(step("rules"), tell, MAP, POST, after), rule)
    assert [(message.step, message.text, message.waits) for message in done.messages] == [
        ("notify", "HF-10042: 38.34 GBP", False)
    ]
    assert outcomes(done)[-1] == ("after", "skipped")


def test_messages_after_the_post_step_wait_for_the_documents() -> None:
    done = run(flow(MAP, POST, step("notify", channel="chat", text="done")))
    assert [message.waits for message in done.messages] == [True]


def test_texts_show_a_dash_for_what_the_record_does_not_have() -> None:
    assert fill_in("{number} {customer.vip} {lines[].sku}", an_order(), {}) == "HF-10042 – TEA-250, POT-1"


def test_a_flow_with_conditions_that_do_not_parse_does_not_compile() -> None:
    with pytest.raises(MappingInvalidError):
        compile_flow(flow(step("approve", when="total >", role="operator")), ())


def test_the_flow_in_force_is_the_one_that_is_on_and_else_the_one_in_shadow() -> None:
    off, shadow = replace(ORDERS, id="a", mode="off"), replace(ORDERS, id="b", mode="shadow")
    assert flow_in_force((off, shadow, replace(ORDERS, id="c")), "order_received") == replace(ORDERS, id="c")
    assert flow_in_force((off, shadow), "order_received") == shadow
    assert flow_in_force((off,), "payment_received") is None
    assert flow_in_force((), "payment_received") == PAYMENTS


def test_only_flows_that_look_at_records_are_asked_about_each() -> None:
    assert not compile_flow(ORDERS, ()).judges
    assert compile_flow(ORDERS, (Rule("a", "A", "", (Effect("hold"),)),)).judges
    assert compile_flow(flow(step("approve", role="operator"), POST), ()).judges
