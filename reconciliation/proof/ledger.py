"""What our postings move on a clearing account, added up by the database: in all, by day, and by what they belong to.

A posting is in Xero when it is posted, and still when a roll-back reversed it by an entry of a later day. An overpayment
that was given back counts for nothing, and so does what gave it back.
"""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from typing import Any, Final

from django.db import connection

from integrations.models import Pair
from reconciliation.proof.accounts import Clearing
from reconciliation.proof.core.lights import Moment
from reconciliation.proof.core.unbanked import Moved

_SQL: Final = files("reconciliation.proof") / "sql"


def moved_by_group(pair: Pair, account: Clearing, moment: Moment) -> dict[str, Moved]:
    """What every group has on the account; those that come to nothing are left out. One query."""
    rows = _rows("groups", pair, account, moment)
    return {name: Moved(posted, flight, later) for name, posted, flight, later in rows}


def posted_by_day(pair: Pair, account: Clearing, moment: Moment) -> dict[date, int]:
    """What stands in Xero of ours on the account, by the day of the document. One query."""
    return dict(_rows("days", pair, account, moment))


def _rows(name: str, pair: Pair, account: Clearing, moment: Moment) -> list[tuple[Any, ...]]:
    values: dict[str, Any] = {
        "pair": pair.pk, "account": account.code, "currency": account.currency, "day": moment.day,
        "known_by": moment.known_by,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_read("moves") + _read(name), values)
        return list(cursor.fetchall())


def _read(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text()
