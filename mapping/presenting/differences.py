"""Two blueprints side by side, item by item and field by field."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from mapping.core.blueprint import Blueprint, blueprint_to_json
from mapping.core.flows.seen import fields_seen
from mapping.core.flows.wording import STEP_WORDS, mapping_title
from mapping.presenting.versions import counted

Kind = Literal["added", "removed", "changed", "moved"]
Json = Mapping[str, Any]
_UNSAID: Final = ("id", "title_of_kind")
_PLACE: Final = re.compile(r"^(.*)\[(\d+)\]$")
_SIGNS: Final[dict[Kind, str]] = {"added": "+", "removed": "−", "changed": "~", "moved": "↕"}
_VERBS: Final[dict[Kind, str]] = {
    "added": "new",
    "removed": "taken out",
    "changed": "changed",
    "moved": "moved",
}


@dataclass(frozen=True, slots=True)
class FieldSides:
    """One field on both sides; "" where it is not there."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One item that differs: a link of a mapping, a rule, a step of a flow, a table."""

    kind: Kind
    label: str
    fields: tuple[FieldSides, ...]

    @property
    def sign(self) -> str:
        return _SIGNS[self.kind]

    @property
    def words(self) -> str:
        """What became of it; where fields changed, how many."""
        if self.kind == "changed":
            return counted(len(self.fields), "field")
        return _VERBS[self.kind]


@dataclass(frozen=True, slots=True)
class Group:
    """What differs in one mapping, one flow, or among the rules or tables."""

    title: str
    changes: tuple[ItemChange, ...]

    @property
    def summary(self) -> str:
        """How many items are new, changed, moved and taken out."""
        counts = {kind: sum(change.kind == kind for change in self.changes) for kind in _VERBS}
        return ", ".join(f"{count} {_VERBS[kind]}" for kind, count in counts.items() if count)


@dataclass(frozen=True, slots=True)
class ShownDifference:
    """All that differs."""

    groups: tuple[Group, ...]

    @property
    def summary(self) -> str:
        """In one sentence."""
        if not self.groups:
            return "Nothing differs: the two say the same, field by field."
        count = sum(len(group.changes) for group in self.groups)
        titles = [group.title for group in self.groups]
        places = titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"
        return f"{counted(count, 'difference')} in {places}."


def shown_difference(before: Blueprint, after: Blueprint) -> ShownDifference:
    """What `after` says otherwise than `before`."""
    was, now = blueprint_to_json(before), blueprint_to_json(after)
    return ShownDifference(tuple(group for group in _groups(was, now) if group.changes))


def _groups(was: Json, now: Json) -> Iterator[Group]:
    for name in _names(was["mappings"], now["mappings"]):
        title = f"Mapping {mapping_title(name).lower()}"
        yield Group(title, tuple(_mapping(was["mappings"].get(name), now["mappings"].get(name))))
    flows_was, flows_now = _by_id(was["flows"]), _by_id(now["flows"])
    for flow_id in _names(flows_was, flows_now):
        one, other = flows_was.get(flow_id), flows_now.get(flow_id)
        yield Group(f"Flow {(other or one or {}).get('name') or flow_id}", tuple(_flow(one, other)))
    yield Group("Order of the flows", tuple(_reordered(was["flows"], now["flows"])))
    yield Group("Rules", tuple(_items(was["rules"], now["rules"], _name)))
    tables_was, tables_now = ([_table(table) for table in side["tables"].values()] for side in (was, now))
    yield Group("Look-up tables", tuple(_items(tables_was, tables_now, _title)))


def _mapping(was: Json | None, now: Json | None) -> Iterator[ItemChange]:
    if was is None or now is None:
        yield ItemChange("added" if was is None else "removed", "The whole mapping", ())
        return
    yield from _head(was, now, ("rows", "collections", "checks"), "About the mapping")
    yield from _items(was["rows"], now["rows"], lambda row: str(row["target"]))
    yield from _items(was["collections"], now["collections"], _for_each, key="target")
    yield from _items(was["checks"], now["checks"], lambda item: f"Check: {item['must']}", key="must")


def _flow(was: Json | None, now: Json | None) -> Iterator[ItemChange]:
    if was is None or now is None:
        yield ItemChange("added" if was is None else "removed", "The whole flow", ())
        return
    yield from _head(was, now, ("steps", "id"), "About the flow")
    places = {step["id"]: place for side in (was, now) for place, step in enumerate(side["steps"], 1)}
    steps_was, steps_now = ([_plain(step) for step in side["steps"]] for side in (was, now))
    yield from _items(steps_was, steps_now, lambda step: _step(step, places[step["id"]]))


def _head(was: Json, now: Json, without: Sequence[str], label: str) -> Iterator[ItemChange]:
    sides = [{key: value for key, value in side.items() if key not in without} for side in (was, now)]
    fields = _fields(*sides)
    if fields:
        yield ItemChange("changed", label, fields)


def _reordered(was: Sequence[Json], now: Sequence[Json]) -> Iterator[ItemChange]:
    for change in _items(was, now, _name):
        if change.kind == "moved":
            yield change


def _items(
    was: Sequence[Json], now: Sequence[Json], label: Callable[[Json], str], key: str = "id"
) -> Iterator[ItemChange]:
    """Items told apart by `key`: new and changed ones in their new order, then those taken out."""
    before, after = _by_id(was, key), _by_id(now, key)
    moved = _moved([name for name in before if name in after], [name for name in after if name in before])
    for name, item in after.items():
        fields = _fields(before.get(name, {}), item)
        if name not in before:
            yield ItemChange("added", label(item), fields)
        elif fields:
            yield ItemChange("changed", label(item), fields)
        elif name in moved:
            yield ItemChange("moved", label(item), ())
    for name, item in before.items():
        if name not in after:
            yield ItemChange("removed", label(item), _fields(item, {}))


def _moved(before: list[str], after: list[str]) -> set[str]:
    """Those that stand elsewhere: all but a longest run whose order is the same, found from the front."""
    places = {name: place for place, name in enumerate(before)}
    kept = _longest_rising([places[name] for name in after])
    return {name for name in after if places[name] not in kept}


def _longest_rising(numbers: list[int]) -> set[int]:
    """The numbers of a longest rising part of the list (patience sorting)."""
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        place = bisect_left(ends, number)
        before[number] = ends[place - 1] if place else None
        ends[place : place + 1] = [number]
    kept, last = set(), ends[-1] if ends else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return kept


def field_name(path: str) -> str:
    """A path inside an item for people: "settings.checks[0].must" → "check 1 · must"."""
    names = path.removeprefix("settings.").split(".")
    return " · ".join(
        _PLACE.sub(lambda found: f"{found[1].removesuffix('s')} {int(found[2]) + 1}", name) for name in names
    )


def _fields(was: Json, now: Json) -> tuple[FieldSides, ...]:
    seen = fields_seen(
        {key: was[key] for key in was if key not in _UNSAID},
        {key: now[key] for key in now if key not in _UNSAID},
    )
    return tuple(
        FieldSides(field_name(field.path), field.before or "", field.after or "")
        for field in seen
        if (field.before or "") != (field.after or "")
    )


def _by_id(items: Sequence[Json], key: str = "id") -> dict[str, Json]:
    return {str(item[key]): item for item in items}


def _names(was: Json, now: Json) -> list[str]:
    return [*now, *(name for name in was if name not in now)]


def _name(item: Json) -> str:
    return str(item.get("name") or item["id"])


def _for_each(item: Json) -> str:
    return f"For each: {item['target']}"


def _title(table: Json) -> str:
    return str(table.get("title") or table["id"])


def _table(table: Json) -> Json:
    """A table with a field for each of its keys, so that a changed row reads as one."""
    rows = {f"“{row[0]}”": " | ".join(row[1:]) for row in table["rows"] if row}
    return {**table, "columns": ", ".join(table["columns"]), "rows": rows}


def _plain(step: Json) -> Json:
    """A step without what goes without saying: its kind, which never changes, and that it is in use."""
    said = {"enabled": "no"} if not step["enabled"] else {}
    return {
        "id": step["id"],
        "title_of_kind": STEP_WORDS[step["kind"]].title,
        **step["settings"],
        **said,
        "note": step["note"],
    }


def _step(step: Json, place: int) -> str:
    return f"Step {place}, {str(step['title_of_kind']).lower()}"
