"""What Xero would say to an edited document, told before it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mapping.core.coercion import coercion
from mapping.core.problems import TransformError
from mapping.core.schemas import TARGETS, Schema
from sync.models import Posting

_SCHEMAS: Final[dict[str, str]] = {
    Posting.Kind.CONTACT: "xero:Contact",
    Posting.Kind.INVOICE: "xero:Invoice",
    Posting.Kind.PAYMENT: "xero:Payment",
}


def document_problems(kind: str, document: Mapping[str, Any]) -> list[str]:
    """Every field that is missing, too long or of the wrong form; empty for kinds that carry no whole document."""
    schema = TARGETS.get(_SCHEMAS.get(kind, ""))
    if schema is None:
        return []
    return [*_missing(document, schema), *_unfit(document, "", schema)]


def _missing(document: Mapping[str, Any], schema: Schema) -> Iterator[str]:
    for field in schema.children(""):
        if field.required and not field.on_delivery and not field.read_only and not document.get(field.path):
            yield f"{field.label or field.path} is missing."


def _unfit(value: Any, path: str, schema: Schema) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _unfit(item, f"{path}.{name}" if path else name, schema)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _unfit(item, f"{path}[{place}]", schema)
    elif value is not None:
        try:
            coercion(schema.field(path))(value)
        except TransformError as error:
            yield f"{path}: {error}"
