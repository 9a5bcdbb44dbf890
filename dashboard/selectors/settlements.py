"""Settlements as the pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from integrations.models import Pair
from reconciliation.books.standing_still import standing_still
from reconciliation.models import (
    BankLine,
    FeeBill,
    Match,
    MatchLink,
    MerchantAccount,
    Settlement,
    SettlementLine,
)
from sync.core.rollback import UNDO_OF
from sync.models import Posting

_LINES_SHOWN = 500
_STANDING = (Match.State.AUTO, Match.State.CONFIRMED)


def settlements_of(pair: Pair) -> QuerySet[Settlement]:
    """Settlements with their merchant account and how many sales and refunds they have (`items`)."""
    items = Count("lines", filter=Q(lines__kind__in=["sale", "refund"]))
    return Settlement.objects.filter(pair=pair).select_related("merchant_account").annotate(items=items)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a settlement is made of, by kind: how many lines, and what they come to."""

    kind: str
    label: str
    count: int
    minor: int


@dataclass(frozen=True, slots=True)
class Decision:
    """A match of a settlement: with which bank lines, and what else is in it."""

    match: Match
    bank_lines: list[BankLine]
    others: list[Settlement]


@dataclass(frozen=True, slots=True)
class SettlementStory:
    """Everything a settlement's page shows."""

    settlement: Settlement
    parts: list[Parts]
    lines: list[SettlementLine]
    more_lines: int
    untied: int
    standing: Decision | None
    suggested: list[Decision]
    postings: list[Posting]
    rolled_back: bool
    bill: FeeBill | None


def story_of_settlement(settlement: Settlement) -> SettlementStory:
    """A settlement with its lines, matches and postings."""
    rows = settlement.lines.select_related("payment__order", "refund__order", "dispute")
    lines = list(rows.order_by("kind", "happened_on", "pk"))
    decisions = _decisions(settlement)
    return SettlementStory(
        settlement=settlement,
        parts=_parts(lines),
        lines=lines[:_LINES_SHOWN],
        more_lines=max(len(lines) - _LINES_SHOWN, 0),
        untied=sum(
            1 for line in lines if line.kind in ("sale", "refund") and not (line.payment or line.refund)
        ),
        standing=next((each for each in decisions if each.match.stands), None),
        suggested=[each for each in decisions if each.match.state == Match.State.SUGGESTED],
        postings=list(Posting.objects.filter(settlement_posting__settlement=settlement).order_by("pk")),
        rolled_back=standing_still(settlement.pair_id).filter(pk=settlement.pk).exists(),
        bill=FeeBill.objects.filter(settlement=settlement).first(),
    )


def documents_of_settlement(settlement: Settlement) -> QuerySet[Posting]:
    """What stands in Xero for it, and what is meant to; also the transfer that brought it with other settlements."""
    together = MatchLink.objects.filter(
        match__links__settlement=settlement, match__state__in=_STANDING, bank_line__isnull=False
    )
    of_it = Q(settlement_posting__settlement=settlement)
    of_lines = Q(settlement_posting__bank_line__in=together.values("bank_line"))
    return Posting.objects.filter(of_it | of_lines, kind__in=UNDO_OF, is_retired=False).order_by("pk")


def _parts(lines: list[SettlementLine]) -> list[Parts]:
    labels = dict(SettlementLine.Kind.choices)
    found = []
    for kind, label in labels.items():
        of_kind = [line.amount_minor for line in lines if line.kind == kind]
        if of_kind:
            found.append(Parts(kind, str(label), len(of_kind), sum(of_kind)))
    return found


def _decisions(settlement: Settlement) -> list[Decision]:
    wanted = [Match.State.AUTO, Match.State.CONFIRMED, Match.State.SUGGESTED]
    matches = Match.objects.filter(links__settlement=settlement, state__in=wanted).select_related(
        "decided_by"
    )
    found = []
    for match in matches.order_by("-probability", "pk"):
        links = list(
            MatchLink.objects.filter(match=match).select_related("settlement", "bank_line__bank_account")
        )
        found.append(
            Decision(
                match,
                [link.bank_line for link in links if link.bank_line],
                [link.settlement for link in links if link.settlement and link.settlement != settlement],
            )
        )
    return found


def merchant_accounts_of(pair: Pair) -> QuerySet[MerchantAccount]:
    """Merchant accounts: those to be completed first."""
    return (
        MerchantAccount.objects.filter(pair=pair)
        .select_related("bank_account")
        .order_by("is_complete", "acquirer", "currency", "mid")
    )
