"""How a benchmark tells its result: a table for people, then one JSON line for machines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


def print_result(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], line: Mapping[str, Any]
) -> None:
    """Print the table, its first column left-aligned and the others right-aligned, then the line."""
    cells = [list(map(str, columns)), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[index]) for row in cells) for index in range(len(columns))]
    print(f"\n{title}\n")
    for number, row in enumerate(cells):
        print("  ".join(_aligned(cell, widths[index], index) for index, cell in enumerate(row)))
        if number == 0:
            print("  ".join("-" * width for width in widths))
    print(json.dumps({"benchmark": title.split(":", 1)[0], **line}), flush=True)


def _aligned(cell: str, width: int, index: int) -> str:
    return cell.ljust(width) if index == 0 else cell.rjust(width)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` (0 to 1) of them do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, -(-int(share * 1_000_000) * len(ordered) // 1_000_000) - 1))]
