"""Documents dated before the lock date, by the pair's policy (row 20 of the posting table)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from integrations.core.failures import ConfigurationFailure
from integrations.models import Pair
from sync.models import Posting

_FORMATS = ("%d-%b-%Y", "%Y-%m-%d", "%d %b %Y", "%d/%m/%Y")


def redate(pair: Pair, posting: Posting, failure: ConfigurationFailure) -> bool:
    """Move the document to the first open day, its true date kept in the reference.

    False when the pair wants to be asked, or the lock date is not known.
    """
    if failure.code != "period_locked" or pair.locked_period != Pair.DateInLockedPeriod.FIRST_OPEN_DAY:
        return False
    locked_until = _parse(failure.subject)
    true_date = str(posting.document.get("Date", ""))[:10]
    if locked_until is None or not true_date or date.fromisoformat(true_date) > locked_until:
        return False
    first_open = (locked_until + timedelta(days=1)).isoformat()
    document = {**posting.document, "Date": first_open}
    if str(document.get("DueDate", first_open)) < first_open:
        document["DueDate"] = first_open
    named = "Narration" if "Narration" in document else "Reference"
    document[named] = f"{document.get(named, '')} (of {true_date})".strip()
    posting.document = document
    return True


def _parse(text: str) -> date | None:
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a calendar date
        except ValueError:
            continue
    return None
