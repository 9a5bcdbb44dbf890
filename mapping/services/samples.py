"""Pasted samples: checked, card numbers masked, kept for the person who pasted them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from integrations.core.pci import mask_text
from integrations.models import Pair
from mapping.core.json_text import JsonTextError, read_json
from mapping.core.schemas import Schema
from mapping.core.schemas.inference import LARGEST, SampleError, infer_from_text
from mapping.models import Sample

if TYPE_CHECKING:
    from integrations.models import User

KEPT: Final = 20
"""Samples kept per person and pair; older ones make room."""

_TITLES: Final = ("number", "order_number", "id", "name", "vendor_tx_code", "VendorTxCode", "reference")


class SampleTooLargeError(ValueError):
    """More than a sample may have."""

    def __init__(self) -> None:
        super().__init__("The sample has more than 5 MB: paste one record, or a part of the file.")


def read_record(text: str) -> dict[str, Any]:
    """The object that a pasted text holds, of a list of them the first; card numbers and security codes masked.

    Raises SampleTooLargeError, JsonTextError (with line and column), SampleError when it is no object.
    """
    return _record(_masked(text))


def _record(masked: str) -> dict[str, Any]:
    value = read_json(masked)
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, Mapping):
        raise SampleError("A sample has to be a JSON object: { … }.")
    return dict(value)


def keep_sample(pair: Pair, by: User, text: str) -> tuple[Sample, Schema]:
    """Keep a pasted sample (an object, or a list of them) and what was inferred of its fields.

    Raises what `read_record` raises.
    """
    masked = _masked(text)
    title = _title(_record(masked))
    schema = infer_from_text(masked, title=f"Sample {title}".strip()).schema
    sample = Sample.objects.create(
        pair=pair, by=by, title=title or "Pasted sample", text=masked, schema=schema_to_json(schema)
    )
    own = Sample.objects.filter(pair=pair, by=by)
    kept = list(own.order_by("-at", "-pk").values_list("pk", flat=True)[:KEPT])
    own.exclude(pk__in=kept).delete()
    return sample, schema


def pasted_samples(pair: Pair, by: User) -> list[Sample]:
    """The person's own samples, newest first, without their text."""
    return list(Sample.objects.filter(pair=pair, by=by).defer("text").order_by("-at", "-pk"))


def schema_to_json(schema: Schema) -> dict[str, Any]:
    """A schema as plain JSON values: name, title and every field with all it declares."""
    return {
        "name": schema.name,
        "title": schema.title,
        "fields": [_field_json(asdict(field)) for field in schema.fields],
    }


def _field_json(field: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = _plain(field)
    return {**plain, "label": field["label"] or field["path"]}


def _plain(value: Any) -> Any:
    """Decimals as decimal text, tuples as lists: what JSON can hold."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _masked(text: str) -> str:
    if len(text) > LARGEST or len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        raise SampleTooLargeError
    return mask_text(text)


def _title(record: Mapping[str, Any]) -> str:
    """What a person would call the record: its number, or the number one level down."""
    nested = [value for value in record.values() if isinstance(value, Mapping)]
    for place in (record, *nested):
        for name in _TITLES:
            value = place.get(name)
            if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
                return str(value).strip()[:120]
    return ""


__all__ = [
    "JsonTextError",
    "SampleError",
    "SampleTooLargeError",
    "keep_sample",
    "pasted_samples",
    "read_record",
    "schema_to_json",
]
