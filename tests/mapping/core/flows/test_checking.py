"""Static checks of flows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mapping.core.flows.checking import Surroundings, check_flows, check_flows_and_rules
from mapping.core.flows.defaults import SHIPPED_FLOWS
from mapping.core.flows.document import Flow, Step, StepKind
from mapping.core.rules.document import Effect, Rule

TARGETS = {
    "contact": "xero:Contact",
    "invoice": "xero:Invoice",
    "payment": "xero:Payment",
    "credit_note": "xero:CreditNote",
    "refund": "xero:Payment",
    "settlement_transfer": "xero:BankTransfer",
    "settlement_fee": "xero:BankTransaction",
}
AROUND = Surroundings(TARGETS, {"agents"}, (Rule("a", "A", "", (Effect("hold"),)),))


def step(kind: StepKind, **settings: Any) -> Step:
    return Step(str(settings.pop("id", kind)), kind, settings)


MAP, POST = step("map", mapping="invoice"), step("post")


CONTACT = step("map", id="contact", mapping="contact")


def flow(*steps: Step, **changes: Any) -> Flow:
    """A flow of orders; the contact is mapped beside the invoice."""
    at = next((number for number, one in enumerate(steps) if one.kind == "map"), len(steps))
    steps = (*steps[:at], CONTACT, *steps[at:]) if at < len(steps) else steps
    return replace(Flow("own", "Own", "order_received", "on", steps), **changes)


def words(*flows: Flow) -> str:
    return " | ".join(problem.message for problem in check_flows(flows, AROUND))


def test_the_shipped_flows_have_no_problems() -> None:
    assert not check_flows(SHIPPED_FLOWS, AROUND)


def test_a_flow_with_every_kind_of_step_has_no_problems() -> None:
    checks = [{"must": "total > 0", "otherwise": "Nothing to pay.", "effect": "stop"}]
    assert not words(
        flow(
            step("enrich", what="table", table="agents", key="customer.id", into="agent"),
            step("validate", checks=checks),
            step("rules", only=["a"]),
            MAP,
            step("approve", when="total > 500", role="operator"),
            step("notify", channel="chat", text="{number} waits", when='context:outcome == "approve"'),
            POST,
            step(
                "notify",
                id="mail",
                channel="email",
                to="books@example.com",
                text="{number} of {context:pair.name}",
            ),
        )
    )


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((POST,), "nothing to post yet"),
        ((MAP,), "no step posts them"),
        ((MAP, POST, replace(POST, id="again")), "posts once"),
        ((MAP, POST, step("approve", role="operator")), "after posting, too late"),
        ((MAP, step("rules"), POST), "after mapping and has no effect"),
        ((MAP, replace(MAP, id="second"), POST), "Two steps map an invoice"),
        ((step("map", mapping="nowhere"), POST), "no mapping “nowhere”"),
        ((step("map"), POST), "Choose the mapping"),
        ((step("rules", only=["b"]), MAP, POST), "no rule “b”"),
        ((step("approve"), MAP, POST), "who may approve"),
        ((step("approve", when="totl > 5", role="operator"), MAP, POST), "did you mean total?"),
        ((step("approve", when="total >", role="operator"), MAP, POST), "cannot be read"),
        ((step("enrich", what="weather", key="number", into="x"), MAP, POST), "Say what to look up"),
        ((step("enrich", what="table", table="x", key="number", into="x"), MAP, POST), "no table “x”"),
        (
            (step("enrich", what="customer", key="customer.mail", into="x"), MAP, POST),
            "did you mean customer.email?",
        ),
        ((step("enrich", what="customer"), MAP, POST), "Choose the field to look it up by"),
        ((step("validate"), MAP, POST), "checks nothing yet"),
        ((step("validate", checks=[{"must": "total > 0"}]), MAP, POST), "does not say what is wrong"),
        ((step("validate", checks=[{"otherwise": "x"}]), MAP, POST), "has no condition"),
        ((MAP, POST, step("notify", channel="fax")), "Say who is told"),
        ((MAP, POST, step("notify", channel="shop")), "payments and refunds only"),
        ((MAP, POST, step("notify", channel="email", to="nobody", text="x")), "Write the e-mail address"),
        ((MAP, POST, step("notify", channel="chat")), "Write the text"),
        ((MAP, POST, step("notify", channel="chat", text="{totl}")), "did you mean total?"),
        ((MAP, POST, step("notify", channel="chat", to="https://x.example/y", text="x")), "is a secret"),
    ],
)
def test_what_is_wrong_is_tied_to_flow_and_step(steps: tuple[Step, ...], expected: str) -> None:
    found = check_flows([flow(*steps)], AROUND)
    assert expected in " | ".join(problem.message for problem in found)
    assert {problem.row for problem in found} == {"own"}
    assert {problem.target for problem in found} <= {"", "contact", *(step.id for step in steps)}


def test_xero_takes_no_invoice_without_its_contact() -> None:
    found = check_flows([Flow("own", "Own", "order_received", "on", (MAP, POST))], AROUND)
    assert [problem.message for problem in found] == [
        "No step maps a contact, which Xero needs: add a map step for it."
    ]


def test_all_problems_are_found_at_once() -> None:
    found = check_flows([flow(step("enrich"), step("approve"), step("map"), step("notify"))], AROUND)
    assert {problem.target for problem in found} == {"enrich", "approve", "map", "notify"}


def test_steps_that_are_switched_off_do_not_count_for_the_order() -> None:
    assert not words(flow(MAP, replace(step("rules"), enabled=False), POST))


def test_two_flows_at_work_on_the_same_records_are_refused() -> None:
    own = flow(MAP, POST)
    assert "booked twice" in words(SHIPPED_FLOWS[0], own)
    assert not words(replace(SHIPPED_FLOWS[0], mode="off"), own)


def test_a_flow_that_nothing_sets_off_says_so_once_it_is_on() -> None:
    assert "Nothing sets this flow off" in words(replace(SHIPPED_FLOWS[3], mode="on"))


def test_rules_are_judged_by_the_records_of_the_flows_that_ask_them() -> None:
    around = replace(AROUND, rules=(Rule("a", "A", "amount > 5", (Effect("hold"),)),))
    assert not check_flows_and_rules(SHIPPED_FLOWS, around)
    orders_only = check_flows_and_rules(SHIPPED_FLOWS[:1], around)
    assert [problem.row for problem in orders_only] == ["a"]
