"""Settlements and their bank lines, brought in line with the books: what should be there is made, what should not is
taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from hashlib import sha256
from typing import Final

from django.utils import timezone

from integrations.core.failures import ConfigurationFailure
from integrations.models import Pair
from reconciliation.alerts import Alert, keep_alerts
from reconciliation.books.documents import Context, document_of
from reconciliation.books.standing_still import standing_still
from reconciliation.core.books import (
    BankLineFacts,
    DifferenceFacts,
    Existing,
    LineFacts,
    SettlementFacts,
    Wanted,
    adjustment_of,
    bill_of,
    charges_of,
    payment_of,
    plan,
    transfer_of,
)
from reconciliation.locks import pair_in_hand
from reconciliation.models import (
    BankLine,
    FeeBill,
    Match,
    MatchLink,
    Settlement,
    SettlementLine,
    SettlementPosting,
)
from sync.core.states import UNSENT
from sync.models import Posting
from sync.services.actions import cancel_postings
from sync.services.problems import set_going

_LOOKED_BACK: Final = timedelta(days=120)
_CHARGES: Final = (
    SettlementLine.Kind.FEE, SettlementLine.Kind.RESERVE_HELD, SettlementLine.Kind.RESERVE_RELEASED,
    SettlementLine.Kind.ADJUSTMENT,
)  # fmt: skip
_UNDOES: Final = {
    Posting.Kind.BANK_TRANSFER: Posting.Kind.BANK_TRANSFER_DELETE,
    Posting.Kind.SPEND: Posting.Kind.BANK_TRANSACTION_DELETE,
    Posting.Kind.RECEIVE: Posting.Kind.BANK_TRANSACTION_DELETE,
    Posting.Kind.BILL: Posting.Kind.INVOICE_VOID,
    Posting.Kind.PAYMENT: Posting.Kind.PAYMENT_DELETE,
}
_TAKEN_BACK: Final = "The match or the statement it was made for no longer says so."
_STATES: Final = (Match.State.AUTO, Match.State.CONFIRMED)
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Booked:
    """What a run came to: postings made, sent after all, and taken back."""

    made: int = 0
    revived: int = 0
    taken_back: int = 0

    @property
    def is_anything(self) -> bool:
        return bool(self.made or self.revived or self.taken_back)


@dataclass(slots=True)
class _Desk:
    """What a run works on."""

    pair: Pair
    wanted: dict[Key, Wanted] = field(default_factory=dict)
    settlements: dict[Key, Settlement] = field(default_factory=dict)
    bank_lines: dict[Key, BankLine] = field(default_factory=dict)
    existing: dict[Key, Posting] = field(default_factory=dict)
    bills: dict[Key, FeeBill] = field(default_factory=dict)
    waits_for: dict[Key, Key] = field(default_factory=dict)
    """What of these must be in Xero before another."""
    failures: dict[str, Alert] = field(default_factory=dict)

    def want(self, wanted: Wanted, settlement: Settlement, line: BankLine | None = None) -> None:
        key = (wanted.kind, wanted.key)
        self.wanted[key] = wanted
        self.settlements[key] = settlement
        if line is not None:
            self.bank_lines[key] = line


def book(pair: Pair, today: date) -> Booked:
    """Make, revive and take back postings until the books say what settlements and matches say.

    Where an account is not chosen yet there is a problem that says so; it is booked as soon as there is one.
    """
    with pair_in_hand(pair.pk):
        desk = _Desk(pair)
        since = today - _LOOKED_BACK
        ties = _ties(pair, since)
        _want_charges(desk, since, ties)
        _want_bills(desk, since)
        _want_matches(desk, since, ties)
        steps = plan(desk.wanted.values(), _existing(desk, ties))
        still = set(standing_still(pair.pk).values_list("pk", flat=True))
        moving = partial(_moves, desk, ties, still)
        made = sum(_make(desk, each) for each in steps.make if moving((each.kind, each.key)))
        revived, taken_back = list(filter(moving, steps.revive)), list(filter(moving, steps.take_back))
        for key in revived:
            _revive(desk.existing[key])
        for key in taken_back:
            take_back(desk.existing[key])
        keep_alerts(pair, "settlement_account_missing", desk.failures, insists=True)
    return Booked(made, len(revived), len(taken_back))


def _moves(desk: _Desk, ties: Sequence[SettlementPosting], still: set[int], key: Key) -> bool:
    """Whether anything may be done about it: the books of a settlement that was rolled back stand still."""
    if not still:
        return True
    posting = desk.existing.get(key)
    of = {tie.settlement_id for tie in ties if posting is not None and tie.posting_id == posting.pk}
    if key in desk.settlements:
        of.add(desk.settlements[key].pk)
    return not of & still


def _ties(pair: Pair, since: date) -> list[SettlementPosting]:
    """Postings that were made for settlements lately, with what they are for."""
    rows = SettlementPosting.objects.filter(
        posting__pair=pair, posting__kind__in=_UNDOES, posting__created_at__date__gte=since
    )
    return list(rows.select_related("posting").order_by("pk"))


def _existing(desk: _Desk, ties: Sequence[SettlementPosting]) -> list[Existing]:
    desk.existing = {(tie.posting.kind, tie.posting.natural_key): tie.posting for tie in ties}
    undone = set(
        Posting.objects.filter(
            pair=desk.pair, kind__in=set(_UNDOES.values()), changes__in=list(desk.existing.values())
        )
        .exclude(state=Posting.State.CANCELLED)
        .values_list("changes", flat=True)
    )
    return [
        Existing(row.kind, row.natural_key, row.state, is_being_undone=row.pk in undone)
        for row in desk.existing.values()
    ]


# What should be there


def _want_charges(desk: _Desk, since: date, ties: Sequence[SettlementPosting]) -> None:
    """Fees and reserves of stated settlements; the charges of a bill are in the bill."""
    named = {tie.settlement_id for tie in ties if tie.settlement_id}
    recent = Settlement.objects.filter(pair=desk.pair, statement_event__isnull=False)
    rows = recent.filter(settled_on__gte=since) | recent.filter(pk__in=named)
    lines: dict[int, list[SettlementLine]] = defaultdict(list)
    for line in SettlementLine.objects.filter(settlement__in=rows, kind__in=_CHARGES):
        lines[line.settlement_id].append(line)
    for settlement in rows.filter(pk__in=lines, fee_bill=None).select_related("merchant_account"):
        for wanted in charges_of(_facts(settlement, lines[settlement.pk])):
            desk.want(wanted, settlement)


def _want_bills(desk: _Desk, since: date) -> None:
    """The acquirers' bills, as they were told."""
    bills = FeeBill.objects.filter(pair=desk.pair, billed_on__gte=since).exclude(total_minor__lte=0)
    for bill in bills.select_related("settlement__merchant_account"):
        if bill.settlement is not None:
            wanted = _bill(bill, bill.settlement)
            desk.want(wanted, bill.settlement)
            desk.bills[(wanted.kind, wanted.key)] = bill


def _bill(bill: FeeBill, settlement: Settlement) -> Wanted:
    return bill_of(_settlement_key(settlement), bill.reference, bill.total_minor, bill.billed_on)


def _facts(settlement: Settlement, lines: Iterable[SettlementLine]) -> SettlementFacts:
    return SettlementFacts(
        key=_settlement_key(settlement),
        reference=settlement.reference,
        on=settlement.settled_on,
        lines=tuple(
            LineFacts(line.kind, line.amount_minor, line.fee_kind, line.vat_minor, line.case_id)
            for line in lines
        ),
    )


def _want_matches(desk: _Desk, since: date, ties: Sequence[SettlementPosting]) -> None:
    """A transfer for each bank line of a standing match, and the adjustment a person chose for its difference."""
    named = [tie.bank_line_id for tie in ties if tie.bank_line_id]
    standing = Match.objects.filter(pair=desk.pair, state__in=_STATES)
    rows = standing.filter(decided_at__date__gte=since) | standing.filter(links__bank_line__in=named)
    matches = {match.pk: match for match in rows.distinct()}
    sides: dict[int, tuple[list[Settlement], list[BankLine]]] = defaultdict(lambda: ([], []))
    links = MatchLink.objects.filter(match__in=matches).select_related(
        "settlement__merchant_account", "bank_line__bank_account"
    )
    for link in links.order_by("pk"):
        settlements, lines = sides[link.match_id]
        if link.settlement is not None:
            settlements.append(link.settlement)
        if link.bank_line is not None:
            lines.append(link.bank_line)
    for pk, (settlements, lines) in sides.items():
        if settlements and lines:
            _want_match(desk, matches[pk], settlements, lines)


def _want_match(
    desk: _Desk, match: Match, settlements: Sequence[Settlement], lines: Sequence[BankLine]
) -> None:
    main = max(settlements, key=lambda each: abs(each.net_minor))
    names = "+".join(each.reference for each in settlements)[:180]
    name = f"m{match.pk}"
    # A bill is paid by what collects it, unless it is collected together with other money.
    bill = FeeBill.objects.filter(settlement=main).first() if len(settlements) == 1 else None
    for line in lines:
        key = _line_key(line)
        facts = BankLineFacts(key, line.booked_on, line.amount_minor, f"{names} {key}", name)
        if bill is None:
            desk.want(transfer_of(facts), main, line)
            continue
        paid, billed = payment_of(facts), _bill(bill, main)
        desk.want(paid, main, line)
        desk.waits_for[(paid.kind, paid.key)] = (billed.kind, billed.key)
    difference = DifferenceFacts(
        name,
        match.difference_minor,
        match.difference_kind,
        lines[-1].booked_on,
        names,
        match.difference_account,
    )
    adjustment = adjustment_of(difference)
    if adjustment is not None:
        desk.want(adjustment, main)


def _settlement_key(settlement: Settlement) -> str:
    return f"{settlement.merchant_account.mid}:{settlement.reference}"[:80]


def _line_key(line: BankLine) -> str:
    """Short and the same whenever the statement is imported anew."""
    return "B" + sha256(f"{line.bank_account.slug}:{line.identity}".encode()).hexdigest()[:10]


# What is done


def _make(desk: _Desk, wanted: Wanted) -> int:
    key = (wanted.kind, wanted.key)
    settlement, line = desk.settlements[key], desk.bank_lines.get(key)
    bank_code = line.bank_account.account_code if line else ""
    context = Context(desk.pair, settlement.merchant_account, bank_code, desk.bills.get(key))
    first = _forerunner(desk, key)
    if first is None and key in desk.waits_for:
        return 0  # made by a later run, once what it stands on can be
    try:
        document = document_of(wanted, context)
    except ConfigurationFailure as failure:
        desk.failures[failure.subject] = Alert(failure.message, failure.fix)
        return 0
    posting = Posting.objects.create(
        pair=desk.pair,
        kind=wanted.kind,
        natural_key=wanted.key,
        state=Posting.State.READY if first is None else Posting.State.WAITING,
        ready_at=timezone.now(),
        waits_for=first,
        event=settlement.statement_event or settlement.batch_event,
        document=document,
        amount_minor=wanted.minor,
        currency=settlement.currency,
    )
    if first is not None:
        set_going(posting)
        posting.save(update_fields=["state", "ready_at"])
    SettlementPosting.objects.create(settlement=settlement, bank_line=line, posting=posting)
    FeeBill.objects.filter(pk=desk.bills[key].pk if key in desk.bills else 0).update(posting=posting)
    return 1


def _forerunner(desk: _Desk, key: Key) -> Posting | None:
    """The posting that must be in Xero first: of a payment, its bill."""
    if key not in desk.waits_for:
        return None
    kind, natural_key = desk.waits_for[key]
    return Posting.objects.filter(pair=desk.pair, kind=kind, natural_key=natural_key).first()


def _revive(posting: Posting) -> None:
    set_going(posting)
    posting.save(
        update_fields=["state", "ready_at", "attempts", "not_before", "error", "error_class", "problem"]
    )


def take_back(posting: Posting) -> None:
    """Give up an unsent posting; undo one that is in Xero, or on its way there; within `pair_in_hand`."""
    fresh = Posting.objects.select_for_update(no_key=True, of=("self",)).get(pk=posting.pk)
    if fresh.state in UNSENT:
        cancel_postings(fresh.pair, [fresh.pk], _TAKEN_BACK)
        return
    is_posted = fresh.state == Posting.State.POSTED
    undoing, is_new = Posting.objects.get_or_create(
        pair=fresh.pair,
        kind=_UNDOES[Posting.Kind(fresh.kind)],
        natural_key=fresh.natural_key,
        defaults={
            "state": Posting.State.READY if is_posted else Posting.State.WAITING,
            "ready_at": timezone.now() if is_posted else None,
            "waits_for": fresh,
            "changes": fresh,
            "document": {
                "Date": fresh.document.get("Date", ""),
                "Reference": fresh.document.get("Reference", ""),
            },
            "amount_minor": fresh.amount_minor,
            "currency": fresh.currency,
        },
    )
    tie = SettlementPosting.objects.get(posting=fresh)
    if is_new:
        SettlementPosting.objects.create(settlement=tie.settlement, bank_line=tie.bank_line, posting=undoing)
