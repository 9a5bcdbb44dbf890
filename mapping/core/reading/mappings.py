"""Mapping documents out of JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from mapping.core.document import FORMAT, Check, Collection, Effect, MappingDocument, Row, TransformUse
from mapping.core.reading.form import Form


def from_json(value: Any) -> MappingDocument:
    """Read a mapping document from JSON values. Raises MappingInvalidError with all faults of form at once.

    Only the form is judged here; `validation.check_document` judges whether paths, transforms and rules make sense.
    """
    form = Form()
    document = mapping_of(form, value, "The mapping")
    form.finish()
    return document


def mapping_of(form: Form, value: Any, where: str) -> MappingDocument:
    """A whole mapping; faults go to `form`."""
    data = form.object(value, where)
    if data.get("format", FORMAT) != FORMAT:
        form.fault(f"This mapping has format {data.get('format')}; this version reads format {FORMAT}.")
    return MappingDocument(
        kind=form.text(data, "kind", where),
        target=form.text(data, "target", where, required=True),
        source=form.text(data, "source", where),
        name=form.text(data, "name", where),
        note=form.text(data, "note", where),
        rows=_rows(form, form.list(data, "rows", where)),
        collections=tuple(
            collection_of(form, item, "A for-each") for item in form.list(data, "collections", where)
        ),
        checks=tuple(check_of(form, item, "A check") for item in form.list(data, "checks", where)),
    )


def _rows(form: Form, items: list[Any]) -> tuple[Row, ...]:
    seen: dict[str, int] = {}
    return tuple(_numbered_row(form, item, number, seen) for number, item in enumerate(items, 1))


def _numbered_row(form: Form, value: Any, number: int, seen: dict[str, int]) -> Row:
    row = row_of(form, value, f"Row {number}")
    seen[row.id] = seen.get(row.id, 0) + 1
    if seen[row.id] == 1:
        return row
    if isinstance(value, Mapping) and value.get("id"):
        form.fault(f"Row {number} has the id “{row.id}” of an earlier row: ids must differ.", row.id)
    fresh = f"{row.id}#{seen[row.id]}"
    return Row(fresh, row.target, row.sources, row.transforms, row.when, row.note)


def row_of(form: Form, value: Any, where: str) -> Row:
    """One row; without an id it is named after its target."""
    data = form.object(value, where)
    target = form.text(data, "target", where, required=True)
    return Row(
        id=form.text(data, "id", where) or target,
        target=target,
        sources=tuple(form.as_text(item, where, "sources") for item in form.list(data, "sources", where)),
        transforms=tuple(_transform(form, item, where) for item in form.list(data, "transforms", where)),
        when=form.text(data, "when", where),
        note=form.text(data, "note", where),
    )


def _transform(form: Form, value: Any, where: str) -> TransformUse:
    if isinstance(value, str):
        return TransformUse(value)
    data = form.object(value, f"A transform of {where.lower()}")
    about = f"The parameters of a transform of {where.lower()}"
    parameters = form.object(data.get("parameters", {}), about)
    return TransformUse(form.text(data, "name", where, required=True), form.free(parameters, about))


def collection_of(form: Form, value: Any, where: str) -> Collection:
    """One for-each."""
    data = form.object(value, where)
    return Collection(
        target=form.text(data, "target", where, required=True),
        source=form.text(data, "source", where, required=True),
        when=form.text(data, "when", where),
    )


def check_of(form: Form, value: Any, where: str) -> Check:
    """One check."""
    data = form.object(value, where)
    effect = data.get("effect", "stop")
    if effect not in ("stop", "warn"):
        form.fault(f"A check can stop or warn, not “{effect}”.")
    return Check(
        must=form.text(data, "must", where, required=True),
        otherwise=form.text(data, "otherwise", where, required=True),
        effect=cast(Effect, effect),
    )
