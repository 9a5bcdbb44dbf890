"""Versions in use, for the pipeline to go by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from integrations.models import Pair
from mapping.core.blueprint import Blueprint
from mapping.core.document import MappingDocument
from mapping.core.flows.defaults import SHIPPED_FLOWS
from mapping.core.flows.document import Flow, Mode, Step
from mapping.core.rules.document import Effect, EffectKind, Rule
from mapping.core.tables import Table
from mapping.models import MappingVersion
from mapping.services.versions import create_draft, publish

ORDERS, PAYMENTS = SHIPPED_FLOWS[0], SHIPPED_FLOWS[1]


def rule(rule_id: str, when: str, kind: EffectKind, value: Any = None, target: str = "", **more: Any) -> Rule:
    """A rule of one effect, whose reason is its id in words."""
    return Rule(
        rule_id, rule_id.capitalize(), when, (Effect(kind, target, value, f"Rule {rule_id}."),), **more
    )


def with_step(flow: Flow, step: Step, before: str) -> Flow:
    """The flow with one more step before the one of that id; "" for the end."""
    ids = [one.id for one in flow.steps]
    at = ids.index(before) if before else len(ids)
    return replace(flow, steps=(*flow.steps[:at], step, *flow.steps[at:]))


def modes(orders: Mode = "on", payments: Mode = "on") -> tuple[Flow, ...]:
    """The shipped flows in these modes."""
    return replace(ORDERS, mode=orders), replace(PAYMENTS, mode=payments)


def use(
    pair: Pair,
    *rules: Rule,
    flows: Iterable[Flow] = (),
    mappings: Mapping[str, MappingDocument] | None = None,
    tables: Mapping[str, Table] | None = None,
) -> MappingVersion:
    """Publish a version of the pair."""
    blueprint = Blueprint(mappings or {}, tables or {}, rules, tuple(flows))
    return publish(create_draft(pair, blueprint))
