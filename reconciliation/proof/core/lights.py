"""An equality of the proof: two sides in minor units of one currency, and what keeps them apart.

The four are those of docs/proof.md: `opayo` (Opayo = records), `records` (records = Xero and in flight), `xero`
(Xero = ours), `bank` (clearing = not yet banked).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

Equality = Literal["opayo", "records", "xero", "bank"]
Light = Literal["green", "amber", "red", "unknown"]
EQUALITIES: Final[tuple[Equality, ...]] = ("opayo", "records", "xero", "bank")
WORST_FIRST: Final[tuple[Light, ...]] = ("red", "amber", "unknown", "green")


@dataclass(frozen=True, slots=True)
class Moment:
    """What a proof is as at. `day`: everything dated up to its end in the pair's zone. `known_by`: what was known by then;
    empty: what is known now.
    """

    day: date
    known_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A figure of an equality; `code` leads to the rows behind it."""

    code: str
    label: str
    minor: int
    count: int = 0


@dataclass(frozen=True, slots=True)
class Break:
    """A document that breaks an equality, or money that is overdue; `minor` is by how much.

    `kind` and `key` say which row it is: payment, refund, posting, settlement, bank_line, statement, event, or a document
    in Xero (`xero`, keyed by collection and id).
    """

    kind: str
    key: str
    words: str
    minor: int
    why: str
    fix: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Proved:
    """One equality for one account and currency. `account` is empty where it is of all accounts of the currency.

    `breaks` explain the difference of the sides; `alerts` are of money that stands where it should not stand any more,
    though both sides agree. `unknown` says what has to happen before anything can be said, `since` from when on.
    """

    equality: Equality
    account: str
    currency: str
    left: Term
    right: tuple[Term, ...]
    breaks: tuple[Break, ...] = ()
    alerts: tuple[Break, ...] = ()
    is_moving: bool = False
    unknown: str = ""
    since: datetime | None = None

    @property
    def difference(self) -> int:
        """What the left side is more than the right one."""
        return 0 if self.unknown else self.left.minor - sum(term.minor for term in self.right)

    @property
    def light(self) -> Light:
        """Red where it does not hold or money is overdue; amber while something is under way or waits for a person."""
        if self.difference or self.breaks or self.alerts:
            return "red"
        if self.unknown:
            return "unknown"
        return "amber" if self.is_moving else "green"

    @property
    def first(self) -> Break | None:
        """The document to look at first."""
        return next(iter((*self.breaks, *self.alerts)), None)


def worst(proved: list[Proved]) -> Light:
    """The light of several together; `unknown` where there are none."""
    shown = {each.light for each in proved}
    return next((light for light in WORST_FIRST if light in shown), "unknown")


def to_json(proved: Proved) -> dict[str, Any]:
    """The equality as it is stored and hashed: minor units, days and moments in ISO 8601."""
    plain = asdict(proved)
    plain["since"] = proved.since.isoformat() if proved.since else None
    for name in ("breaks", "alerts"):
        for row in plain[name]:
            row["on"] = row["on"].isoformat() if row["on"] else None
        plain[name] = list(plain[name])
    plain["right"] = list(plain["right"])
    return {**plain, "difference": proved.difference, "light": proved.light}


def from_json(plain: Mapping[str, Any]) -> Proved:
    """What `to_json` wrote."""
    return Proved(
        equality=plain["equality"],
        account=plain["account"],
        currency=plain["currency"],
        left=Term(**plain["left"]),
        right=tuple(Term(**row) for row in plain["right"]),
        breaks=tuple(map(_break, plain["breaks"])),
        alerts=tuple(map(_break, plain["alerts"])),
        is_moving=plain["is_moving"],
        unknown=plain["unknown"],
        since=datetime.fromisoformat(plain["since"]) if plain["since"] else None,
    )


def _break(row: Mapping[str, Any]) -> Break:
    return Break(**{**row, "on": date.fromisoformat(row["on"]) if row["on"] else None})
