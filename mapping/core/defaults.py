"""The mapping documents the product ships with: ordinary documents, kept as data beside this package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

from mapping.core.document import MappingDocument, loads
from mapping.core.reading import from_json

KINDS: Final = (
    "contact",
    "invoice",
    "payment",
    "credit_note",
    "refund",
    "settlement_transfer",
    "settlement_fee",
)


@cache
def default_document(kind: str) -> MappingDocument:
    """The shipped mapping of that kind. Raises KeyError for a kind that nothing is shipped for."""
    if kind not in KINDS:
        raise KeyError(kind)
    text = files("mapping").joinpath("defaults", f"{kind}.json").read_text(encoding="utf-8")
    return from_json(loads(text))
