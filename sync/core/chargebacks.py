"""A dispute's story as the plan of the books sees it: in the currency of its order's invoice, under keys of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

from integrations.disputes.core.stories import Move, Story
from sync.core.books import DisputeFacts, DisputeMove

Amount = Callable[[int], int]
Loss = Literal["sale_undone", "bad_debt"]

_LONGEST: Final = 50
_SIGNS_OF_KEYS: Final = re.compile(r"[:@~]")


def _as_it_is(minor: int) -> int:
    return minor


@dataclass(frozen=True, slots=True)
class Conversions:
    """What amounts of the sale's and of the fee's currency come to in the books'."""

    in_books: Amount = _as_it_is
    fee_in_books: Amount = _as_it_is


AS_THEY_ARE: Final = Conversions()


def key_of_case(case_id: str, times_tied: int) -> str:
    """What the keys of a dispute's postings begin with: its number, and which sale it was tied to before this one.

    Tied to another sale, it is booked there under other keys, for those of the first are undone and stay.
    """
    plain = _SIGNS_OF_KEYS.sub("-", case_id)
    if plain != case_id or len(plain) > _LONGEST:
        plain = f"{plain[:_LONGEST]}-{sha256(case_id.encode()).hexdigest()[:8]}"
    return plain if times_tied <= 1 else f"{plain}~{times_tied}"


def case_of_key(key: str) -> str:
    """The beginning of a posting's key."""
    return key.partition(":")[0]


def move_of_key(key: str) -> str:
    """The name of what moved, in a posting's key: `lost~2` of `CB1:lost~2@3`."""
    return key.split(":")[1].partition("@")[0]


def dispute_facts(
    case: str,
    payment_code: str,
    story: Story,
    loss: Loss,
    convert: Conversions = AS_THEY_ARE,
    *,
    is_left_alone: bool = False,
) -> DisputeFacts:
    """The facts of a dispute."""
    in_books = convert.in_books
    moves = tuple(_move(move, convert.fee_in_books if move.is_fee else in_books) for move in story.moves)
    taken = sum(_signed(move, in_books) for move in story.moves if not move.is_fee)
    lost = taken if story.lost_minor == story.taken_minor else in_books(story.lost_minor)
    return DisputeFacts(case, payment_code, taken, lost, moves, loss, is_left_alone)


def _move(move: Move, in_books: Amount) -> DisputeMove:
    kind: Literal["spend", "receive"] = "spend" if move.kind == "taken" else "receive"
    return DisputeMove(move.name, kind, in_books(move.amount_minor))


def _signed(move: Move, in_books: Amount) -> int:
    return in_books(move.amount_minor) * (1 if move.kind == "taken" else -1)
