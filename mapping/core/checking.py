"""Everything wrong or doubtful in a blueprint, each finding tied to the mapping, rule, flow or table it belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from mapping.core.blueprint import Blueprint
from mapping.core.compiler import check_document
from mapping.core.flows.checking import Surroundings, check_flows
from mapping.core.flows.compiled import schema_of
from mapping.core.problems import Problem
from mapping.core.rules.checking import check_rules
from mapping.core.schemas import Schema
from mapping.core.tables import Table

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


def blueprint_problems(blueprint: Blueprint) -> tuple[Finding, ...]:
    """All findings: mappings first, then tables, rules and flows."""
    around = Surroundings(
        {name: document.target for name, document in blueprint.mappings.items()},
        set(blueprint.tables),
        blueprint.rules,
    )
    return (
        *(finding for name in sorted(blueprint.mappings) for finding in mapping_problems(blueprint, name)),
        *(
            Finding("table", table.id, problem)
            for table in blueprint.tables.values()
            for problem in _doubled(table)
        ),
        *_found("rule", check_rules(blueprint.rules, _schemas(blueprint), set(blueprint.mappings))),
        *_found("flow", check_flows(blueprint.flows, around)),
    )


def mapping_problems(blueprint: Blueprint, name: str) -> tuple[Finding, ...]:
    """The findings of one mapping."""
    return tuple(Finding("mapping", name, problem) for problem in check_document(blueprint.mappings[name]))


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


def _doubled(table: Table) -> Iterator[Problem]:
    for key, count in Counter(row[0] for row in table.rows if row).items():
        if count > 1:
            yield Problem(
                f"The key “{key}” stands {count} times in the table: only the last one counts.",
                severity="warning",
            )
