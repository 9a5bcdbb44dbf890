"""What the path of a field says: its words, whose they are (customer, line, refund …), and the lists it is in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from mapping.core.paths import EVERY, Path, PathError, Step, parse_path
from mapping.suggestions.core.lexicon import lexicon

ROLE_WORDS: Final[dict[str, str]] = {
    "customer": "customer", "contact": "customer", "billing": "billing", "shipping": "shipping", "fulfilment": "shipping",
    "line": "line", "product": "line", "payment": "payment", "captured": "payment", "paid": "payment",
    "order": "order", "invoice": "order", "merchant": "merchant", "refund": "refund", "dispute": "refund",
    "cancelled": "refund", "fee": "fee", "tax": "tax", "discount": "discount", "coupon": "discount", "card": "card",
    "scheme": "card", "lastfour": "card", "expiry": "card", "issuer": "card", "staff": "staff", "payout": "payout",
    "bank": "bank", "risk": "risk", "ip": "risk", "device": "risk", "browser": "risk", "tip": "fee", "gift": "fee",
    "handling": "fee", "image": "image", "weight": "image", "updated": "updated", "declined": "refund",
    "balance": "balance", "subtotal": "balance", "net": "balance", "stock": "merchant", "subscription": "subscription",
    "language": "language", "original": "previous", "related": "previous", "previous": "previous", "parent": "previous",
    "token": "token", "outstanding": "balance", "remaining": "balance",
    "available": "balance", "breakdown": "balance", "birth": "personal", "birthday": "personal", "dob": "personal",
    "variant": "variant", "settlement": "payout", "creditnote": "refund", "barcode": "barcode",
    "total": "total", "unitprice": "unit", "unit": "unit", "quantity": "unit", "descriptor": "merchant", "version": "token",
}  # fmt: skip
"""Words that say whose a field is, and the role each one stands for."""

ROLES: Final = tuple(sorted(set(ROLE_WORDS.values())))
SOFT_ROLES: Final = frozenset({"customer", "billing", "line", "payment", "order", "payout", "bank"})
"""Roles that a field of another role may well serve; the others speak against a link."""

_FADING: Final = (1.0, 0.7, 0.45, 0.25)
"""How much a word weighs by its distance from the end of the path."""


@dataclass(frozen=True, slots=True)
class Name:
    """`leaf`: words of the last step. `words`: words of the path with their weights. `written`: for comparing letters."""

    path: str
    leaf: tuple[str, ...]
    words: tuple[tuple[str, float], ...]
    roles: frozenset[str]
    lists: tuple[str, ...]
    """The lists the field is in, outermost first, as paths without the last `[]`."""
    depth: int
    written: str

    def of_record(self, root: str) -> Name:
        """The name with what the whole record is (an order, a payment) as an unwritten first step."""
        words = self.words if root in dict(self.words) else (*self.words, (root, _FADING[1]))
        return replace(self, words=words, roles=self.roles | roles_of((root,)))


@lru_cache(maxsize=8192)
def name_of(path: str) -> Name:
    """Read a path."""
    steps = steps_of(path)
    told = [words for step in steps if _tells(words := words_of(step.name)) or step is steps[-1]]
    weights: dict[str, float] = {}
    for distance, words in enumerate(reversed(told)):
        for word in words:
            fading = _FADING[min(distance, len(_FADING) - 1)]
            weights[word] = max(weights.get(word, 0.0), fading)
    return Name(
        path,
        told[-1],
        tuple(weights.items()),
        roles_of(weights),
        _lists(steps),
        len(steps),
        " ".join(lexicon().raw(steps[-1].name)),
    )


def words_of(name: str) -> tuple[str, ...]:
    """The telling words of one step; the plain ones only where there is nothing else."""
    tokens = lexicon().tokens(name)
    return tuple(word for word in tokens if word not in lexicon().plain) or tokens


def _tells(words: tuple[str, ...]) -> bool:
    return any(word not in lexicon().plain for word in words)


def roles_of(words: Iterable[str]) -> frozenset[str]:
    """The roles the words stand for."""
    return frozenset(ROLE_WORDS[word] for word in words if word in ROLE_WORDS)


def steps_of(path: str) -> tuple[Step, ...]:
    """The steps of a path; a text that is no path counts as one step."""
    try:
        return parse_path(path).steps
    except PathError:
        return (Step(path),)


def _lists(steps: tuple[Step, ...]) -> tuple[str, ...]:
    return tuple(
        str(Path((*steps[:position], Step(step.name))))
        for position, step in enumerate(steps[:-1])
        if step.index == EVERY
    )
