"""Looking up whether something that was to be undone is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from integrations.xero.client import XeroClient
from integrations.xero.lookups import get_one
from sync.models import Posting
from sync.services.delivering.look_up.findings import Absent, Finding, target_id, there

_UNDONE = frozenset({"DELETED", "VOIDED"})


def undone(collection: str) -> Callable[[XeroClient, Sequence[Posting]], dict[int, Finding]]:
    """A search for documents of a collection that are deleted or voided."""

    def find(client: XeroClient, postings: Sequence[Posting]) -> dict[int, Finding]:
        return {posting.pk: _undone(client, collection, posting) for posting in postings}

    return find


def _undone(client: XeroClient, collection: str, posting: Posting) -> Finding:
    key = target_id(posting)
    found = get_one(client, collection, key) if key else None
    return there(found) if found is not None and found.status in _UNDONE else Absent()
