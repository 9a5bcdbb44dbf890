"""Changes of a blueprint: each is data, and each can be taken back exactly.

A change is `{"op": "put" | "drop", "item": what, "mapping": name, "id": id, "value": {...}, "at": position}`. `item` is
row, collection, check (these with the `mapping` they belong to), rule, flow, table, mapping or blueprint. The id of a
collection is its target, of a check its position as text, of a mapping its name. `at` is the place in the list where the
item shall stand; without it the item stays where it is, or comes last when it is new.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, TypeVar

from mapping.core.blueprint import (
    MOST_MAPPINGS,
    MOST_ROWS,
    Blueprint,
    blueprint_of,
    blueprint_to_json,
    named_mapping,
)
from mapping.core.document import MappingDocument, check_json, collection_json, row_json, to_json
from mapping.core.flows.document import flow_to_json
from mapping.core.problems import MappingInvalidError, Problem
from mapping.core.reading import Form, check_of, collection_of, flow_of, row_of, rule_of, table_of
from mapping.core.rules.document import rule_to_json
from mapping.core.tables import table_to_json

Json = dict[str, Any]
ITEMS: Final = ("row", "collection", "check", "rule", "flow", "table", "mapping", "blueprint")
MOST_CHANGES: Final = 500
"""How many changes one step of editing may hold."""

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Change:
    """One change as it was asked for; its `value` is still to be read."""

    op: str
    item: str
    mapping: str
    id: str
    value: Any
    at: int | None
    has_value: bool


@dataclass(frozen=True, slots=True)
class _List(Generic[_Item]):
    """How the items of one kind of list are read, written and told apart. `identify` is None for nameless items."""

    read: Callable[[Form, Any, str], _Item]
    write: Callable[[_Item], Json]
    identify: Callable[[_Item], str] | None
    renames: bool = False


_LISTS: Final[dict[str, _List[Any]]] = {
    "row": _List(row_of, row_json, lambda row: str(row.id)),
    "collection": _List(collection_of, collection_json, lambda item: str(item.target), renames=True),
    "check": _List(check_of, check_json, None),
    "rule": _List(rule_of, rule_to_json, lambda rule: str(rule.id)),
    "flow": _List(flow_of, flow_to_json, lambda flow: str(flow.id)),
}
_PLACES: Final = {
    "row": "rows",
    "collection": "collections",
    "check": "checks",
    "rule": "rules",
    "flow": "flows",
}
_WORDS: Final = {"collection": "for-each"}


def apply(blueprint: Blueprint, changes: Sequence[Any]) -> tuple[Blueprint, list[Json]]:
    """The blueprint after all `changes`, and the changes that lead back to the identical one.

    All or nothing: raises MappingInvalidError with the faults of the first change that cannot be made.
    """
    if len(changes) > MOST_CHANGES:
        raise MappingInvalidError([Problem(f"{len(changes)} changes at once; there can be {MOST_CHANGES}.")])
    inverse: list[Json] = []
    for number, value in enumerate(changes, 1):
        form = Form("" if len(changes) == 1 else f"Change {number}: ")
        change = _read(form, value)
        form.finish()
        blueprint, back = _applied(form, blueprint, change)
        form.finish()
        inverse.append(back)
    return blueprint, inverse[::-1]


def _read(form: Form, value: Any) -> Change:
    where = "A change"
    data = form.object(value, where)
    at = data.get("at")
    if at is not None and (isinstance(at, bool) or not isinstance(at, int) or at < 0):
        form.fault(f"“at” should be a position from 0, not “{at}”.")
    change = Change(
        op=form.choice(data, "op", where, ("put", "drop")),
        item=form.choice(data, "item", where, ITEMS),
        mapping=form.text(data, "mapping", where),
        id=form.text(data, "id", where),
        value=data.get("value"),
        at=at,
        has_value="value" in data,
    )
    if change.op == "put" and not change.has_value:
        form.fault("A change that puts something has no “value”.")
    return change


def _applied(form: Form, blueprint: Blueprint, change: Change) -> tuple[Blueprint, Json]:
    if change.item in ("row", "collection", "check"):
        return _inside_mapping(form, blueprint, change)
    if change.item in ("rule", "flow"):
        place = _PLACES[change.item]
        items, back = _changed_list(form, getattr(blueprint, place), change)
        part: dict[str, Any] = {place: items}
        return replace(blueprint, **part), back
    if change.item == "table":
        return _table(form, blueprint, change)
    if change.item == "mapping":
        return _mapping(form, blueprint, change)
    return _whole(form, blueprint, change)


def _inside_mapping(form: Form, blueprint: Blueprint, change: Change) -> tuple[Blueprint, Json]:
    document = blueprint.mappings.get(change.mapping)
    if document is None:
        form.fault(f"There is no mapping “{change.mapping}” in this version.")
        return blueprint, {}
    place = _PLACES[change.item]
    items, back = _changed_list(form, getattr(document, place), change)
    if len(items) > MOST_ROWS:
        form.fault(f"The mapping has {len(items)} {place}; it can have {MOST_ROWS} at most.")
    part: dict[str, Any] = {place: items}
    changed: MappingDocument = replace(document, **part)
    return replace(blueprint, mappings={**blueprint.mappings, change.mapping: changed}), back


def _changed_list(form: Form, items: tuple[_Item, ...], change: Change) -> tuple[tuple[_Item, ...], Json]:
    kind = _LISTS[change.item]
    found = _position(kind, items, change)
    if change.op == "drop":
        return _dropped(form, items, change, found)
    item = _read_item(form, kind, items, change)
    if form.problems:
        return items, {}
    return _put(kind, items, change, item, found)


def _position(kind: _List[_Item], items: tuple[_Item, ...], change: Change) -> int | None:
    if kind.identify is None:
        position = int(change.id) if change.id.isdecimal() and len(change.id) < 6 else len(items)
        return position if position < len(items) else None
    return next((place for place, item in enumerate(items) if kind.identify(item) == change.id), None)


def _dropped(
    form: Form, items: tuple[_Item, ...], change: Change, found: int | None
) -> tuple[tuple[_Item, ...], Json]:
    kind = _LISTS[change.item]
    if found is None:
        form.fault(f"There is no {_word(change.item)} “{change.id}” to take out.")
        return items, {}
    left = (*items[:found], *items[found + 1 :])
    again = str(len(left)) if kind.identify is None else change.id
    return left, _back(change, "put", id=again, value=kind.write(items[found]), at=found)


def _read_item(form: Form, kind: _List[_Item], items: tuple[_Item, ...], change: Change) -> _Item:
    value = change.value
    if kind.identify is not None and isinstance(value, Mapping) and change.item != "collection":
        value = {"id": change.id, **value}
    item = kind.read(form, value, f"The {_word(change.item)}")
    if kind.identify is None or form.problems:
        return item
    name = kind.identify(item)
    if name == change.id:
        return item
    if not kind.renames:
        form.fault(
            f"The {_word(change.item)} “{change.id}” comes with the id “{name}”: both must be the same."
        )
    elif any(kind.identify(other) == name for other in items):
        form.fault(f"There is a {_word(change.item)} “{name}” already.")
    return item


def _put(
    kind: _List[_Item], items: tuple[_Item, ...], change: Change, item: _Item, found: int | None
) -> tuple[tuple[_Item, ...], Json]:
    others = items if found is None else (*items[:found], *items[found + 1 :])
    stays = len(others) if found is None else found
    at = min(stays if change.at is None else change.at, len(others))
    name = str(at) if kind.identify is None else kind.identify(item)
    after = (*others[:at], item, *others[at:])
    if found is None:
        return after, _back(change, "drop", id=name)
    moved = {"at": found} if at != found else {}
    return after, _back(change, "put", id=name, value=kind.write(items[found]), **moved)


def _table(form: Form, blueprint: Blueprint, change: Change) -> tuple[Blueprint, Json]:
    before = blueprint.tables.get(change.id)
    back = _back_of_named(change, table_to_json(before) if before else None)
    if change.op == "drop":
        if before is None:
            form.fault(f"There is no table “{change.id}” to take out.")
        tables = {name: table for name, table in blueprint.tables.items() if name != change.id}
        return replace(blueprint, tables=tables), back
    value = {"id": change.id, **change.value} if isinstance(change.value, Mapping) else change.value
    table = table_of(form, value, "The table")
    if not form.problems and table.id != change.id:
        form.fault(f"The table “{change.id}” comes with the id “{table.id}”: both must be the same.")
    return replace(blueprint, tables={**blueprint.tables, change.id: table}), back


def _mapping(form: Form, blueprint: Blueprint, change: Change) -> tuple[Blueprint, Json]:
    before = blueprint.mappings.get(change.id)
    back = _back_of_named(change, to_json(before) if before else None)
    if change.op == "drop":
        if before is None:
            form.fault(f"There is no mapping “{change.id}” to take out.")
        left = {name: document for name, document in blueprint.mappings.items() if name != change.id}
        return replace(blueprint, mappings=left), back
    document = named_mapping(form, change.id, change.value)
    mappings = {**blueprint.mappings, change.id: document}
    if len(mappings) > MOST_MAPPINGS:
        form.fault(f"There can be {MOST_MAPPINGS} mappings at most.")
    return replace(blueprint, mappings=mappings), back


def _whole(form: Form, blueprint: Blueprint, change: Change) -> tuple[Blueprint, Json]:
    back = {"op": "put", "item": "blueprint", "id": "", "value": blueprint_to_json(blueprint)}
    if change.op == "drop":
        form.fault("A whole blueprint cannot be taken out: discard the draft instead.")
        return blueprint, back
    return blueprint_of(form, change.value), back


def _back_of_named(change: Change, before: Json | None) -> Json:
    return (
        _back(change, "drop", id=change.id)
        if before is None
        else _back(change, "put", id=change.id, value=before)
    )


def _back(change: Change, op: str, **parts: Any) -> Json:
    mapping = {"mapping": change.mapping} if change.mapping else {}
    return {"op": op, "item": change.item, **mapping, **parts}


def _word(item: str) -> str:
    return _WORDS.get(item, item)
