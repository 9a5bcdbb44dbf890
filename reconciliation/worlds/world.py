"""What a world is, and the knobs that shape it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, Literal

from reconciliation.core.matching.lines import Line

Kind = Literal[
    "plain", "cut", "bare", "twin", "split", "merge", "batch", "fee", "late", "doubled", "recurring", "refund",
    "unpaid", "unrelated", "extra",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Knobs:
    """Shares are of all expected lines, 0 to 1.

    `reference_whole`, `reference_cut`: observed lines that still show the whole reference, or a piece; the others show none.
    `named`: lines with the payer's name. `twins`: lines that come in pairs nobody could tell apart. `batches`: lines paid out
    together by the day. `fees`: lines paid less a fee. `popular`: lines with one of few prices. `unrelated`: observed
    lines that nobody expected. `unpaid`: expected lines whose money never comes. `flipped`: observed amounts have the other sign.
    """

    lines: int = 1000
    days: int = 60
    reference_whole: float = 0.85
    reference_cut: float = 0.05
    named: float = 0.8
    twins: float = 0.02
    splits: float = 0.02
    merges: float = 0.03
    batches: float = 0.0
    fees: float = 0.03
    late: float = 0.03
    doubled: float = 0.005
    recurring: float = 0.04
    refunds: float = 0.04
    popular: float = 0.3
    unrelated: float = 0.1
    unpaid: float = 0.03
    flipped: bool = False


SHARES: Final = tuple(field.name for field in fields(Knobs) if field.type == "float")


@dataclass(frozen=True, slots=True)
class Truth:
    """Lines that belong together, by id; one side empty where nothing belongs to it.

    `reference`: whether the observed side shows the whole reference, a piece or none of it. `certain`: whether the lines
    hold enough to tell.
    """

    expected: tuple[str, ...]
    observed: tuple[str, ...]
    kind: Kind
    reference: Literal["whole", "cut", "none"]
    certain: bool


@dataclass(frozen=True, slots=True)
class World:
    """Both sides and what is true of them."""

    expected: tuple[Line, ...]
    observed: tuple[Line, ...]
    truth: tuple[Truth, ...]
