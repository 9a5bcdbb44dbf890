"""The plan of a roll-back: what becomes of each document, in order, and what blocks it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sync.core.rollback.blocking import blockers, under_way
from sync.core.rollback.closure import Web, closure
from sync.core.rollback.facts import Blocker, Document, Rules, Seen
from sync.core.rollback.undoing import (
    FOLLOWING_PHASE,
    FOLLOWS,
    GONE,
    PHASES,
    REVERSED_BY,
    REVERSING_PHASE,
    UNDO_OF,
)
from sync.core.states import UNSENT

Action = Literal["undo", "reverse", "gone", "follows", "drop"]
"""`undo` it in Xero; `reverse` it by an entry on an open day; `gone` there already; `follows` its invoice; `drop` it unsent."""


@dataclass(frozen=True, slots=True)
class Step:
    """One document of the plan.

    `by` is the kind of the posting that does it, empty where no call is needed. `pulled_in_by` is the document for whose
    sake it is undone; None where it was asked for.
    """

    document: Document
    action: Action
    phase: int
    by: str = ""
    pulled_in_by: int | None = None
    blockers: tuple[Blocker, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps, those that come first in front; `blocked` are the groups that stay as they are if they are left out."""

    steps: tuple[Step, ...]

    @property
    def blocked(self) -> frozenset[str]:
        """Groups of which something cannot be undone: none of theirs is."""
        return frozenset(step.document.group for step in self.steps if step.blockers)

    @property
    def free(self) -> tuple[Step, ...]:
        """The steps of the other groups."""
        blocked = self.blocked
        return tuple(step for step in self.steps if step.document.group not in blocked)


def plan(documents: Iterable[Document], roots: Iterable[int], seen: Mapping[int, Seen], rules: Rules) -> Plan:
    """From what is asked for to the whole plan. `documents` are all postings of the orders concerned.

    The same facts give the same plan; when it has been carried out there is nothing left to plan.
    """
    web, roots = Web(documents), frozenset(roots)
    undone = closure(web, roots)
    if not undone:
        return Plan(())
    in_locked = _taken_back_by_entry(web, undone, seen, rules)
    moving = {each.group for each in web.by_id.values() if each.state == "sending"}
    steps = [
        _step(web.by_id[key], cause, seen.get(key), rules, is_reversed=key in in_locked, moving=moving)
        for key, cause in undone.items()
    ]
    steps += [Step(each, "drop", 0) for each in _unsent(web, undone, roots)]
    return Plan(tuple(sorted(steps, key=_place)))


def _unsent(web: Web, undone: Mapping[int, int | None], roots: frozenset[int]) -> list[Document]:
    """What is not sent any more: of the same orders, what was asked for itself, and what would stand on what is undone."""
    groups = {web.by_id[key].group for key in undone}
    return [
        each
        for each in web.by_id.values()
        if each.state in UNSENT
        and each.kind != "contact"
        and (each.group in groups or each.id in roots or each.on in undone)
    ]


def _place(step: Step) -> tuple[int, bool, int]:
    """Unsent first, then by phase; money going out before money coming in."""
    return (step.phase if step.action != "drop" else -1, step.document.kind != "refund", step.document.id)


def _taken_back_by_entry(web: Web, undone: Iterable[int], seen: Mapping[int, Seen], rules: Rules) -> set[int]:
    """Documents of a locked period, and those that stand on one or carry one: they stay or go together in Xero.

    An overpayment needs no entry of its own: Xero deletes none, so it is given back on an open day anyway.
    """
    if rules.locked_until is None:
        return set()
    chosen = {key: web.by_id[key] for key in undone if web.by_id[key].kind not in FOLLOWS}
    waiting = [each for each in chosen.values() if _is_locked(each, seen.get(each.id), rules)]
    found: set[int] = set()
    while waiting:
        document = waiting.pop()
        if document.id in found:
            continue
        found.add(document.id)
        near = [*web.standing_on(document), *([chosen[document.on]] if document.on in chosen else [])]
        waiting += [each for each in near if each.id in chosen and _stay_together(each, document)]
    return found


def _is_locked(document: Document, seen: Seen | None, rules: Rules) -> bool:
    """A draft is not in the books, so no lock keeps it."""
    is_draft = seen is not None and seen.status in {"DRAFT", "SUBMITTED"}
    if document.dated is None or rules.locked_until is None or document.kind == "overpayment" or is_draft:
        return False
    return document.dated <= rules.locked_until


def _stay_together(one: Document, other: Document) -> bool:
    """A sale and the money on it, not a sale and its credit note: those are two documents in Xero."""
    return {one.kind, other.kind} != {"invoice", "credit_note"}


def _step(
    document: Document,
    cause: int | None,
    seen: Seen | None,
    rules: Rules,
    *,
    is_reversed: bool,
    moving: set[str],
) -> Step:
    if document.kind in FOLLOWS:
        return Step(document, "follows", FOLLOWING_PHASE, pulled_in_by=cause)
    if seen is not None and seen.status in GONE:
        return Step(document, "gone", 0, pulled_in_by=cause)
    why = tuple(blockers(document, seen, rules, is_reversed=is_reversed))
    if document.group in moving:
        why = (under_way(), *why)
    if not is_reversed:
        by = UNDO_OF[document.kind]
        return Step(document, "undo", PHASES[by], by, cause, why)
    return Step(document, "reverse", REVERSING_PHASE, _reversed_by(document), cause, why)


def _reversed_by(document: Document) -> str:
    if document.kind == "payment" and document.paid_out:
        return "receive"
    return REVERSED_BY.get(document.kind, "")
