"""What all readers share: they note a fault and read on, so that no fault hides another."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, TypeVar

from mapping.core.problems import MappingInvalidError, Problem

DEEPEST: Final = 20
"""How deeply lists and objects of free form (parameters, settings) may be nested."""

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_Item = TypeVar("_Item")


def valid_id(text: str) -> bool:
    """Whether `text` can name a mapping, rule, flow or table: it stands in addresses and in paths."""
    return _ID.fullmatch(text) is not None


class Form:
    """Reads parts of JSON values; what is not of the right form is noted in `problems` and read as empty.

    `prefix` names the place in the file, for all faults noted from now on.
    """

    def __init__(self, prefix: str = "") -> None:
        self.problems: list[Problem] = []
        self.prefix = prefix

    def finish(self) -> None:
        """Raise MappingInvalidError when there was any fault."""
        if self.problems:
            raise MappingInvalidError(self.problems)

    def fault(self, message: str, row: str = "") -> None:
        """Note what is wrong."""
        self.problems.append(Problem(f"{self.prefix}{message}", row=row))

    def object(self, value: Any, where: str) -> Mapping[str, Any]:
        """A JSON object."""
        if isinstance(value, Mapping):
            return value
        self.fault(f"{where} should be a JSON object, not {kind_of(value)}.")
        return {}

    def list(self, data: Mapping[str, Any], key: str, where: str) -> list[Any]:
        """The list under `key`; missing is empty."""
        value = data.get(key) or []
        if isinstance(value, list):
            return value
        self.fault(f"“{key}” of {_lowered(where)} should be a list, not {kind_of(value)}.")
        return []

    def text(self, data: Mapping[str, Any], key: str, where: str, *, required: bool = False) -> str:
        """The text under `key`; missing is blank, which is a fault where it is required."""
        text = self.as_text(data.get(key) or "", where, key)
        if required and not text:
            self.fault(f"{where} has no “{key}”.")
        return text

    def as_text(self, value: Any, where: str, key: str) -> str:
        """A value that has to be text."""
        if isinstance(value, str):
            return value
        self.fault(f"“{key}” of {_lowered(where)} should be text, not {kind_of(value)}.")
        return ""

    def flag(self, data: Mapping[str, Any], key: str, where: str, *, default: bool) -> bool:
        """The true or false under `key`."""
        value = data.get(key, default)
        if isinstance(value, bool):
            return value
        self.fault(f"“{key}” of {_lowered(where)} should be true or false, not {kind_of(value)}.")
        return default

    def choice(
        self, data: Mapping[str, Any], key: str, where: str, choices: tuple[str, ...], default: str = ""
    ) -> str:
        """The text under `key`, one of `choices`; missing is `default`, and a fault where there is none."""
        value = data.get(key, default)
        if value in choices:
            return str(value)
        if not value:
            self.fault(f"{where} has no “{key}”.")
            return choices[0]
        self.fault(f"“{key}” of {_lowered(where)} is “{value}”; it can be {', '.join(choices)}.")
        return choices[0]

    def id(self, data: Mapping[str, Any], where: str) -> str:
        """The id of a rule, flow or table."""
        text = self.text(data, "id", where, required=True)
        if text and not valid_id(text):
            self.fault(
                f"The id “{text}” of {_lowered(where)} should be letters, digits, - and _, 64 at most."
            )
        return text

    def free(self, value: Any, where: str, depth: int = 0) -> Any:
        """A value of free form. Numbers with decimals become decimal texts, exactly as they are written."""
        if depth > DEEPEST:
            self.fault(f"{where} is nested deeper than {DEEPEST} levels.")
            return None
        if isinstance(value, Mapping):
            return {str(key): self.free(item, where, depth + 1) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.free(item, where, depth + 1) for item in value]
        return format(value, "f") if isinstance(value, Decimal) else value


def read_alone(value: Any, read: Callable[[Form, Any, str], _Item], where: str) -> _Item:
    """One item read by itself. Raises MappingInvalidError with all its faults."""
    form = Form()
    item = read(form, value, where)
    form.finish()
    return item


def kind_of(value: Any) -> str:
    """What kind of JSON value it is, in words."""
    names = {dict: "an object", list: "a list", str: "text", bool: "true/false", type(None): "nothing"}
    return names.get(type(value), "a number")


def _lowered(where: str) -> str:
    return where[:1].lower() + where[1:]
