"""What a transform is: a pure function with typed parameters, a sentence for people and an example that is tested."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

ValueType = Literal["any", "text", "number", "date", "flag", "list", "lines", "same"]
ParameterType = Literal["text", "integer", "decimal", "flag", "choice", "table", "list", "any"]

_REQUIRED: Final = object()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting of a transform. `label` is what the form shows; `choices` belong to type "choice".

    `may_be_absent`: the path it is read from may lead to nothing (a look-up table that nobody has made). `check` judges a
    fixed value of the right type, and raises ValueError in words where it makes no sense.
    """

    name: str
    type: ParameterType
    label: str
    default: Any = _REQUIRED
    choices: tuple[str, ...] = ()
    may_be_absent: bool = False
    check: Callable[[Any], object] | None = None

    @property
    def is_required(self) -> bool:
        """Whether the transform is meaningless without it."""
        return self.default is _REQUIRED


@dataclass(frozen=True, slots=True)
class Example:
    """`function(before, **parameters) == after`; shown in the editor and run by the tests."""

    before: Any
    after: Any
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Transform:
    """A registered transform.

    `sentence` is a template over the parameters ("Shorten to {length} characters"). `takes_many` transforms receive
    the list of all source values of their row; the others one value. A missing value (None) passes untouched unless
    `accepts_missing`. `prepare` turns static parameters into what the function wants (a compiled pattern, a zone)
    once, when the mapping is compiled, and raises ValueError when they make no sense.
    """

    name: str
    title: str
    sentence: str
    function: Callable[..., Any]
    takes: ValueType
    gives: ValueType
    parameters: tuple[Parameter, ...]
    example: Example
    takes_many: bool
    accepts_missing: bool
    prepare: Callable[[dict[str, Any]], None] | None

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name, or None."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)


def within(least: int, most: int) -> Callable[[Any], None]:
    """A check that a whole number lies between two others, both allowed."""

    def check(value: Any) -> None:
        if not least <= value <= most:
            raise ValueError(f"it has to lie between {least} and {most}, not be {value}.")

    return check


def nonzero(value: Any) -> None:
    """A check of a position counted from 1, or from the end when negative."""
    if not value:
        raise ValueError("count from 1, or from -1 for the last.")


REGISTRY: Final[dict[str, Transform]] = {}


def transform(  # noqa: PLR0913 - each keyword is one declared property of the transform
    name: str,
    *,
    title: str,
    sentence: str,
    example: Example,
    takes: ValueType = "any",
    gives: ValueType = "same",
    parameters: tuple[Parameter, ...] = (),
    takes_many: bool = False,
    accepts_missing: bool = False,
    prepare: Callable[[dict[str, Any]], None] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the decorated function under `name`. Raises ValueError if the name is taken."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        if name in REGISTRY:
            raise ValueError(f"The transform {name} is registered twice.")
        REGISTRY[name] = Transform(
            name,
            title,
            sentence,
            function,
            takes,
            gives,
            parameters,
            example,
            takes_many,
            accepts_missing,
            prepare,
        )
        return function

    return register


class _Shown(dict[str, Any]):
    """Parameters for a sentence: a missing one shows as an ellipsis."""

    def __missing__(self, key: str) -> str:
        return "…"


def sentence(spec: Transform, parameters: Mapping[str, Any]) -> str:
    """What this use of the transform does, in one sentence; a parameter read from a path shows the path.

    A part of the template in square brackets appears only when one of its parameters differs from its default.
    """
    defaults = {p.name: p.default for p in spec.parameters if not p.is_required}
    used = {**defaults, **parameters}
    choices = {p.name for p in spec.parameters if p.type == "choice"}
    shown = _Shown({key: _shown(value, is_choice=key in choices) for key, value in used.items()})

    def optional(match: re.Match[str]) -> str:
        names = re.findall(r"{(\w+)}", match[1])
        return match[1] if any(used.get(name) != defaults.get(name) for name in names) else ""

    return re.sub(r"\[(.*?)\]", optional, spec.sentence).format_map(shown)


def _shown(value: Any, *, is_choice: bool) -> Any:
    if is_choice and isinstance(value, str):
        return value.replace("_", " ")
    if isinstance(value, Mapping):
        return value["from"] if set(value) == {"from"} else f"a table of {len(value)}"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return "nothing" if value is None else value
