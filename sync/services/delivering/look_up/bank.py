"""Looking up money spent, received and transferred, overpayments, and journals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from integrations.core.money import Money
from integrations.xero.client import XeroClient
from integrations.xero.lookups import find_bank_transactions, find_bank_transfers, find_journals
from sync.models import Posting
from sync.services.delivering.look_up.findings import Absent, Finding, there

_AROUND = timedelta(days=1)


def transactions(type_: str) -> Callable[[XeroClient, Sequence[Posting]], dict[int, Finding]]:
    """A search for bank transactions of a type, by Reference and amount, within a day of their dates."""

    def find(client: XeroClient, postings: Sequence[Posting]) -> dict[int, Finding]:
        since, until = _days(postings)
        references = {_reference(posting) for posting in postings}
        found = find_bank_transactions(client, references, since=since, until=until)
        known = {(each.reference, each.total): each for each in found if each.type == type_}
        return {
            posting.pk: there(known[key]) if (key := _key(posting)) in known else Absent()
            for posting in postings
        }

    return find


def transfers(client: XeroClient, postings: Sequence[Posting]) -> dict[int, Finding]:
    """Bank transfers by Reference and amount, within a day of their dates."""
    since, until = _days(postings)
    found = find_bank_transfers(client, map(_reference, postings), since=since, until=until)
    known = {(each.reference, each.total): each for each in found}
    return {
        posting.pk: there(known[key]) if (key := _key(posting)) in known else Absent() for posting in postings
    }


def journals(client: XeroClient, postings: Sequence[Posting]) -> dict[int, Finding]:
    """Manual journals by their narration, within a day of their dates: Xero knows no other name of them."""
    since, until = _days(postings)
    narrations = {str(posting.document["Narration"]) for posting in postings}
    found = find_journals(client, narrations, since=since, until=until)
    return {
        posting.pk: there(found[narration])
        if (narration := str(posting.document["Narration"])) in found
        else Absent()
        for posting in postings
    }


def _days(postings: Sequence[Posting]) -> tuple[date, date]:
    days = [date.fromisoformat(str(posting.document["Date"])[:10]) for posting in postings]
    return min(days) - _AROUND, max(days) + _AROUND


def _key(posting: Posting) -> tuple[str, object]:
    return _reference(posting), Money(posting.amount_minor, posting.currency).to_decimal()


def _reference(posting: Posting) -> str:
    return str(posting.document["Reference"])
