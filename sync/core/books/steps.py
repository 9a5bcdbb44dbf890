"""The steps from the postings that exist to the ones that should."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from sync.core.books.facts import Key, PostingFacts, Postings

Question = Literal["double_refund", "refund_exceeds"]


@dataclass(frozen=True, slots=True)
class Create:
    """Make this posting.

    `after` names the (kind, key) it waits for, `about` the one whose Xero object it changes where that is another.
    `asks`: not to be sent before a person has answered the question.
    """

    kind: str
    key: str
    amount_minor: int = 0
    status: str = ""
    payment_code: str = ""
    after: Key | None = None
    refund_code: str = ""
    about: Key | None = None
    asks: Question | None = None
    case: str = ""
    """Of the dispute it belongs to."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """This posting is no longer wanted and was never sent."""

    kind: str
    key: str
    why: str


@dataclass(frozen=True, slots=True)
class Revise:
    """This posting is still unsent: let it carry another status or amount (0: leave it)."""

    kind: str
    key: str
    status: str = ""
    amount_minor: int = 0


@dataclass(frozen=True, slots=True)
class Revive:
    """This posting was cancelled unsent and is wanted again."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Nothing can be posted of this refund before a person has looked at it; said again as long as it is so."""

    question: Question
    refund_code: str
    amount_minor: int
    left_minor: int


@dataclass(frozen=True, slots=True)
class PaidTwice:
    """More of a payment has gone out, by refunds and by the acquirer, than came in; said again as long as it is so."""

    case: str
    payment_code: str
    came_minor: int
    refunded_minor: int
    taken_minor: int


Step = Create | Cancel | Revise | Revive | Ask | PaidTwice


def carried_out(postings: Postings, steps: Iterable[Step]) -> dict[Key, PostingFacts]:
    """The postings as they are after the steps."""
    after = dict(postings)
    for step in steps:
        if isinstance(step, Ask | PaidTwice):
            continue
        key = (step.kind, step.key)
        if isinstance(step, Create):
            state = "held" if step.asks else "waiting"
            after[key] = PostingFacts(step.kind, step.key, state, step.amount_minor, step.status, step.case)
        elif isinstance(step, Cancel):
            after[key] = replace(after[key], state="cancelled")
        elif isinstance(step, Revive):
            after[key] = replace(after[key], state="waiting")
        else:
            amount = step.amount_minor or after[key].amount_minor
            after[key] = replace(after[key], status=step.status, amount_minor=amount)
    return after
