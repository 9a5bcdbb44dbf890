"""The whole proof of a pair at a moment, and how it stood last, for the first page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils import timezone

from integrations.clock import business_now
from integrations.models import Pair
from reconciliation.models import ProofLight, Reading
from reconciliation.proof.accounts import Clearing, clearing_accounts
from reconciliation.proof.banking import prove_clearing
from reconciliation.proof.core.lights import EQUALITIES, Moment, Proved, from_json, to_json
from reconciliation.proof.core.xero import Read, finding_from_json, xero_equals_ours
from reconciliation.proof.ledger import posted_by_day
from reconciliation.proof.mending import open_findings
from reconciliation.proof.placing import currencies_of, prove_records
from reconciliation.proof.reading import latest_reading
from reconciliation.proof.reports import prove_reports


def today_of(pair: Pair) -> date:
    """The day of the books, in the pair's zone."""
    return business_now().astimezone(ZoneInfo(pair.zone)).date()


def prove(pair: Pair, moment: Moment) -> list[Proved]:
    """The four equalities, of every currency and clearing account of the pair."""
    return sorted(_proved(pair, moment), key=lambda each: EQUALITIES.index(each.equality))


def _proved(pair: Pair, moment: Moment) -> Iterator[Proved]:
    for currency in currencies_of(pair):
        yield prove_reports(pair, currency, moment)
        yield prove_records(pair, currency, moment)
    for account in clearing_accounts(pair):
        yield prove_xero(pair, account, moment)
        yield prove_clearing(pair, account, moment)


def prove_xero(pair: Pair, account: Clearing, moment: Moment) -> Proved:
    """Xero = ours, by the last reading up to the day; as at today without what people have dealt with since."""
    last = latest_reading(pair, account, moment.day, moment.known_by)
    is_now = moment.day >= today_of(pair) and moment.known_by is None
    ours = sum(posted_by_day(pair, account, moment).values())
    now = timezone.now() if is_now else None
    if last is None:
        return xero_equals_ours(account.code, account.currency, None, ours, now)
    return xero_equals_ours(
        account.code, account.currency, _read(pair, account, last, is_now=is_now), ours, now
    )


def _read(pair: Pair, account: Clearing, last: Reading, *, is_now: bool) -> Read:
    findings = [finding_from_json(row) for row in last.findings]
    read = Read(last.read_at, last.xero_minor, last.ours_minor, tuple(findings), last.is_report)
    if not is_now:
        return read
    still = tuple(open_findings(pair, account.code, account.currency))
    dealt = sum(each.minor for each in findings if each not in still and each.collection != _NOTES)
    return replace(read, findings=still, ours_minor=last.ours_minor + dealt)


_NOTES: Final = "CreditNotes"


def refresh_lights(pair: Pair) -> list[ProofLight]:
    """Work the proof out as at now and keep it for the first page; lights of accounts that are no more go."""
    now = timezone.now()
    kept = [_keep(pair, proved, now) for proved in prove(pair, Moment(today_of(pair)))]
    ProofLight.objects.filter(pair=pair).exclude(pk__in=[row.pk for row in kept]).delete()
    return kept


def _keep(pair: Pair, proved: Proved, now: datetime) -> ProofLight:
    key: dict[str, Any] = {
        "equality": proved.equality,
        "account_code": proved.account,
        "currency": proved.currency,
    }
    known = ProofLight.objects.filter(pair=pair, **key).first()
    since = known.since if known is not None and known.light == proved.light else now
    values = {"light": proved.light, "since": since, "worked_out_at": now, "proved": to_json(proved)}
    row, _ = ProofLight.objects.update_or_create(pair=pair, **key, defaults=values)
    return row


def last_lights(pair: Pair) -> list[tuple[ProofLight, Proved]]:
    """How the proof stood last, in the order of the equalities. One query."""
    rows = ProofLight.objects.filter(pair=pair).order_by("pk")
    found = [(row, from_json(row.proved)) for row in rows]
    return sorted(found, key=lambda each: EQUALITIES.index(each[1].equality))
