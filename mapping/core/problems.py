"""What can be wrong with a mapping or with what it made, as values and in the accountant's words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Severity = Literal["error", "warning"]
Cause = Literal["mapping", "settings", "record"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding.

    `row` is the id of the mapping row it belongs to ("" for the document as a whole), `target` the concrete target
    field ("LineItems[1].TaxType"). `cause` says who can mend it: the `mapping` itself, the pair's `settings`
    (a configuration failure: fix once, all flows on) or the `record` (this order or payment is wrong: permanent).
    An `error` means that the document must not be posted; a `warning` is shown and changes nothing.
    """

    message: str
    row: str = ""
    target: str = ""
    severity: Severity = "error"
    cause: Cause = "mapping"

    @property
    def stops(self) -> bool:
        """Whether the document must not be posted."""
        return self.severity == "error"


class TransformError(ValueError):
    """A value that a transform cannot handle, in words for the accountant; `cause` says who can mend it."""

    def __init__(self, message: str, cause: Cause = "record") -> None:
        super().__init__(message)
        self.cause: Cause = cause


class Noted(NamedTuple):
    """A result that comes with a remark, such as a text that had to be cut: the remark becomes a warning."""

    value: Any
    remark: str


class MappingInvalidError(ValueError):
    """A mapping document that cannot be used; `problems` lists everything wrong with it at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(_line(problem) for problem in self.problems))


def _line(problem: Problem) -> str:
    return f"{problem.row}: {problem.message}" if problem.row else problem.message


def errors(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Only those that forbid use."""
    return tuple(problem for problem in problems if problem.stops)
