"""Mapping documents out of JSON, with every fault of the file found in one go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from mapping.core.document import FORMAT, Check, Collection, Effect, MappingDocument, Row, TransformUse
from mapping.core.problems import MappingInvalidError, Problem


def from_json(value: Any) -> MappingDocument:
    """Read a mapping document from JSON values. Raises MappingInvalidError with all faults of form at once.

    Only the form is judged here; `validation.check_document` judges whether paths, transforms and rules make sense.
    """
    reader = _Reader()
    document = reader.document(value)
    if reader.problems:
        raise MappingInvalidError(reader.problems)
    return document


class _Reader:
    """Collects problems while it reads, so that none hides another."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def document(self, value: Any) -> MappingDocument:
        data = self._object(value, "The mapping")
        if data.get("format", FORMAT) != FORMAT:
            self._fault(f"This mapping has format {data.get('format')}; this version reads format {FORMAT}.")
        return MappingDocument(
            kind=self._text(data, "kind", "The mapping"),
            target=self._text(data, "target", "The mapping", required=True),
            source=self._text(data, "source", "The mapping"),
            name=self._text(data, "name", "The mapping"),
            note=self._text(data, "note", "The mapping"),
            rows=self._rows(data),
            collections=tuple(
                self._collection(item) for item in self._list(data, "collections", "The mapping")
            ),
            checks=tuple(self._check(item) for item in self._list(data, "checks", "The mapping")),
        )

    def _rows(self, data: Mapping[str, Any]) -> tuple[Row, ...]:
        seen: dict[str, int] = {}
        return tuple(
            self._row(item, number, seen)
            for number, item in enumerate(self._list(data, "rows", "The mapping"), 1)
        )

    def _row(self, value: Any, number: int, seen: dict[str, int]) -> Row:
        where = f"Row {number}"
        data = self._object(value, where)
        target = self._text(data, "target", where, required=True)
        row_id = self._text(data, "id", where) or target
        seen[row_id] = seen.get(row_id, 0) + 1
        if seen[row_id] > 1:
            if data.get("id"):
                self._fault(f"Row {number} has the id “{row_id}” of an earlier row: ids must differ.", row_id)
            row_id = f"{row_id}#{seen[row_id]}"
        return Row(
            id=row_id,
            target=target,
            sources=tuple(
                self._as_text(item, where, "sources") for item in self._list(data, "sources", where)
            ),
            transforms=tuple(self._transform(item, where) for item in self._list(data, "transforms", where)),
            when=self._text(data, "when", where),
            note=self._text(data, "note", where),
        )

    def _transform(self, value: Any, where: str) -> TransformUse:
        if isinstance(value, str):
            return TransformUse(value)
        data = self._object(value, f"A transform of {where.lower()}")
        parameters = self._object(
            data.get("parameters", {}), f"The parameters of a transform of {where.lower()}"
        )
        return TransformUse(self._text(data, "name", where, required=True), dict(parameters))

    def _collection(self, value: Any) -> Collection:
        data = self._object(value, "A for-each")
        return Collection(
            target=self._text(data, "target", "A for-each", required=True),
            source=self._text(data, "source", "A for-each", required=True),
            when=self._text(data, "when", "A for-each"),
        )

    def _check(self, value: Any) -> Check:
        data = self._object(value, "A check")
        effect = data.get("effect", "stop")
        if effect not in ("stop", "warn"):
            self._fault(f"A check can stop or warn, not “{effect}”.")
        return Check(
            must=self._text(data, "must", "A check", required=True),
            otherwise=self._text(data, "otherwise", "A check", required=True),
            effect=cast(Effect, effect),
        )

    def _object(self, value: Any, where: str) -> Mapping[str, Any]:
        if isinstance(value, Mapping):
            return value
        self._fault(f"{where} should be a JSON object, not {_kind(value)}.")
        return {}

    def _list(self, data: Mapping[str, Any], key: str, where: str) -> list[Any]:
        value = data.get(key) or []
        if isinstance(value, list):
            return value
        self._fault(f"“{key}” of {where.lower()} should be a list, not {_kind(value)}.")
        return []

    def _text(self, data: Mapping[str, Any], key: str, where: str, *, required: bool = False) -> str:
        text = self._as_text(data.get(key) or "", where, key)
        if required and not text:
            self._fault(f"{where} has no “{key}”.")
        return text

    def _as_text(self, value: Any, where: str, key: str) -> str:
        if isinstance(value, str):
            return value
        self._fault(f"“{key}” of {where.lower()} should be text, not {_kind(value)}.")
        return ""

    def _fault(self, message: str, row: str = "") -> None:
        self.problems.append(Problem(message, row=row))


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true/false", type(None): "nothing"}
    return names.get(type(value), "a number")
