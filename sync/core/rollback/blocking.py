"""Why a document cannot be undone, in the accountant's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sync.core.rollback.facts import Blocker, Document, Rules, Seen

_UNDER_WAY: Final = Blocker(
    "under_way",
    "Something of this order is on its way to Xero at this moment.",
    "Wait until Xero has answered, then make the plan again.",
)
_BEING_UNDONE: Final = Blocker(
    "being_undone",
    "It is being undone already, because what it was made for no longer holds.",
    "Wait until that is done, then make the plan again.",
)
_NO_ID: Final = Blocker(
    "no_id",
    "Xero never told us its id of this document.",
    "Undo it in Xero by hand; the roll-back leaves it as it is.",
)
_NOT_FOUND: Final = Blocker(
    "not_found",
    "Xero does not know this document.",
    "Check that the pair is connected to the organisation it was posted to.",
)
_RECONCILED: Final = Blocker(
    "reconciled",
    "It is reconciled with a bank statement line in Xero.",
    "Open it in Xero, choose Options, Unreconcile (Remove & Redo), then make the plan again.",
)


def blockers(document: Document, seen: Seen | None, rules: Rules, *, is_reversed: bool) -> Iterator[Blocker]:
    """Everything that stands in the document's way. `is_reversed`: by an entry on an open day, so it stays as it is."""
    if document.undone_by:
        yield _BEING_UNDONE
    needs_part = document.kind == "overpayment" and not is_reversed
    if not document.remote_id or (needs_part and not document.part_id):
        yield _NO_ID
    elif seen is None:
        yield _NOT_FOUND
    elif seen.is_reconciled and not is_reversed:
        yield _RECONCILED
    if seen is not None and not is_reversed:
        for stranger in seen.strangers:
            yield _strange(stranger.words)
    if is_reversed:
        yield from _of_the_lock(document, rules)


def under_way() -> Blocker:
    """For every document of an order of which something is being sent."""
    return _UNDER_WAY


def _strange(words: str) -> Blocker:
    return Blocker(
        "not_ours",
        f"There is something on it that was not posted from here: {words}.",
        "Remove that in Xero, or leave this order out.",
    )


def _of_the_lock(document: Document, rules: Rules) -> Iterator[Blocker]:
    day = rules.locked_until.isoformat() if rules.locked_until else ""
    if not rules.reverses_locked:
        yield Blocker(
            "locked",
            f"The books are locked up to {day}.",
            "Move the lock date in Xero; or set “Documents dated in a locked period” to the first open day in the pair's "
            "settings, and it is taken back by an entry on that day.",
        )
    elif document.currency != rules.base_currency:
        yield Blocker(
            "locked_currency",
            f"The books are locked up to {day}, and Xero keeps no journal in {document.currency} to take it back with.",
            "Move the lock date in Xero for as long as the roll-back takes.",
        )
    elif not rules.reversals:
        yield Blocker(
            "no_reversals_account",
            "No account is chosen that reversing entries stand against.",
            "Choose an account for the role Reversals in the pair's settings: a current asset, used for nothing else.",
        )
