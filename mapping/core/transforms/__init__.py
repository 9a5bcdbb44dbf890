"""The transforms a mapping row can use. Importing this package registers all of them."""

from __future__ import annotations

from mapping.core.transforms import currencies, dates, lines, lookups, numbers, presence, refunds, tax, text
from mapping.core.transforms.registry import REGISTRY, Example, Parameter, Transform, sentence

__all__ = [
    "REGISTRY",
    "Example",
    "Parameter",
    "Transform",
    "currencies",
    "dates",
    "lines",
    "lookups",
    "numbers",
    "presence",
    "refunds",
    "sentence",
    "tax",
    "text",
]
