"""Merging and splitting as moves: every order, card and identity is with exactly one customer, before and after.

An act remembers what it moved, so that undoing it brings back what was. Acts on one customer are undone in the
reverse of their order: only then is "what was" well defined.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal


class MoveRefusedError(Exception):
    """It cannot be done; the message says why, and what to do instead."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A row that belongs to a customer: `kind` is order, card, or identity."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class Act:
    """One merge or split. `number` grows with each act; `moved` is what changed hands."""

    number: int
    kind: Literal["merge", "split"]
    survivor: int
    other: int
    moved: frozenset[Thing] = frozenset()

    def touches(self, customer: int) -> bool:
        """Whether the customer is one of the two."""
        return customer in (self.survivor, self.other)


@dataclass(frozen=True, slots=True)
class World:
    """Who holds what; `forwards` leads from a merged customer to the one it was merged into; `acts` stand, in order."""

    holders: Mapping[Thing, int]
    forwards: Mapping[int, int] = field(default_factory=dict)
    acts: tuple[Act, ...] = ()

    def held_by(self, customer: int) -> frozenset[Thing]:
        """All that a customer holds."""
        return frozenset(thing for thing, holder in self.holders.items() if holder == customer)


def merge(world: World, number: int, survivor: int, other: int) -> World:
    """All of `other` goes to `survivor`, and so does what comes later. Raises MoveRefusedError."""
    if survivor == other:
        raise MoveRefusedError("This is one customer already: choose two.")
    if survivor in world.forwards or other in world.forwards:
        raise MoveRefusedError("One of the two was merged already: look at the customer it was merged into.")
    moved = world.held_by(other)
    return replace(
        world,
        holders=_handed(world, moved, survivor),
        forwards={**world.forwards, other: survivor},
        acts=(*world.acts, Act(number, "merge", survivor, other, moved)),
    )


def split(world: World, number: int, survivor: int, other: int, things: Iterable[Thing]) -> World:
    """Some of what `survivor` holds goes to `other`: a new customer, or one that was merged into it. Raises MoveRefusedError."""
    moved = frozenset(things)
    if not moved:
        raise MoveRefusedError("Choose what goes to the other customer.")
    if not moved <= world.held_by(survivor):
        raise MoveRefusedError("Some of this is no longer with this customer: look again.")
    leads_back = world.forwards.get(other, survivor) == survivor and not world.held_by(other)
    if survivor in world.forwards or other == survivor or not leads_back:
        raise MoveRefusedError("Only a new customer, or one that was merged into this one, can take it.")
    return replace(
        world,
        holders=_handed(world, moved, other),
        forwards={key: into for key, into in world.forwards.items() if key != other},
        acts=(*world.acts, Act(number, "split", survivor, other, moved)),
    )


def undo(world: World, number: int, returning: Iterable[Thing] = ()) -> World:
    """Bring back what was before an act. Raises MoveRefusedError while a later act on either customer stands.

    `returning`: what came after a merge for the customer that returns, by its own identities. After a split is undone,
    the other customer holds nothing again.
    """
    act = next((each for each in world.acts if each.number == number), None)
    if act is None:
        raise MoveRefusedError("This has been undone already.")
    later = [each for each in world.acts if each.number > number]
    if any(each.touches(act.survivor) or each.touches(act.other) for each in later):
        raise MoveRefusedError(
            "Something was merged or split with these customers since: undo the later act first."
        )
    forwards = {key: into for key, into in world.forwards.items() if key != act.other}
    if act.kind == "merge":
        moved, to = (act.moved | frozenset(returning)) & world.held_by(act.survivor), act.other
    else:
        moved, to = world.held_by(act.other), act.survivor
        forwards[act.other] = act.survivor
    rest = tuple(each for each in world.acts if each is not act)
    return replace(world, holders=_handed(world, moved, to), forwards=forwards, acts=rest)


def handed_over(before: World, after: World) -> dict[Thing, int]:
    """What has another holder now, and who that is."""
    return {thing: holder for thing, holder in after.holders.items() if before.holders[thing] != holder}


def _handed(world: World, things: Iterable[Thing], to: int) -> dict[Thing, int]:
    return {**world.holders, **dict.fromkeys(things, to)}
