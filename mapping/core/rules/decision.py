"""What the rules and steps of a flow came to for one record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Outcome = Literal["go", "hold", "skip", "approve"]
_WEIGHT: Final[dict[Outcome, int]] = {"go": 0, "hold": 1, "approve": 2, "skip": 3}
_ROLE_WEIGHT: Final[dict[str, int]] = {"": 0, "operator": 1, "administrator": 2}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: the rule (or step of a flow) by its id, and the words for people."""

    rule: str
    words: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a record.

    `go`: its postings are made and sent. `hold`: made, and kept until a person lets them go. `approve`: as hold, but it
    takes a second person of the `role`. `skip`: none are made. `routes`: mappings to use instead of a step's own,
    the last one first. `sets`: values by field of the record. `asked`: the ids of the rules that were asked.
    """

    outcome: Outcome = "go"
    routes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sets: Mapping[str, Any] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
    role: str = ""
    asked: tuple[str, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether a person has to let the record go."""
        return self.outcome in ("hold", "approve")

    def words(self) -> str:
        """All reasons as one text."""
        return " ".join(reason.words for reason in self.reasons)


GO: Final = Decision()


def combined(first: Decision, second: Decision) -> Decision:
    """Both together: the weightier outcome, the higher role, what came later before what came earlier."""
    return Decision(
        outcome=max(first.outcome, second.outcome, key=lambda outcome: _WEIGHT[outcome]),
        routes=(*second.routes, *first.routes),
        tags=tuple(dict.fromkeys((*first.tags, *second.tags))),
        sets={**first.sets, **second.sets},
        reasons=(*first.reasons, *second.reasons),
        role=max(first.role, second.role, key=lambda role: _ROLE_WEIGHT.get(role, 0)),
        asked=(*first.asked, *second.asked),
    )
