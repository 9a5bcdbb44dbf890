"""What a roll-back has to know of the documents that were posted, of Xero, and of the pair's wishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Movement:
    """What a document moved on an account that holds money: minor units of `currency`, money in is positive."""

    account: str
    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Document:
    """A posting as a roll-back sees it.

    `on` is the posting whose Xero object it stands on: the invoice of a payment, the credit note of a cash refund.
    `payment`, `refund` and `dispute` are the ids of the records it books. `group` brings together what is undone or
    left together: an order's documents. `dated` is its day in the books, None where Xero gives it none.
    `undone_by` is the state of the posting that undoes it already, empty where there is none.
    """

    id: int
    kind: str
    key: str
    state: str
    group: str
    amount_minor: int = 0
    currency: str = ""
    dated: date | None = None
    on: int | None = None
    payment: int | None = None
    refund: int | None = None
    dispute: int | None = None
    remote_id: str = ""
    part_id: str = ""
    undone_by: str = ""
    moves: tuple[Movement, ...] = ()

    @property
    def is_posted(self) -> bool:
        """Whether it stands in Xero, as far as we know."""
        return self.state == "posted"

    @property
    def paid_out(self) -> bool:
        """Whether money went out by it, as when a bill is paid."""
        return any(movement.minor < 0 for movement in self.moves)


@dataclass(frozen=True, slots=True)
class Stranger:
    """Something on one of our documents that we did not put there."""

    words: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What Xero says of a document now. `status` as Xero spells it, empty for a document without one."""

    status: str = ""
    is_reconciled: bool = False
    strangers: tuple[Stranger, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for the pair.

    `locked_until` is the later of Xero's lock dates. `reverses_locked`: what is dated up to it is taken back by an entry
    on the first open day; else it stops the roll-back. `reversals` is the account such entries stand against, and
    `base_currency` the one Xero keeps its journals in.
    """

    locked_until: date | None = None
    reverses_locked: bool = False
    reversals: str = ""
    base_currency: str = "GBP"
    batch_sizes: Mapping[str, int] = field(default_factory=dict)
    """How many documents of an undo kind go in one call; one where it is not said."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why a document cannot be undone, and what to do about it."""

    code: str
    what: str
    fix: str
