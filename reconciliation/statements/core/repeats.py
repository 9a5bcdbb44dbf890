"""The same line told twice in one file: a slip of the bank, or twice the same money?"""

from __future__ import annotations

from collections.abc import Sequence

from reconciliation.statements.core.statement import StatementLine


def without_repeats(
    lines: Sequence[StatementLine], moved_minor: int | None
) -> tuple[tuple[StatementLine, ...], int]:
    """The lines without those that repeat the bank's own id, day and amount of another, and how many were left out.

    `moved_minor` is what the balances say that the lines come to: it decides whether the repeated ones are money. Where
    no balance tells, the bank's id does: the same id is the same line.
    """
    kept = []
    seen = set()
    for line in lines:
        key = (line.bank_id, line.booked_on, line.minor)
        if line.bank_id and key in seen:
            continue
        seen.add(key)
        kept.append(line)
    repeated = len(lines) - len(kept)
    if not repeated or (moved_minor is not None and sum(line.minor for line in lines) == moved_minor):
        return tuple(lines), 0
    return tuple(kept), repeated


def words_of_repeats(count: int) -> str:
    """What is said of lines left out."""
    times = "1 line is" if count == 1 else f"{count:,} lines are"
    return f"{times} in the file twice, with the bank's same number; taken once."
