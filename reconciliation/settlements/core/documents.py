"""What an acquirer's statement says, as its event keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

from reconciliation.settlements.core.lines import Line, net_minor


@dataclass(frozen=True, slots=True)
class StatedSettlement:
    """One payout as the acquirer states it. Amounts in minor units of `currency`.

    `batch_id` is Opayo's where the acquirer quotes it; `pays_on` the day on which it says that it pays.
    """

    mid: str
    reference: str
    settled_on: date
    currency: str
    lines: tuple[Line, ...] = ()
    batch_id: str = ""
    pays_on: date | None = None

    @property
    def net_minor(self) -> int:
        """What it says reaches the bank."""
        return net_minor(list(self.lines))


@dataclass(frozen=True, slots=True)
class Statement:
    """All payouts of one file of an acquirer."""

    acquirer: str
    settlements: tuple[StatedSettlement, ...]


def statement_to_json(statement: Statement) -> bytes:
    """The body of the event that keeps it: empty fields left out, days in ISO 8601, amounts in minor units."""
    document = {
        "acquirer": statement.acquirer,
        "settlements": [
            {**_plain(each), "lines": [_plain(line) for line in each.lines]} for each in statement.settlements
        ],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def statement_from_json(body: bytes) -> Statement:
    """The statement that `statement_to_json` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    document = json.loads(body)
    return Statement(document["acquirer"], tuple(_settlement(row) for row in document["settlements"]))


def _settlement(row: Mapping[str, Any]) -> StatedSettlement:
    lines = tuple(Line(**_read(each)) for each in row["lines"])
    return StatedSettlement(**{**_read(row), "lines": lines})


_DAYS: Final = ("settled_on", "pays_on", "happened_on")


def _read(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: date.fromisoformat(value) if name in _DAYS and value else value for name, value in row.items()
    }


def _plain(row: StatedSettlement | Line) -> dict[str, Any]:
    values = ((each.name, getattr(row, each.name)) for each in fields(row) if each.name != "lines")
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values
        if value not in ("", None)
    }
