"""Conditions about a whole record, as rules and the steps of flows ask them.

They are written as in mappings (conditions.py). As no for-each surrounds them, a path with `[]` reads as the list of all
its values: `"food" in lines[].category`. Besides the record and the pair's settings they may read what a flow knows:
`context:enriched.<name>`, `context:outcome` and `context:event`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from mapping.core.conditions.compiling import Condition, TypeOf, compile_condition
from mapping.core.paths import EVERY, Path, parse_path
from mapping.core.readers import Reader, Scope, reader
from mapping.core.schemas.context import CONTEXT
from mapping.core.schemas.schema import FieldType, Schema
from mapping.core.values import as_decimal

_FREE_KEYS: Final = frozenset(
    {"accounts", "accounts_by_category", "accounts_by_product", "tax_types", "tables", "rate", "enriched"}
)
_OF_THE_FLOW: Final = frozenset({"enriched", "outcome", "event"})


@dataclass(frozen=True, slots=True)
class RecordCondition:
    """A condition ready to be asked of many records."""

    condition: Condition
    readers: Mapping[str, Reader]

    def holds(self, record: Mapping[str, Any], context: Mapping[str, Any]) -> bool:
        """Whether it is met. Raises TransformError where a value of the record cannot be judged."""
        scope = Scope(record, context)
        return self.condition.holds(lambda symbol: self.readers[symbol](scope))

    @property
    def fields(self) -> tuple[Path, ...]:
        """The fields of the record it reads; not those of the context."""
        return tuple(path for path in self.condition.paths.values() if not path.namespace)


def compile_record_condition(text: str, schema: Schema | None) -> RecordCondition:
    """Compile a condition for records of one schema; None where nothing is known of them.

    Raises ConditionError or PathError, worded for the person who wrote it.
    """
    condition = compile_condition(text, types_of(schema))
    readers = {symbol: _reader(path, schema) for symbol, path in condition.paths.items()}
    return RecordCondition(condition, readers)


def types_of(schema: Schema | None) -> TypeOf:
    """The declared types of a record's fields and of the context; lists have none."""

    def type_of(text: str) -> FieldType | None:
        path = parse_path(text)
        return None if path.collection() is not None else _declared(path, schema)

    return type_of


def unknown_field(path: Path, schema: Schema) -> str:
    """What is wrong with a path, in words; empty where the record or the context has such a field."""
    if path.namespace == "work":
        return f"“{path}” is a working value of a mapping; rules and flows read the record and the settings."
    names = [step.name for step in path.steps]
    if path.namespace == "context":
        is_known = names[0] in _FREE_KEYS | _OF_THE_FLOW or _declared(path, schema) is not None
        known = [field.path for field in CONTEXT.fields]
    else:
        is_known = _declared(path, schema) is not None
        known = [field.path for field in schema.fields]
    if is_known:
        return ""
    bare = Path(path.steps).pattern()
    near = get_close_matches(bare, known, n=1, cutoff=0.6)
    prefix = "context:" if path.namespace else ""
    return f"There is no field “{path}”" + (f": did you mean {prefix}{near[0]}?" if near else ".")


def _declared(path: Path, schema: Schema | None) -> FieldType | None:
    where = CONTEXT if path.namespace == "context" else None if path.namespace else schema
    field = where.by_path.get(Path(path.steps).pattern()) if where else None
    return field.type if field else None


def _reader(path: Path, schema: Schema | None) -> Reader:
    read = reader(path)
    if all(step.index != EVERY for step in path.steps):
        return read
    if _declared(path, schema) not in ("decimal", "integer"):
        return read
    return lambda scope: _amounts(read(scope))


def _amounts(values: Any) -> Any:
    if not isinstance(values, list):
        return values
    return [None if value in (None, "") else as_decimal(value) for value in values]
