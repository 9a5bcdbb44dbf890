"""What samples show of each field: how long its texts are and how many decimals its amounts have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mapping.core.paths import EVERY, Path, Step


@dataclass(slots=True)
class Observed:
    """The longest text and the most decimals seen at one path; `decimals` None where a value was no number."""

    length: int = 0
    decimals: int | None = 0


def observe(samples: Sequence[Mapping[str, Any]]) -> dict[str, Observed]:
    """By source pattern ("lines[].name")."""
    found: dict[str, Observed] = {}
    for sample in samples:
        _walk(sample, (), found)
    return found


def _walk(value: Any, at: tuple[Step, ...], found: dict[str, Observed]) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key:
                _walk(item, (*at, Step(key)), found)
    elif isinstance(value, list | tuple):
        element = (*at[:-1], Step(at[-1].name, EVERY)) if at else ()
        for item in value:
            if element and not isinstance(item, list | tuple):
                _walk(item, element, found)
    elif at and value is not None and value != "":
        _note(found.setdefault(str(Path(at)), Observed()), value)


def _note(seen: Observed, value: Any) -> None:
    text = value if isinstance(value, str) else str(value)
    seen.length = max(seen.length, len(text))
    decimals = _decimals(text)
    seen.decimals = None if decimals is None or seen.decimals is None else max(seen.decimals, decimals)


def _decimals(text: str) -> int | None:
    try:
        exponent = Decimal(text.strip()).normalize().as_tuple().exponent
    except ArithmeticError:
        return None
    return max(0, -exponent) if isinstance(exponent, int) else None
