"""A blueprint: the mappings, rules, flows and look-up tables of a pair, which are drafted and published together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mapping.core.document import MappingDocument, to_json
from mapping.core.flows.document import Flow, flow_to_json
from mapping.core.rules.document import Rule, rule_to_json
from mapping.core.tables import Table, table_to_json

FORMAT: Final = 2


@dataclass(frozen=True, slots=True)
class Blueprint:
    """Everything that decides what becomes of a record; `mappings` and `tables` by their names."""

    mappings: Mapping[str, MappingDocument] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    flows: tuple[Flow, ...] = ()


def blueprint_to_json(blueprint: Blueprint) -> dict[str, Any]:
    """Plain JSON values; reading them again gives the identical blueprint."""
    return {
        "format": FORMAT,
        "mappings": {name: to_json(document) for name, document in blueprint.mappings.items()},
        "tables": {name: table_to_json(table) for name, table in blueprint.tables.items()},
        "rules": [rule_to_json(rule) for rule in blueprint.rules],
        "flows": [flow_to_json(flow) for flow in blueprint.flows],
    }
