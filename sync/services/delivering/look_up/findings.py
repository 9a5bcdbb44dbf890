"""What looking a document up can find."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.xero.lookups import Found
from sync.models import Posting
from sync.services.delivering.fates import Posted


@dataclass(frozen=True, slots=True)
class Absent:
    """Not in Xero."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Something else has its number or name. `new_name`: a contact's way out."""

    why: str
    new_name: str = ""


Finding = Posted | Taken | Absent


def there(found: Found) -> Posted:
    """It is in Xero."""
    return Posted(
        found.id,
        found.number,
        found.status,
        found.total,
        part_id=str(found.raw.get("OverpaymentID") or ""),
        was_there=True,
    )


def target_id(posting: Posting) -> str:
    """The Xero id of what a posting changes, pays or builds on."""
    return posting.target.remote_id if posting.target else ""
