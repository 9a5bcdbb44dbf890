"""What has to go along when a document is undone."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping

from sync.core.rollback.facts import Document
from sync.core.rollback.undoing import FOLLOWS, UNDO_OF

_MONEY_IN = frozenset({"payment", "overpayment"})


class Web:
    """The documents at hand, and how they hang together."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.by_id: Mapping[int, Document] = {document.id: document for document in documents}
        self._on: dict[int, list[Document]] = defaultdict(list)
        self._records: dict[tuple[str, int], list[Document]] = defaultdict(list)
        for document in self.by_id.values():
            if document.on is not None:
                self._on[document.on].append(document)
            for record in ("payment", "refund", "dispute"):
                if (key := getattr(document, record)) is not None:
                    self._records[record, key].append(document)

    def standing_on(self, document: Document) -> list[Document]:
        """What Xero has put on it: it cannot go before they have gone."""
        return self._on[document.id]

    def goes_along(self, document: Document) -> list[Document]:
        """What is undone with it, for Xero's sake or so that the books stay true.

        A payment takes along what went back of it, or more would go out than came in; a refund is its credit note and
        its money; of a dispute what came later goes first.
        """
        along = list(self.standing_on(document))
        if document.kind in FOLLOWS or document.kind == "credit_note_allocation":
            along += self._below(document)
        if document.refund is not None:
            along += self._records["refund", document.refund]
        elif document.dispute is not None:
            same = self._records["dispute", document.dispute]
            along += [each for each in same if each.id > document.id]
        elif document.kind in _MONEY_IN and document.payment is not None:
            along += self._records["payment", document.payment]
        return [each for each in along if each.id != document.id]

    def _below(self, document: Document) -> list[Document]:
        below = self.by_id.get(document.on) if document.on is not None else None
        return [below] if below else []


def closure(web: Web, roots: Iterable[int]) -> dict[int, int | None]:
    """Every posted document that is undone, with the one that pulled it in; None for those asked for."""
    found: dict[int, int | None] = {}
    waiting: deque[tuple[int, int | None]] = deque((root, None) for root in sorted(set(roots)))
    while waiting:
        key, cause = waiting.popleft()
        document = web.by_id.get(key)
        if document is None or key in found or not _can_be_undone(document):
            continue
        found[key] = cause
        waiting.extend((each.id, key) for each in web.goes_along(document))
    return found


def _can_be_undone(document: Document) -> bool:
    return document.is_posted and (document.kind in UNDO_OF or document.kind in FOLLOWS)
