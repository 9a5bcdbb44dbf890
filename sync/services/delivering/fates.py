"""What became of each posting of a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from integrations.core.failures import Failure


@dataclass(frozen=True, slots=True)
class Posted:
    """It is in Xero. `was_there`: found there, not made by this call. Amounts in its currency.

    `part_id`: the overpayment that a bank transaction made.
    """

    id: str
    number: str = ""
    status: str = ""
    total: Decimal | None = None
    part_id: str = ""
    was_there: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Xero will not have it: a configuration or permanent failure."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Again:
    """Certainly not in Xero: to be sent in a new call. `new_name` replaces a contact's taken name."""

    why: str
    new_name: str = ""


Fate = Posted | Refused | Again


@dataclass(frozen=True, slots=True)
class Answered:
    """The call's members each have a fate, in the body's order."""

    status: int
    fates: Sequence[Fate]
    looked_up: bool = False
