"""Everything wrong or doubtful in a blueprint, each finding tied to the mapping, rule, flow or table it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from integrations.xero.core.chart import Books
from mapping.core.blueprint import Blueprint
from mapping.core.compiler import check_document
from mapping.core.enrichment import enriched_fields
from mapping.core.flows.checking import Surroundings, check_flows
from mapping.core.flows.compiled import schema_of
from mapping.core.problems import Problem
from mapping.core.rules.checking import check_rules
from mapping.core.schemas import Schema
from mapping.core.schemas.context import context_schema
from mapping.core.tables import as_context, check_table

Item = Literal["mapping", "rule", "flow", "table"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem and the item it belongs to, by its id (of a mapping: its name)."""

    item: Item
    id: str
    problem: Problem

    @property
    def stops(self) -> bool:
        """Whether the blueprint must not be published with it."""
        return self.problem.stops

    def __str__(self) -> str:
        return f"{self.item.capitalize()} {self.id}: {self.problem.message}"


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of the pair beside its blueprint: the context's values, and Xero's chart of accounts."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    chart: Books | None = None


def blueprint_problems(blueprint: Blueprint, ground: Ground | None = None) -> tuple[Finding, ...]:
    """All findings: mappings first, then tables, rules and flows. Accounts and tax types are judged with a `ground` only."""
    around = Surroundings(
        {name: document.target for name, document in blueprint.mappings.items()},
        set(blueprint.tables),
        blueprint.rules,
    )
    return (
        *(
            finding
            for name in sorted(blueprint.mappings)
            for finding in mapping_problems(blueprint, name, ground)
        ),
        *(
            Finding("table", table.id, problem)
            for table in blueprint.tables.values()
            for problem in check_table(table)
        ),
        *_found("rule", check_rules(blueprint.rules, _schemas(blueprint), set(blueprint.mappings))),
        *_found("flow", check_flows(blueprint.flows, around)),
    )


def mapping_problems(blueprint: Blueprint, name: str, ground: Ground | None = None) -> tuple[Finding, ...]:
    """The findings of one mapping, judged with the blueprint's tables and what its flows look up."""
    known = ground or Ground()
    problems = check_document(
        blueprint.mappings[name],
        context=context_of(blueprint),
        settings={**known.settings, **as_context(blueprint.tables)},
        chart=known.chart,
    )
    return tuple(Finding("mapping", name, problem) for problem in problems)


def context_of(blueprint: Blueprint) -> Schema:
    """The schema of the context of a blueprint's mappings: the settings, its tables, what its flows look up."""
    looked_up = (
        item
        for flow in blueprint.flows
        for step in flow.steps
        if step.kind == "enrich"
        for item in enriched_fields(step.settings, blueprint.tables)
    )
    return context_schema(blueprint.tables, looked_up)


def stopping(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Only those that forbid publishing."""
    return tuple(finding for finding in findings if finding.stops)


def _found(item: Item, problems: Iterable[Problem]) -> Iterator[Finding]:
    return (Finding(item, problem.row, problem) for problem in problems)


def _schemas(blueprint: Blueprint) -> list[Schema]:
    """What rules can be asked about: the records of the flows that ask them."""
    asking = [flow for flow in blueprint.flows if any(step.kind == "rules" for step in flow.steps)]
    schemas = [schema for flow in asking if (schema := schema_of(flow.trigger)) is not None]
    return list({schema.name: schema for schema in schemas}.values())
