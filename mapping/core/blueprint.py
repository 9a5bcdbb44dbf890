"""A blueprint: the mappings, rules, flows and look-up tables of a pair, which are drafted and published together."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final, TypeVar

from mapping.core.defaults import KINDS, default_document
from mapping.core.document import MappingDocument, to_json
from mapping.core.flows.defaults import SHIPPED_FLOWS
from mapping.core.flows.document import Flow, flow_to_json
from mapping.core.reading import Form, flow_of, mapping_of, rule_of, table_of, valid_id
from mapping.core.rules.document import Rule, rule_to_json
from mapping.core.tables import Table, table_to_json

FORMAT: Final = 2
MOST_MAPPINGS: Final = 100
MOST_ROWS: Final = 2_000

_Item = TypeVar("_Item", Rule, Flow)


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
        "mappings": {name: to_json(document) for name, document in sorted(blueprint.mappings.items())},
        "tables": {name: table_to_json(table) for name, table in sorted(blueprint.tables.items())},
        "rules": [rule_to_json(rule) for rule in blueprint.rules],
        "flows": [flow_to_json(flow) for flow in blueprint.flows],
    }


def blueprint_to_text(blueprint: Blueprint) -> str:
    """The blueprint as indented JSON text, as exported files hold it."""
    return json.dumps(blueprint_to_json(blueprint), indent=1, ensure_ascii=False) + "\n"


def blueprint_from_json(value: Any) -> Blueprint:
    """The exact inverse of `blueprint_to_json`. Raises MappingInvalidError with all faults of form at once.

    Whether paths, transforms, rules and flows make sense is judged by `checking.blueprint_problems`.
    """
    form = Form()
    blueprint = blueprint_of(form, value)
    form.finish()
    return blueprint


def blueprint_of(form: Form, value: Any) -> Blueprint:
    """As `blueprint_from_json`, with the faults noted in `form`."""
    data = form.object(value, "The blueprint")
    if data.get("format") != FORMAT:
        form.fault(f"This file has format {data.get('format', 'none')}; this version reads format {FORMAT}.")
    return Blueprint(
        mappings=_mappings(form, form.object(data.get("mappings", {}), "“mappings”")),
        tables=_tables(form, form.object(data.get("tables", {}), "“tables”")),
        rules=_items(form, form.list(data, "rules", "The blueprint"), rule_of, "rule"),
        flows=_items(form, form.list(data, "flows", "The blueprint"), flow_of, "flow"),
    )


def _mappings(form: Form, values: Mapping[str, Any]) -> dict[str, MappingDocument]:
    if len(values) > MOST_MAPPINGS:
        form.fault(f"There are {len(values)} mappings; there can be {MOST_MAPPINGS} at most.")
        return {}
    mappings = {}
    for name, value in values.items():
        mappings[name] = named_mapping(form, name, value)
    return mappings


def named_mapping(form: Form, name: str, value: Any) -> MappingDocument:
    """One mapping of a blueprint; its faults say which one it is."""
    outside, form.prefix = form.prefix, f"{form.prefix}{name}: "
    if not valid_id(name):
        form.fault("The name of a mapping should be letters, digits, - and _, 64 at most.")
    document = mapping_of(form, value, "The mapping")
    if len(document.rows) > MOST_ROWS:
        form.fault(f"It has {len(document.rows)} rows; it can have {MOST_ROWS} at most.")
    form.prefix = outside
    return document


def _tables(form: Form, values: Mapping[str, Any]) -> dict[str, Table]:
    tables = {}
    for name, value in values.items():
        table = table_of(form, value, f"The table “{name}”")
        if table.id and table.id != name:
            form.fault(f"The table “{name}” has the id “{table.id}”: both must be the same.")
        tables[name] = table
    return tables


def _items(
    form: Form, values: list[Any], read: Callable[[Form, Any, str], _Item], noun: str
) -> tuple[_Item, ...]:
    seen: set[str] = set()
    items: list[_Item] = []
    for number, value in enumerate(values, 1):
        item = read(form, value, f"{noun.capitalize()} {number}")
        if item.id in seen:
            form.fault(
                f"{noun.capitalize()} {number} has the id “{item.id}” of an earlier one: ids must differ."
            )
        seen.add(item.id)
        items.append(item)
    return tuple(items)


@cache
def default_blueprint() -> Blueprint:
    """What the product ships with: every shipped mapping and flow, no rules and no tables."""
    return Blueprint(mappings={kind: default_document(kind) for kind in KINDS}, flows=SHIPPED_FLOWS)


def completed(own: Blueprint, shipped: Blueprint) -> Blueprint:
    """`own` with the shipped mappings of names it lacks, and the shipped flows of triggers it has no flow for.

    To be rid of a shipped flow it is switched off, so that no payment goes unposted because a flow was forgotten.
    """
    triggers = {flow.trigger for flow in own.flows}
    return replace(
        own,
        mappings={**shipped.mappings, **own.mappings},
        flows=(*own.flows, *(flow for flow in shipped.flows if flow.trigger not in triggers)),
    )
