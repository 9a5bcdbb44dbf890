"""Trying a flow on one record, step by step: read only, nothing is stored and nothing sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.clock import business_now
from integrations.models import Order, Pair, Payment
from mapping.core.blueprint import Blueprint
from mapping.core.compiler import compile_mapping
from mapping.core.evaluate import CompiledMapping
from mapping.core.flows.compiled import compile_flow
from mapping.core.flows.document import Flow
from mapping.core.flows.run import FlowRun, Means, run_flow
from mapping.core.problems import MappingInvalidError, Problem
from mapping.core.tables import as_context
from mapping.services.looking_up import sources_of
from mapping.services.records import (
    contact_source,
    invoice_context,
    invoice_status,
    pair_context,
    payment_amount,
    payment_source,
)

_STATUS = {"order_received": "AUTHORISED"}


def try_flow(
    pair: Pair,
    blueprint: Blueprint,
    flow_id: str,
    sample: Mapping[str, Any],
    context: Mapping[str, Any] | None = None,
) -> FlowRun:
    """What a flow of a blueprint (draft or published) would do with a record, with the data around each step.

    `sample` is the record as its schema has it; `context` adds to the pair's settings what the posting of a stored record
    knows (invoice number, rate). The contact of an order is mapped with the order's own customer. Raises KeyError for a
    flow the blueprint does not have, and MappingInvalidError, with every fault, where it cannot run at all.
    """
    flow = next((one for one in blueprint.flows if one.id == flow_id), None)
    if flow is None:
        raise KeyError(flow_id)
    known = {
        **pair_context(pair, business_now()),
        **as_context(blueprint.tables),
        "status": _STATUS.get(flow.trigger, ""),
        "event": flow.trigger.replace("_", "."),
        **(context or {}),
    }
    compiled = compile_flow(flow, blueprint.rules)
    return run_flow(compiled, sample, known, Means(_mappings(blueprint, flow), sources_of(pair, blueprint)))


def try_flow_on(pair: Pair, blueprint: Blueprint, flow_id: str, stored: Order | Payment) -> FlowRun:
    """The same for a stored order or payment, with what its posting would know. Raises like `try_flow`."""
    if isinstance(stored, Payment):
        sample = payment_source(stored, payment_amount(stored), stored.taken_at or business_now())
        order_number = stored.order.number if stored.order else stored.order_number
        return try_flow(pair, blueprint, flow_id, {**sample, "order_number": order_number})
    context = invoice_context(
        pair,
        stored,
        number=stored.number,
        status=invoice_status(stored),
        vendor_tx_code=stored.document.get("payment", {}).get("vendor_tx_code", ""),
    )
    customer = contact_source(stored.customer) if stored.customer else {}
    return try_flow(pair, blueprint, flow_id, {**stored.document, **customer}, context)


def _mappings(blueprint: Blueprint, flow: Flow) -> dict[str, CompiledMapping]:
    """The mappings the flow's steps and the routes of rules may lead to."""
    steps = {
        str(step.settings.get("mapping", "")) for step in flow.steps if step.kind == "map" and step.enabled
    }
    routes = {
        str(effect.value) for rule in blueprint.rules for effect in rule.effects if effect.kind == "route"
    }
    problems: list[Problem] = []
    compiled: dict[str, CompiledMapping] = {}
    for name in sorted((steps | routes) & blueprint.mappings.keys()):
        try:
            compiled[name] = compile_mapping(blueprint.mappings[name])
        except MappingInvalidError as error:
            problems += [Problem(f"{name}: {problem.message}", problem.row) for problem in error.problems]
    if problems:
        raise MappingInvalidError(problems)
    return compiled
