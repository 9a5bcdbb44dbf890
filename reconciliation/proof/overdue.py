"""Money that should be at the bank by now: settlements, sales in no batch, bank lines and statements that do not add up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Exists, Max, OuterRef, QuerySet, Sum

from integrations.models import Pair, Payment
from reconciliation.models import BankLine, MerchantAccount, Settlement, SettlementLine, StatementFile
from reconciliation.proof.accounts import Clearing, clearing_of, clearing_of_scheme
from reconciliation.proof.core.lights import Break, Moment
from reconciliation.settlements.core.banking_days import add_banking_days, banking_days_between
from reconciliation.settlements.core.batches import NOT_SETTLED_BY_OPAYO
from reconciliation.settlements.core.lateness import MISSING_AFTER, lateness

_BATCHED_WITHIN: Final = 3
"""Banking days within which a sale is in a batch: Opayo sends one each night."""
_MOST: Final = 50


def overdue(pair: Pair, account: Clearing, moment: Moment) -> list[Break]:
    """Everything of the account that has stood too long, or that the bank shows and nobody has placed."""
    merchants = [
        each
        for each in MerchantAccount.objects.filter(pair=pair, currency=account.currency).select_related(
            "pair"
        )
        if clearing_of(each) == account.code
    ]
    return [
        *_settlements(merchants, moment),
        *_unbatched(pair, account, moment),
        *_stray_lines(merchants, moment),
        *_statements(merchants, moment),
    ]


def _settlements(merchants: list[MerchantAccount], moment: Moment) -> Iterator[Break]:
    """Settlements whose money the bank's statements should show and do not."""
    rows = Settlement.objects.filter(
        merchant_account__in=merchants, settled_on__lte=moment.day, due_on__lt=moment.day
    )
    rows = rows.exclude(net_minor=0).exclude(match_links__stands=True).select_related("merchant_account")
    seen_to = _seen_to(merchants, moment)
    for row in rows.order_by("due_on"):
        if lateness(row.due_on, seen_to) == "missing":
            yield Break(
                "settlement", str(row.pk), f"Settlement {row}", row.net_minor,
                f"It should have reached the bank on {row.due_on:%-d %B %Y}; the statements reach to {seen_to:%-d %B %Y}.",
                f"Ask {row.merchant_account.acquirer} about it.", row.settled_on,
            )  # fmt: skip


def _seen_to(merchants: list[MerchantAccount], moment: Moment) -> date | None:
    accounts = [each.bank_account_id for each in merchants if each.bank_account_id]
    rows = StatementFile.objects.filter(pair__in={each.pair_id for each in merchants}, ends_on__isnull=False)
    if accounts:
        rows = rows.filter(bank_account__in=accounts)
    last: date | None = rows.aggregate(last=Max("ends_on"))["last"]
    return min(last, moment.day) if last else None


def _unbatched(pair: Pair, account: Clearing, moment: Moment) -> Iterator[Break]:
    """Sales that later batches should have had."""
    zone = ZoneInfo(pair.zone)
    batches = Settlement.objects.filter(pair=pair, currency=account.currency, settled_on__lte=moment.day)
    last = batches.filter(batch_event__isnull=False).aggregate(last=Max("settled_on"))["last"]
    first = batches.order_by("settled_on").values_list("settled_on", flat=True).first()
    if last is None or first is None:
        return
    settled = SettlementLine.objects.filter(payment=OuterRef("pk"), kind=SettlementLine.Kind.SALE)
    rows = Payment.objects.filter(
        ~Exists(settled), pair=pair, currency=account.currency, state=Payment.State.CAPTURED,
        taken_at__lt=datetime.combine(last, time.min, zone),
        taken_at__gte=datetime.combine(first, time.min, zone),
    ).exclude(card_type__in=NOT_SETTLED_BY_OPAYO)  # fmt: skip
    found = 0
    for row in rows.order_by("taken_at"):
        day = row.taken_at.astimezone(zone).date() if row.taken_at else last
        late = banking_days_between(add_banking_days(day, _BATCHED_WITHIN), last) > 0
        if late and clearing_of_scheme(pair, row.currency, row.card_type.upper()) == account.code:
            found += 1
            if found > _MOST:
                return
            yield Break(
                "payment", str(row.pk), f"Payment {row}", row.amount_minor or 0,
                "It was captured, but is in none of Opayo's batches since.",
                "Look it up in MyOpayo: was it settled? If it was voided there, the sweep will say so.", day,
            )  # fmt: skip


def _stray_lines(merchants: list[MerchantAccount], moment: Moment) -> Iterator[Break]:
    """Money of an acquirer at the bank that is matched with nothing."""
    accounts = {each.bank_account_id for each in merchants if each.bank_account_id}
    rows = BankLine.objects.filter(
        pair__in={each.pair_id for each in merchants}, booked_on__lte=moment.day,
        state__in=[BankLine.State.OPEN, BankLine.State.SUGGESTED],
    ).exclude(match_links__stands=True)  # fmt: skip
    if accounts:
        rows = rows.filter(bank_account__in=accounts)
    names = {each.acquirer.upper() for each in merchants} | {
        each.mid.upper() for each in merchants if each.is_complete
    }
    for row in rows.order_by("booked_on"):
        if banking_days_between(row.booked_on, moment.day) < MISSING_AFTER:
            continue
        text = f"{row.counterparty} {row.reference} {row.description}".upper()
        if any(name and name in text for name in names):
            yield Break(
                "bank_line", str(row.pk), f"Bank line {row}", row.amount_minor,
                "It names the acquirer, but is matched with no settlement.",
                "Match it, or say what it is. If the bank shows it twice, say that it is not ours.", row.booked_on,
            )  # fmt: skip


def _statements(merchants: list[MerchantAccount], moment: Moment) -> Iterator[Break]:
    """Statements whose lines, as stored, do not come from their opening to their closing balance."""
    accounts = {each.bank_account_id for each in merchants if each.bank_account_id}
    rows = StatementFile.objects.filter(
        bank_account__in=accounts, opening_minor__isnull=False, closing_minor__isnull=False,
        starts_on__isnull=False, ends_on__lte=moment.day,
    )  # fmt: skip
    for row in rows.order_by("ends_on"):
        gap = statement_gap(row)
        if gap:
            yield Break(
                "statement", str(row.pk), f"Statement {row}", gap,
                "Its lines, as they are stored, do not come to its closing balance.",
                "Import the statement again, and compare it with the bank's.", row.ends_on,
            )  # fmt: skip


def statement_gap(statement: StatementFile) -> int:
    """What the stored lines of a statement are more than its balances tell; minor units.

    Lines that an overlapping file brought first are counted by their day.
    """
    moved = (statement.closing_minor or 0) - (statement.opening_minor or 0)
    own = _sum(BankLine.objects.filter(statement=statement))
    if not statement.lines_known or own == moved:
        return own - moved
    between = BankLine.objects.filter(
        bank_account=statement.bank_account_id, booked_on__gte=statement.starts_on or date.min,
        booked_on__lte=(statement.ends_on or date.max),
    )  # fmt: skip
    return _sum(between) - moved


def _sum(rows: QuerySet[BankLine]) -> int:
    return int(rows.aggregate(minor=Sum("amount_minor"))["minor"] or 0)
