"""What settlements, bank lines and records say should stand on a clearing account: the fourth equality, gathered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, Sum
from django.db.models.query import QuerySet

from integrations.models import Dispute, Pair, Payment, Refund
from reconciliation.core.books import DifferenceFacts, adjustment_of
from reconciliation.models import (
    AcceptedChange,
    BankLine,
    Match,
    MatchLink,
    Settlement,
    SettlementLine,
)
from reconciliation.proof.accounts import Clearing, clearing_of, clearing_of_scheme
from reconciliation.proof.core.lights import Break, Moment, Proved, Term
from reconciliation.proof.core.unbanked import Expected, Moved, clearing_equals_unbanked
from reconciliation.proof.culprits import culprits
from reconciliation.proof.ledger import moved_by_group
from reconciliation.proof.overdue import overdue
from sync.models import Posting

_COLUMNS: Final = ("vendor_tx_code", "state", "amount_minor", "currency", "card_type", "taken_at")
_MONEY: Final = (Posting.Kind.PAYMENT, Posting.Kind.OVERPAYMENT)
_L = SettlementLine.Kind
M = TypeVar("M", Settlement, Payment, Refund)


def prove_clearing(pair: Pair, account: Clearing, moment: Moment) -> Proved:
    """The equality of one account: what stands on it is what has not reached the bank."""
    accepted = _accepted(pair, account, moment)
    if not Settlement.objects.filter(pair=pair).exists():
        posted = sum(each.posted for each in moved_by_group(pair, account, moment).values())
        return Proved(
            "bank", account.code, account.currency,
            Term("clearing", "Clearing account, by our postings", posted + accepted),
            (Term("unsettled", "Not settled yet, as far as anybody knows", posted + accepted),),
            unknown="No settlement is known yet. Opayo's batches are fetched every hour once its reports are connected; "
            "acquirers' statements can be imported under Settlements.",
        )  # fmt: skip
    expected, moved = expected_on(pair, account, moment)
    return clearing_equals_unbanked(
        account.code, account.currency, moved, expected, overdue(pair, account, moment), accepted
    )


def expected_on(pair: Pair, account: Clearing, moment: Moment) -> tuple[list[Expected], dict[str, Moved]]:
    """What should stand on the account, and what its postings come to, both by group."""
    moved = moved_by_group(pair, account, moment)
    return _Gathered(pair, account, moment, moved).expected(), moved


def _accepted(pair: Pair, account: Clearing, moment: Moment) -> int:
    rows = AcceptedChange.objects.filter(pair=pair, account_code=account.code, currency=account.currency)
    rows = rows.filter(Q(dated=None) | Q(dated__lte=moment.day))
    if moment.known_by:
        rows = rows.filter(at__lte=moment.known_by)
    return int(rows.aggregate(minor=Sum("minor"))["minor"] or 0)


@dataclass(slots=True)
class _Paid:
    """A match: its settlements on the account, and what its bank lines brought up to the day."""

    net: int = 0
    banked: int = 0
    lines_left: int = 0
    words: list[str] = field(default_factory=list)
    settlements: list[int] = field(default_factory=list)
    on: date | None = None


@dataclass(slots=True)
class _Gathered:
    """Reads the records of one account as at a moment."""

    pair: Pair
    account: Clearing
    moment: Moment
    moved: Mapping[str, Moved]

    def expected(self) -> list[Expected]:
        found = [*self._settlements(), *self._payments(), *self._refunds(), *self._others()]
        known = {each.group for each in found}
        return found + [self._misplaced(group) for group in self.moved if group not in known]

    def _misplaced(self, group: str) -> Expected:
        """Money that is paid out of another account than the one it is booked on."""
        kind, _, key = group.partition(":")
        row = (
            MatchLink.objects.filter(match=int(key), settlement__isnull=False).select_related(
                "settlement__merchant_account"
            )
            if kind == "match"
            else None
        )
        first = row.first() if row is not None else None
        settlement = first.settlement if first else Settlement.objects.filter(pk=key).first()
        return Expected(
            group, "other", 0, f"What belongs to {settlement}, which is paid out of another account"
        )

    # Settlements and matches

    def _settlements(self) -> list[Expected]:
        rows = self._known(Settlement.objects.filter(pair=self.pair, currency=self.account.currency))
        rows = rows.filter(settled_on__lte=self.moment.day, fee_bill=None).select_related(
            "merchant_account__pair"
        )
        mine = {row.pk: row for row in rows if clearing_of(row.merchant_account) == self.account.code}
        links = self._standing().filter(settlement__in=mine)
        matched = {link.settlement_id: link.match_id for link in links}
        paid = self._paid(mine, matched)
        awaited = [row for pk, row in mine.items() if pk not in matched]
        matches = Match.objects.in_bulk(paid)
        return [
            *(self._awaited(row) for row in awaited),
            *(self._banked(matches[pk], each) for pk, each in paid.items()),
        ]

    def _standing(self) -> QuerySet[MatchLink]:
        rows = MatchLink.objects.filter(match__pair=self.pair, stands=True)
        return rows.filter(match__decided_at__lte=self.moment.known_by) if self.moment.known_by else rows

    def _paid(self, mine: Mapping[int, Settlement], matched: Mapping[int | None, int]) -> dict[int, _Paid]:
        paid: dict[int, _Paid] = defaultdict(_Paid)
        for pk, match_id in matched.items():
            row = mine[pk or 0]
            each = paid[match_id]
            each.net += row.net_minor
            each.words.append(str(row))
            each.settlements.append(row.pk)
            each.on = max(filter(None, (each.on, row.settled_on)))
        lines = self._standing().filter(match__in=paid, bank_line__isnull=False)
        for match_id, booked_on, minor in lines.values_list(
            "match", "bank_line__booked_on", "bank_line__amount_minor"
        ):
            if booked_on <= self.moment.day:
                paid[match_id].banked += minor
            else:
                paid[match_id].lines_left += 1
        return dict(paid)

    def _awaited(self, row: Settlement) -> Expected:
        group = f"settlement:{row.pk}"
        unbooked, wrong = self._parts(group, row.net_minor, [row.pk])
        return Expected(group, "settled", row.net_minor, f"Settlement {row}", row.settled_on, unbooked, wrong)

    def _banked(self, match: Match, paid: _Paid) -> Expected:
        """What a match has still to come: nothing once its bank lines are there and any difference is booked."""
        group = f"match:{match.pk}"
        left = paid.net - paid.banked
        if not paid.lines_left and _is_booked(match):
            left += match.difference_minor
        unbooked, wrong = self._parts(group, left, paid.settlements)
        place = "settled" if paid.lines_left else "short"
        words = f"Settlement {', '.join(paid.words)}, matched with the bank"
        return Expected(group, place, left, words, paid.on, unbooked, wrong)  # type: ignore[arg-type]  # one of two places

    def _parts(self, group: str, minor: int, settlements: list[int]) -> tuple[int, tuple[Break, ...]]:
        """Where the postings do not come to what is expected: the lines that nothing is booked for, and why."""
        if self.moved.get(group, Moved()).meant == minor:
            return 0, ()
        lines = SettlementLine.objects.filter(settlement__in=settlements)
        unbooked = self._unbooked(lines)
        wrong = [_wrong(line) for line in lines.select_related("settlement") if _is_untied(line)]
        kind, _, key = group.partition(":")
        return unbooked, (*wrong, *culprits(settlements, int(key) if kind == "match" else None))

    def _unbooked(self, lines: QuerySet[SettlementLine]) -> int:
        """Sales and refunds of the settlement that have no posting at all: they show at their own place."""
        money = Posting.objects.filter(payment=OuterRef("payment"), kind__in=_MONEY).exclude(state__in=_ENDED)
        back = Posting.objects.filter(refund=OuterRef("refund"), kind=Posting.Kind.REFUND).exclude(
            state__in=_ENDED
        )
        rows = lines.filter(
            Q(~Exists(money), kind=_L.SALE, payment__state=Payment.State.CAPTURED)
            | Q(~Exists(back), kind=_L.REFUND, refund__is_voided=False)
        )
        return int(rows.aggregate(minor=Sum("amount_minor"))["minor"] or 0)

    # What no settlement has yet

    def _payments(self) -> list[Expected]:
        settled = self._settled(kind=_L.SALE, payment=OuterRef("pk"))
        rows = self._known(Payment.objects.filter(pair=self.pair)).filter(
            ~Exists(settled), taken_at__lt=self._end, amount_minor__gt=0
        )
        named = [int(name.partition(":")[2]) for name in self.moved if name.startswith("payment:")]
        mine = rows.filter(pk__in=named) | rows.filter(
            currency=self.account.currency, state=Payment.State.CAPTURED
        )
        found = (self._payment(row) for row in mine.only(*_COLUMNS).iterator())
        return [each for each in found if each is not None]

    def _payment(self, row: Payment) -> Expected | None:
        group, minor = f"payment:{row.pk}", row.amount_minor or 0
        day = row.taken_at.date() if row.taken_at else None
        meant = self.moved.get(group)
        counts = minor if row.state == Payment.State.CAPTURED else 0
        if meant is None:
            is_mine = counts and self._account(row.currency, row.card_type) == self.account.code
            if not is_mine or not self._is_booked_nowhere(row.pk):
                return None
            return Expected(group, "unsettled", counts, f"Payment {row}", day, unbooked=counts)
        if row.currency != self.account.currency:
            counts = meant.meant
        return Expected(group, "unsettled", counts, f"Payment {row}", day)

    def _is_booked_nowhere(self, payment: int) -> bool:
        rows = Posting.objects.filter(payment=payment, kind__in=_MONEY).exclude(state__in=_ENDED)
        return not rows.exists()

    def _account(self, currency: str, scheme: str) -> str:
        return clearing_of_scheme(self.pair, currency, scheme.upper())

    def _refunds(self) -> list[Expected]:
        named = [int(name.partition(":")[2]) for name in self.moved if name.startswith("refund:")]
        rows = Refund.objects.filter(pk__in=named)
        return [self._refund(row) for row in rows.select_related("payment")] + self._unbooked_refunds(named)

    def _refund(self, row: Refund) -> Expected:
        group = f"refund:{row.pk}"
        counts = -row.amount_minor if _has_left(row) else 0
        if row.currency != self.account.currency:
            counts = self.moved[group].meant
        return Expected(group, "unsettled", counts, f"Refund {row}", row.happened_at.date())

    def _unbooked_refunds(self, named: Iterable[int]) -> list[Expected]:
        settled = self._settled(kind=_L.REFUND, refund=OuterRef("pk"))
        booked = Posting.objects.filter(refund=OuterRef("pk"), kind=Posting.Kind.REFUND).exclude(
            state__in=_ENDED
        )
        rows = self._known(Refund.objects.filter(pair=self.pair, currency=self.account.currency)).filter(
            ~Exists(settled), ~Exists(booked), happened_at__lt=self._end, is_voided=False,
            payment__state=Payment.State.CAPTURED,
        ).exclude(pk__in=list(named))  # fmt: skip
        return [
            Expected(
                f"refund:{row.pk}", "unsettled", -row.amount_minor, f"Refund {row}", row.happened_at.date(),
                unbooked=-row.amount_minor,
            )
            for row in rows.select_related("payment")
            if row.payment and self._account(row.currency, row.payment.card_type) == self.account.code
        ]  # fmt: skip

    def _others(self) -> list[Expected]:
        """Disputes that no settlement has yet, and entries of people: as they are booked."""
        disputes = [int(name.partition(":")[2]) for name in self.moved if name.startswith("dispute:")]
        cases = dict(Dispute.objects.filter(pk__in=disputes).values_list("pk", "case_id"))
        found = [
            Expected(
                f"dispute:{pk}", "other", self.moved[f"dispute:{pk}"].meant, f"Dispute {cases.get(pk, pk)}"
            )
            for pk in disputes
        ]
        found += [
            Expected(name, "other", each.meant, name)
            for name, each in self.moved.items()
            if name.startswith("posting:")
        ]
        return found + self._untied_lines()

    def _untied_lines(self) -> list[Expected]:
        """Transfers for bank lines whose match was undone should be undone too."""
        named = [int(name.partition(":")[2]) for name in self.moved if name.startswith("bank_line:")]
        rows = BankLine.objects.filter(pk__in=named)
        return [
            Expected(f"bank_line:{row.pk}", "other", 0, f"Bank line {row}", row.booked_on) for row in rows
        ]

    # Helpers

    def _settled(self, **line: object) -> QuerySet[SettlementLine]:
        rows = SettlementLine.objects.filter(settlement__settled_on__lte=self.moment.day, **line)
        known_by = self.moment.known_by
        return rows.filter(settlement__created_at__lte=known_by) if known_by else rows

    def _known(self, rows: QuerySet[M]) -> QuerySet[M]:
        return rows.filter(created_at__lte=self.moment.known_by) if self.moment.known_by else rows

    @property
    def _end(self) -> datetime:
        return datetime.combine(self.moment.day + timedelta(days=1), time.min, ZoneInfo(self.pair.zone))


_ENDED: Final = (Posting.State.CANCELLED, Posting.State.REVERSED)


def _is_booked(match: Match) -> bool:
    """Whether a person explained the difference in a way that is booked."""
    facts = DifferenceFacts("", match.difference_minor, match.difference_kind, date.min, "")
    return adjustment_of(facts) is not None


def _has_left(refund: Refund) -> bool:
    captured = refund.payment is not None and refund.payment.state == Payment.State.CAPTURED
    return captured and not refund.is_voided


def _is_untied(line: SettlementLine) -> bool:
    """Whether a line is money that nobody could place, so that nothing is booked for it."""
    if line.kind in {_L.CHARGEBACK, _L.CHARGEBACK_RETURNED}:
        return line.dispute_id is None
    if line.kind == _L.SALE:
        return line.payment_id is None
    if line.kind == _L.REFUND:
        return line.refund_id is None
    return line.kind == _L.ADJUSTMENT and not line.fee_kind


def _wrong(line: SettlementLine) -> Break:
    what = line.get_kind_display().lower()
    name = line.vendor_tx_code or line.case_id or line.retrieval_reference or line.identity
    return Break(
        "settlement", str(line.settlement_id), f"{line.get_kind_display()} {name} in settlement {line.settlement}",
        -line.amount_minor, f"The acquirer counts this {what}, and nothing is booked for it.",
        "Open the settlement: tie it to what it is, or ask the acquirer.", line.happened_on,
    )  # fmt: skip
