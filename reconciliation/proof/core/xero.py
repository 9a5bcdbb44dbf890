"""Xero = ours: our documents as we posted them against Xero's, one by one, and the equality of the balances.

Never a source for training: Xero's developer terms forbid it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from integrations.core.money import Money
from reconciliation.proof.core.lights import Break, Proved, Term

What = Literal["lost", "changed", "moved", "doubled", "strange", "unexplained"]
Fix = Literal["post_again", "accept", "roll_back"]
GONE: Final = frozenset({"DELETED", "VOIDED"})
FRESH: Final = timedelta(hours=36)
"""A reading older than this is out of date: there should be one twice a day."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a collection of Xero's, ours as posted or theirs as read. Minor units of `currency`, not signed.

    `accounts` are the codes of the accounts whose balance it moves, with the sign: a transfer has two. `posting` is ours;
    `ref` holds what documents of the same thing share: the reference, the invoice they pay.
    """

    collection: str
    id: str
    minor: int
    currency: str
    on: date | None
    accounts: tuple[tuple[str, int], ...] = ()
    status: str = "AUTHORISED"
    words: str = ""
    ref: str = ""
    posting: int | None = None
    updated: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.collection, self.id

    @property
    def is_gone(self) -> bool:
        return self.status in GONE

    def on_account(self, code: str) -> int:
        """What it adds to an account."""
        return 0 if self.is_gone else sum(sign * self.minor for each, sign in self.accounts if each == code)

    def as_seen(self) -> dict[str, Any]:
        """How it stands, for people and for telling whether it has changed since."""
        return {
            "status": self.status,
            "minor": self.minor,
            "on": self.on.isoformat() if self.on else None,
            "accounts": [list(each) for each in self.accounts],
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """A document that differs. `minor` is what Xero has more of it on the account (of any, where it is on none of ours)."""

    what: What
    collection: str
    id: str
    words: str
    why: str
    minor: int
    currency: str
    account: str
    on: str = ""
    posting: int | None = None
    seen: Mapping[str, Any] | None = None
    fixes: tuple[Fix, ...] = ("accept",)

    def as_json(self) -> dict[str, Any]:
        """As readings keep it."""
        return {**asdict(self), "fixes": list(self.fixes)}


def finding_from_json(row: Mapping[str, Any]) -> Finding:
    """What `as_json` wrote."""
    return Finding(**{**row, "fixes": tuple(row["fixes"])})


def compare(
    ours: Iterable[Document],
    theirs: Iterable[Document],
    account: str,
    accepted: Mapping[tuple[str, str], Mapping[str, Any]],
    *,
    is_whole: Callable[[Document], bool] = lambda document: False,
) -> list[Finding]:
    """What differs on an account. `theirs` are documents that were read, each once; `is_whole` tells of which of ours the
    list had to have them. `accepted` is how documents stood when a person accepted them.
    """
    own = {document.key: document for document in ours}
    read = {document.key: document for document in theirs}
    found = [
        finding
        for key, document in own.items()
        if (finding := _of_ours(document, read.get(key), account, must_be_there=is_whole(document)))
        is not None
    ]
    found += _strangers(own, read, account)
    return [each for each in found if not _is_accepted(each, accepted)]


def _is_accepted(found: Finding, accepted: Mapping[tuple[str, str], Mapping[str, Any]]) -> bool:
    known = accepted.get((found.collection, found.id))
    return known is not None and dict(known) == dict(found.seen or {})


def _of_ours(ours: Document, theirs: Document | None, account: str, *, must_be_there: bool) -> Finding | None:
    if theirs is None:
        why = "It is not in Xero any more."
        return _found("lost", ours, Document(*ours.key, 0, ours.currency, None, (), "DELETED"), account, why) if must_be_there else None  # fmt: skip
    if theirs.is_gone:
        return _found("lost", ours, theirs, account, f"Somebody {theirs.status.lower()} it in Xero.")
    if ours.minor != theirs.minor:
        return _found("changed", ours, theirs, account, f"Its amount is {_money(theirs)} in Xero, and {_money(ours)} as we posted it.")  # fmt: skip
    if ours.accounts and theirs.accounts and set(ours.accounts) != set(theirs.accounts):
        return _found("moved", ours, theirs, account, f"It is on account {_codes(theirs)} in Xero, and {_codes(ours)} as we posted it.")  # fmt: skip
    if ours.on and theirs.on and ours.on != theirs.on:
        return _found("changed", ours, theirs, account, f"Its day is {theirs.on.isoformat()} in Xero, and {ours.on.isoformat()} as we posted it.")  # fmt: skip
    return None


def _found(what: What, ours: Document, theirs: Document, account: str, why: str) -> Finding:
    is_money = bool(ours.accounts)
    minor = (
        theirs.on_account(account) - ours.on_account(account)
        if is_money
        else (0 if theirs.is_gone else theirs.minor) - ours.minor
    )
    fixes: tuple[Fix, ...] = (
        ("post_again", "accept") if what == "lost" and is_money else ("accept", "roll_back")
    )
    return Finding(
        what, ours.collection, ours.id, ours.words, why, minor, ours.currency, account,
        (ours.on or date.min).isoformat(), ours.posting, theirs.as_seen(), fixes,
    )  # fmt: skip


def _strangers(
    own: Mapping[tuple[str, str], Document], read: Mapping[tuple[str, str], Document], account: str
) -> list[Finding]:
    """What stands on the account and is none of ours; twice the same thing, where it is like one of ours."""
    alike: dict[str, list[Document]] = defaultdict(list)
    for document in own.values():
        alike[document.ref].append(document)
    found = []
    for key, document in read.items():
        if key in own or document.is_gone:
            continue
        likes = alike[document.ref] if document.ref else []
        twin = next((each for each in likes if each.minor == document.minor), None)
        is_twin = twin is not None and twin.collection == document.collection
        if document.on_account(account) or (document.collection in _MOVES_NOTHING and is_twin):
            found.append(_stranger(document, twin, next(iter(likes), None), account))
    return found


def _stranger(theirs: Document, twin: Document | None, like: Document | None, account: str) -> Finding:
    why = f"It was put on account {account} by somebody else."
    if twin:
        why = f"It is {twin.words} once more: same amount, same reference."
    elif like:
        why = f"It has the reference of {like.words}, but another amount."
    ours = twin or like
    return Finding(
        "doubled" if twin else "strange", theirs.collection, theirs.id, ours.words if ours else theirs.words, why,
        theirs.on_account(account) or theirs.minor, theirs.currency, account,
        theirs.on.isoformat() if theirs.on else "", ours.posting if ours else None, theirs.as_seen(), ("accept",),
    )  # fmt: skip


def unexplained(account: str, currency: str, minor: int, found: Iterable[Finding]) -> Finding | None:
    """What is left of a difference of balances when the documents that differ are taken off."""
    rest = minor - sum(each.minor for each in found if each.collection not in _MOVES_NOTHING)
    if not rest:
        return None
    return Finding(
        "unexplained", "", f"rest:{rest}", f"Account {account}",
        "Xero's balance differs, and no document that we posted or that was changed lately does. It may have been there "
        "before Tillbridge.", rest, currency, account, seen={"minor": rest},
    )  # fmt: skip


_MOVES_NOTHING: Final = frozenset({"CreditNotes", "Invoices"})


def _money(document: Document) -> str:
    return str(Money(document.minor, document.currency))


def _codes(document: Document) -> str:
    return " and ".join(code for code, _ in document.accounts)


def days_that_differ(
    ours: Mapping[date, int], first: date, last: date, ask: Callable[[date, date], int], most_calls: int
) -> list[date]:
    """The days on which Xero's movements of an account are not ours, by halving the time.

    `ask` gives Xero's movement between two days, both included. Stops after `most_calls`, with what is found by then.
    """
    spans, found, calls = [(first, last)], [], 0
    while spans and calls < most_calls:
        start, end = spans.pop()
        calls += 1
        if ask(start, end) == sum(minor for day, minor in ours.items() if start <= day <= end):
            continue
        if start == end:
            found.append(start)
            continue
        middle = start + (end - start) // 2
        spans += [(start, middle), (middle + timedelta(days=1), end)]
    return sorted(found)


@dataclass(frozen=True, slots=True)
class Read:
    """What the last reading says. `is_report`: the balance is Xero's own report, else the sum of the documents."""

    at: datetime
    xero_minor: int
    ours_minor: int
    findings: tuple[Finding, ...] = ()
    is_report: bool = True


def xero_equals_ours(
    account: str, currency: str, read: Read | None, ours_now: int, now: datetime | None
) -> Proved:
    """The equality by the last reading. `now` only where the proof is as at now: a reading may be out of date then."""
    if read is None:
        return Proved(
            "xero", account, currency, Term("xero", "Clearing account in Xero", 0),
            (Term("ours", "Clearing account, by our postings", ours_now),),
            unknown="Xero's own report has not been read for this moment. It is read twice a day.",
        )  # fmt: skip
    stale = now is not None and now - read.at > FRESH
    return Proved(
        "xero", account, currency,
        Term("xero", "Clearing account in Xero, by its own report" if read.is_report else "Clearing account in Xero, by its documents", read.xero_minor),
        (Term("ours", "By our postings when it was read", read.ours_minor),),
        breaks=tuple(map(_as_break, read.findings)),
        is_moving=stale,
        since=read.at,
    )  # fmt: skip


_FIXES: Final[Mapping[What, str]] = {
    "lost": "Have it posted again, restore it in Xero, or accept it as it stands.",
    "changed": "Put it right in Xero, roll it back, or accept it as it stands.",
    "moved": "Put it back in Xero, or accept it as it stands.",
    "doubled": "Delete the second one in Xero, or accept it.",
    "strange": "Look at it in Xero. If it belongs there, accept it; else move it to its own account.",
    "unexplained": "If it was there before, accept it as the opening balance; else look at the account in Xero.",
}


def _as_break(found: Finding) -> Break:
    return Break(
        "xero", f"{found.collection}:{found.id}", found.words, found.minor, found.why, _FIXES[found.what],
        date.fromisoformat(found.on) if found.on and not found.on.startswith("0001") else None,
    )  # fmt: skip
