"""Which rules can never be asked, because one above them stops every record they are for.

Judged on what conditions plainly say: the same parts joined by `and`, and bounds of the same field
(`total > 100` stops whatever `total > 250` is for). What cannot be told so is taken as reachable.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from mapping.core.rules.document import Rule

_TEXT_OR_SPACE: Final = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\s+""")
_WORD: Final = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|[()\[\]{}]|\b(?:and|or|if|for)\b""")
_BOUND: Final = re.compile(r"([\w.:\[\]]+) ?(>=|<=|>|<) ?(-?\d+(?:\.\d+)?)")
_ALWAYS: Final = frozenset({"", "true"})


@dataclass(frozen=True, slots=True)
class Unreachable:
    """`rule` is never asked: `by`, above it, stops all it is for."""

    rule: Rule
    by: Rule


def unreachable(rules: Sequence[Rule]) -> tuple[Unreachable, ...]:
    """The enabled rules that none of the records they are for can reach."""
    stops: list[Rule] = []
    found: list[Unreachable] = []
    for rule in rules:
        if not rule.enabled:
            continue
        by = next((stop for stop in stops if implies(rule.when, stop.when)), None)
        if by is not None:
            found.append(Unreachable(rule, by))
        if rule.stop:
            stops.append(rule)
    return tuple(found)


def implies(narrow: str, wide: str) -> bool:
    """Whether every record that meets `narrow` plainly meets `wide` too."""
    parts = _parts(narrow)
    return all(any(_part_implies(part, other) for part in parts) for other in _parts(wide) - _ALWAYS)


def _parts(text: str) -> frozenset[str]:
    """What a condition joins by `and`, each part without needless spaces; the whole where it holds an `or`."""
    plain = _TEXT_OR_SPACE.sub(lambda match: match[1] or " ", text).strip()
    cuts, depth = [0], 0
    for match in _WORD.finditer(plain):
        word = match[0]
        depth += (word in "([{") - (word in ")]}")
        if depth == 0 and word in ("or", "if", "for"):
            return frozenset({plain})
        if depth == 0 and word == "and":
            cuts += [match.start(), match.end()]
    cuts.append(len(plain))
    return frozenset(_bare(plain[start:end]) for start, end in _pairs(cuts))


def _pairs(cuts: list[int]) -> Iterable[tuple[int, int]]:
    return zip(cuts[::2], cuts[1::2], strict=True)


def _bare(part: str) -> str:
    part = part.strip()
    if part.startswith("(") and part.endswith(")") and not re.search(r"[()]", part[1:-1]):
        return part[1:-1].strip()
    return part


def _part_implies(narrow: str, wide: str) -> bool:
    if narrow == wide:
        return True
    tight, loose = _BOUND.fullmatch(narrow), _BOUND.fullmatch(wide)
    if tight is None or loose is None or tight[1] != loose[1] or tight[2][0] != loose[2][0]:
        return False
    inner, outer = Decimal(tight[3]), Decimal(loose[3])
    if inner == outer:
        return tight[2] == loose[2] or loose[2].endswith("=")
    return inner > outer if tight[2][0] == ">" else inner < outer
