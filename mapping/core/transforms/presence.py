"""Transforms about values that are there or missing. Blank text counts as missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mapping.core.transforms.registry import Example, Parameter, nonzero, transform


@transform(
    "constant",
    title="Fixed value",
    sentence="Always {value}",
    example=Example(None, "ACCREC", {"value": "ACCREC"}),
    gives="any",
    parameters=(Parameter("value", "any", "Value"),),
    accepts_missing=True,
)
def constant(_value: Any, *, value: Any) -> Any:
    """The parameter, whatever comes in."""
    return value


@transform(
    "default",
    title="Use instead when missing",
    sentence="Use {value} where there is nothing",
    example=Example("", "GBP", {"value": "GBP"}),
    parameters=(Parameter("value", "any", "Value"),),
    accepts_missing=True,
)
def default(given: Any, *, value: Any) -> Any:
    """What came in, or `value` where it is missing or blank."""
    return value if is_missing(given) else given


@transform(
    "first_of",
    title="First that is filled in",
    sentence="Take the first source that is filled in",
    example=Example(["", None, "Ada Moss"], "Ada Moss"),
    takes_many=True,
    accepts_missing=True,
)
def first_of(values: Sequence[Any]) -> Any:
    """The first value that is not missing, or None."""
    return next((value for value in values if not is_missing(value)), None)


@transform(
    "item",
    title="One of a list",
    sentence="Take number {position} of the list",
    example=Example(["Tea", "Pot"], "Pot", {"position": -1}),
    takes="list",
    gives="any",
    parameters=(Parameter("position", "integer", "Which: 1 is the first, -1 the last", 1, check=nonzero),),
)
def item(values: Any, *, position: int = 1) -> Any:
    """One element of a list; None when there is no such element. A value that is no list is its own first element."""
    items = values if isinstance(values, list | tuple) else [values]
    index = position - 1 if position > 0 else position
    return items[index] if position and -len(items) <= index < len(items) else None


@transform(
    "when_present",
    title="Fixed value when there is one",
    sentence="{value} wherever there is a value, else nothing",
    example=Example("88 High Street", "STREET", {"value": "STREET"}),
    gives="any",
    parameters=(Parameter("value", "any", "Value"),),
)
def when_present(given: Any, *, value: Any) -> Any:
    """`value` if anything came in."""
    return None if is_missing(given) else value


def is_missing(value: Any) -> bool:
    """Nothing, or text without a visible character."""
    return value is None or (isinstance(value, str) and not value.strip())
