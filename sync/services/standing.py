"""How the postings of one record are made, and keeping back those that are not to be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from mapping.services.documents import AS_IT_IS, Handling
from sync.models import Posting, Ruling

KEPT_BACK: Final = (Posting.ErrorClass.RULE, Posting.ErrorClass.SHADOW)
_HOLDABLE: Final = frozenset({Posting.State.WAITING, Posting.State.READY, Posting.State.RETRYING})


@dataclass(frozen=True, slots=True)
class Standing:
    """Sent, `held` for a person, in `shadow`, or `none` at all; and how the record is mapped."""

    way: Literal["go", "held", "shadow", "none"] = "go"
    words: str = ""
    handling: Handling = AS_IT_IS

    @property
    def keeps_back(self) -> bool:
        """Whether its postings are made, but not sent."""
        return self.way in ("held", "shadow")

    def keep_back(self, posting: Posting) -> bool:
        """Hold a posting, in memory, unless it is sent or something else stops it already; tells whether it did."""
        if not self.keeps_back or posting.state not in _HOLDABLE:
            return False
        posting.state = Posting.State.HELD
        self.say_why(posting)
        return True

    def say_why(self, posting: Posting) -> None:
        """Give a posting that is kept back the reason in force."""
        in_shadow = self.way == "shadow"
        posting.error_class = Posting.ErrorClass.SHADOW if in_shadow else Posting.ErrorClass.RULE
        posting.error = self.words


GOES: Final = Standing()


def is_kept_back(posting: Posting) -> bool:
    """Whether flow or rules hold it, and no problem."""
    return posting.state == Posting.State.HELD and posting.error_class in KEPT_BACK


def standing_of(ruling: Ruling) -> Standing:
    """How a record stands that was ruled on."""
    handling = handling_of(ruling)
    if ruling.settlement == Ruling.Settlement.REFUSED:
        return Standing("none", ruling.settled_reason, handling)
    if ruling.settlement == Ruling.Settlement.RELEASED or ruling.outcome == Ruling.Outcome.GO:
        return Standing(handling=handling)
    words = ruling.words()
    if ruling.outcome == Ruling.Outcome.SHADOW:
        return Standing("shadow", words, handling)
    return Standing("held" if ruling.waits else "none", words, handling)


def stands(ruling: Ruling) -> bool:
    """Whether it holds until the record changes: settled by a person, or nothing to wait for."""
    return bool(ruling.settlement) or ruling.outcome in {Ruling.Outcome.GO, Ruling.Outcome.SKIP}


def handling_of(ruling: Ruling) -> Handling:
    """How a ruled record is mapped."""
    stored = ruling.handling
    return Handling(stored.get("uses", {}), stored.get("sets", {}), stored.get("enriched", {}))


def handling_json(handling: Handling) -> dict[str, Any]:
    """The inverse of `handling_of`, as the ruling stores it."""
    parts: Mapping[str, Mapping[str, Any]] = {
        "uses": handling.uses, "sets": handling.sets, "enriched": handling.enriched,
    }  # fmt: skip
    return {name: dict(part) for name, part in parts.items() if part}
