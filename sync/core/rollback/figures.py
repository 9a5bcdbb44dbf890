"""What a roll-back comes to: documents, money, calls to Xero, and what it does to the accounts that hold money."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sync.core.rollback.facts import Rules
from sync.core.rollback.planning import Step
from sync.core.rollback.undoing import FOLLOWS

_READ_AT_ONCE = 40
"""Documents whose standing is read back in one call."""
_BALANCES = 2
"""The trial balance is read before and after."""
_AT_SIGHT = frozenset({"payment", "overpayment", "refund", "spend", "receive", "bank_transfer", "journal"})


@dataclass(frozen=True, slots=True)
class Figures:
    """`kinds` counts documents by kind; `money` is what moves back and forth, by currency; `effects` is what the
    roll-back adds to each account. Minor units.
    """

    documents: int
    groups: int
    calls: int
    kinds: Mapping[str, int]
    money: Mapping[str, int]
    effects: Mapping[tuple[str, str], int]


def figures_of(steps: Iterable[Step], rules: Rules) -> Figures:
    """The figures of these steps."""
    acted = [step for step in steps if step.action in {"undo", "reverse"}]
    effects: dict[tuple[str, str], int] = defaultdict(int)
    for step in acted:
        for move in step.document.moves:
            effects[move.account, move.currency] -= move.minor
    return Figures(
        documents=len(acted),
        groups=len({step.document.group for step in acted}),
        calls=_calls(acted, rules),
        kinds=Counter(step.document.kind for step in acted if step.document.kind not in FOLLOWS),
        money=_money(acted),
        effects={key: minor for key, minor in effects.items() if minor},
    )


def _money(acted: Iterable[Step]) -> dict[str, int]:
    """What money documents come to; where there are none, what the others do."""
    moved: dict[str, int] = defaultdict(int)
    others: dict[str, int] = defaultdict(int)
    for step in acted:
        document = step.document
        heap = moved if document.kind in _AT_SIGHT else others
        heap[document.currency] += document.amount_minor
    return dict(moved or others)


def _calls(acted: list[Step], rules: Rules) -> int:
    """Undoing in batches where Xero takes them, reading back, and the trial balance before and after."""
    if not acted:
        return 0
    kinds = Counter(step.by for step in acted if step.by)
    undoing = sum(_up(count, rules.batch_sizes.get(kind, 1)) for kind, count in kinds.items())
    read = Counter(step.document.kind for step in acted)
    return undoing + sum(_up(count, _READ_AT_ONCE) for count in read.values()) + _BALANCES


def _up(count: int, size: int) -> int:
    return -(-count // size)
