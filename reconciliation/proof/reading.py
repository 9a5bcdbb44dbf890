"""Reading Xero back: its own balance of each clearing account, and the documents that make it differ from ours.

Twice a day, of the least urgency, a few calls: one report, and what changed since the last reading that agreed. Only where
that does not explain a difference are the days that differ looked for and listed whole. Nothing of it is learned from:
Xero's developer terms forbid it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, Max, Sum
from django.db.models.fields.json import KT
from django.utils import timezone

from integrations.clock import business_now
from integrations.core.money import Money
from integrations.models import Connection, Pair
from integrations.opayo.sweep import merge_cursors
from integrations.xero.changes import changed_since, dated_between
from integrations.xero.client import XeroClient
from integrations.xero.reports import trial_balance
from reconciliation.alerts import Alert, keep_alerts
from reconciliation.models import AcceptedChange, Reading
from reconciliation.proof.accounts import Clearing, clearing_accounts
from reconciliation.proof.core.lights import Moment
from reconciliation.proof.core.xero import (
    Document,
    Finding,
    compare,
    days_that_differ,
    finding_from_json,
    unexplained,
)
from reconciliation.proof.documents import our_documents, their_documents
from reconciliation.proof.ledger import posted_by_day
from sync.models import Posting

NEXT_AT: Final = "next_proof_reading_at"
_INTERVAL_SECONDS: Final = 12 * 3600
_SOON_SECONDS: Final = 300
_OVERLAP: Final = timedelta(minutes=10)
_COLLECTIONS: Final = ("Payments", "BankTransactions", "BankTransfers", "CreditNotes")
_OF_ACCOUNTS: Final = _COLLECTIONS[:3]
_MOST_CALLS: Final = 24
"""For finding the days that differ; each is another balance of the same report."""
_MOST_DAYS: Final = 5


def reading_is_due(connection: Connection) -> bool:
    """Whether half a day has passed since the last reading. Remembers that it is read now."""
    now = time.time()
    if now < int(connection.cursors.get(NEXT_AT, 0)):
        return False
    merge_cursors(connection, {NEXT_AT: int(now) + _INTERVAL_SECONDS})
    return True


def read_soon(connection: Connection) -> None:
    """Have it read again in a few minutes."""
    merge_cursors(connection, {NEXT_AT: int(time.time()) + _SOON_SECONDS})


def read_xero(connection: Connection) -> list[Reading]:
    """Read every clearing account back and keep what was found, with its alerts; none while documents are being sent.

    Raises the failures of XeroClient; nothing is kept then.
    """
    pair = connection.pair
    accounts = clearing_accounts(pair)
    before = _stamp(pair)
    if not accounts or before is None:
        return []
    look = _Look(XeroClient(connection), pair, _everything(pair), _since(connection, accounts))
    look.read()
    found = [(account, *look.compare(account)) for account in accounts]
    if _stamp(pair) != before:
        return []
    readings = [_keep(look, account, xero, ours, findings) for account, xero, ours, findings in found]
    _alert(pair, readings)
    return readings


def latest_reading(
    pair: Pair, account: Clearing, day: date, known_by: datetime | None = None
) -> Reading | None:
    """The last reading made up to a day of the books; what Xero held on an earlier day is not asked again."""
    rows = Reading.objects.filter(pair=pair, account_code=account.code, currency=account.currency)
    rows = rows.filter(read_on__lte=day)
    if known_by:
        rows = rows.filter(read_at__lte=known_by)
    return rows.order_by("-read_at", "-pk").first()


def _stamp(pair: Pair) -> tuple[Any, ...] | None:
    """What changes whenever a document goes to Xero; None while one is on its way."""
    if Posting.objects.filter(pair=pair, state=Posting.State.SENDING).exists():
        return None
    posted = Posting.objects.filter(pair=pair, state__in=[Posting.State.POSTED, Posting.State.REVERSED])
    return tuple(posted.aggregate(n=Count("pk"), at=Max("posted_at"), minor=Sum("amount_minor")).values())


def _everything(pair: Pair) -> date:
    """A day by which all that was posted is in the books, wherever it is today."""
    posted = Posting.objects.filter(pair=pair, state=Posting.State.POSTED).annotate(
        dated=KT("document__Date")
    )
    latest: str = posted.aggregate(day=Max("dated"))["day"] or ""
    tomorrow = business_now().date() + timedelta(days=1)
    return max(tomorrow, date.fromisoformat(latest[:10])) if latest else tomorrow


def _since(connection: Connection, accounts: Sequence[Clearing]) -> datetime:
    """Since when changes have not been looked at: the earliest of the accounts' last readings that agreed."""
    good = Reading.objects.filter(pair=connection.pair_id, read_to__isnull=False)
    times = [
        good.filter(account_code=each.code, currency=each.currency).aggregate(at=Max("read_to"))["at"]
        for each in accounts
    ]
    return min(at or connection.created_at for at in times) - _OVERLAP


@dataclass(slots=True)
class _Look:
    """One look at Xero: what is read of it is read once for all accounts."""

    client: XeroClient
    pair: Pair
    as_at: date
    since: datetime
    started: datetime = field(default_factory=timezone.now)
    balances: dict[date, Mapping[str, Decimal]] = field(default_factory=dict)
    changed: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)

    def read(self) -> None:
        self._balances(self.as_at)
        self.changed = {name: changed_since(self.client, name, self.since) for name in _COLLECTIONS}

    def compare(self, account: Clearing) -> tuple[int, int, list[Finding]]:
        """Xero's balance, ours, and what makes the difference."""
        ours = sum(self._ours_by_day(account).values()) + _accepted_minor(self.pair, account)
        found = self._differing(account, self.changed)
        if account.currency != self.pair.base_currency:
            return ours + sum(each.minor for each in found if each.collection in _OF_ACCOUNTS), ours, found
        xero = self._balance(account, self.as_at)
        rest = unexplained(account.code, account.currency, xero - ours, found)
        if rest is not None:
            found = self._searched(account, found)
            rest = unexplained(account.code, account.currency, xero - ours, found)
        return xero, ours, [*found, rest] if rest else found

    def _differing(
        self, account: Clearing, listed: Mapping[str, Iterable[Mapping[str, Any]]], days: Sequence[date] = ()
    ) -> list[Finding]:
        """What differs among documents that were listed; `days` are those that were listed whole."""
        theirs = [
            document
            for name, elements in listed.items()
            for document in their_documents(name, elements, account.currency)
            if name in _OF_ACCOUNTS or self._tells_of_notes(account, document)
        ]
        ours = self._ours_like(account, theirs, days)
        whole = frozenset(days)
        return compare(
            ours, theirs, account.code, _accepted(self.pair, account),
            is_whole=lambda document: document.on in whole and document.collection in _OF_ACCOUNTS,
        )  # fmt: skip

    def _ours_like(
        self, account: Clearing, theirs: Sequence[Document], days: Sequence[date]
    ) -> list[Document]:
        """Ours among them, those that a stranger may be a double of, and all of the days that were listed whole."""
        ours = our_documents(self.pair, account.code, {each.id for each in theirs})
        known = {each.key for each in ours}
        strange = {each.minor for each in theirs if each.key not in known and each.on_account(account.code)}
        twins = our_documents(self.pair, account.code, amounts=strange) if strange else []
        of_days = our_documents(self.pair, account.code, days=days) if days else []
        return list({each.key: each for each in (*twins, *of_days, *ours)}.values())

    def _tells_of_notes(self, account: Clearing, note: Document) -> bool:
        """Credit notes are on no account: those of a currency are told with its first one."""
        firsts = {each.currency: each for each in reversed(clearing_accounts(self.pair))}
        return firsts.get(note.currency) == account

    def _searched(self, account: Clearing, found: list[Finding]) -> list[Finding]:
        """Look for the days on which Xero's movements are not ours, and list those whole."""
        ours = self._ours_by_day(account)
        if not ours:
            return found
        known = _by_day(found)
        expected = {day: ours.get(day, 0) + known.get(day, 0) for day in {*ours, *known}}
        days = days_that_differ(expected, min(expected), self.as_at, self._movement(account), _MOST_CALLS)[
            :_MOST_DAYS
        ]
        listed = {
            name: [row for day in days for row in dated_between(self.client, name, day, day)]
            for name in _OF_ACCOUNTS
        }
        more = self._differing(account, listed, days)
        merged = {(each.collection, each.id): each for each in (*more, *found)}
        return list(merged.values())

    def _movement(self, account: Clearing) -> Callable[[date, date], int]:
        def between(first: date, last: date) -> int:
            return self._balance(account, last) - self._balance(account, first - timedelta(days=1))

        return between

    def _ours_by_day(self, account: Clearing) -> dict[date, int]:
        return posted_by_day(self.pair, account, Moment(self.as_at))

    def _balance(self, account: Clearing, day: date) -> int:
        amount = self._balances(day).get(account.code, Decimal(0))
        return Money.from_decimal(amount, account.currency).minor

    def _balances(self, day: date) -> Mapping[str, Decimal]:
        if day not in self.balances:
            self.balances[day] = trial_balance(self.client, day, purpose="reports", priority="background")
        return self.balances[day]


def _by_day(found: Iterable[Finding]) -> dict[date, int]:
    """What is explained already, by the day it is dated."""
    days: dict[date, int] = {}
    for each in found:
        if each.collection in _OF_ACCOUNTS and each.on and not each.on.startswith("0001"):
            day = date.fromisoformat(each.on)
            days[day] = days.get(day, 0) + each.minor
    return days


def _accepted(pair: Pair, account: Clearing) -> dict[tuple[str, str], Mapping[str, Any]]:
    rows = AcceptedChange.objects.filter(pair=pair, account_code=account.code, currency=account.currency)
    return {(row.collection, row.remote_id): row.seen for row in rows}


def _accepted_minor(pair: Pair, account: Clearing) -> int:
    rows = AcceptedChange.objects.filter(pair=pair, account_code=account.code, currency=account.currency)
    return int(rows.aggregate(minor=Sum("minor"))["minor"] or 0)


def _keep(look: _Look, account: Clearing, xero: int, ours: int, findings: Sequence[Finding]) -> Reading:
    return Reading.objects.create(
        pair=look.pair,
        account_code=account.code,
        currency=account.currency,
        as_at=look.as_at,
        read_on=business_now().date(),
        read_at=look.started,
        xero_minor=xero,
        ours_minor=ours,
        findings=[each.as_json() for each in findings],
        is_report=account.currency == look.pair.base_currency,
        read_to=None if findings or xero != ours else look.started,
    )


def _alert(pair: Pair, readings: Iterable[Reading]) -> None:
    wanted = {}
    for reading in readings:
        for row in reading.findings:
            found = finding_from_json(row)
            money = Money(found.minor, found.currency)
            wanted[f"{reading.account_code} {found.words} {found.id}"] = Alert(
                f"{found.words}: {found.why} Xero has {money} more than ours on account {reading.account_code}."
                if found.minor
                else f"{found.words}: {found.why}",
                "Open the proof: it offers to post it again, to accept it as it stands in Xero, or to roll it back.",
            )
    keep_alerts(pair, "xero_differs", wanted, insists=True)
