"""How settlements and bank lines stand, as follows from their matches and from what day it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from reconciliation.models import BankLine, Match, MatchLink, Settlement


def refresh(settlement_ids: Iterable[int], bank_line_ids: Iterable[int]) -> None:
    """Bring the states of these in line with their matches."""
    for settlement in Settlement.objects.filter(pk__in=set(settlement_ids)).prefetch_related(
        "match_links__match"
    ):
        state = state_of(settlement, _standing_match(settlement))
        if state != settlement.state:
            settlement.state = state
            settlement.save(update_fields=["state", "updated_at"])
    for line in BankLine.objects.filter(pk__in=set(bank_line_ids)).prefetch_related("match_links__match"):
        state = _line_state(line)
        if state != line.state:
            line.state = state
            line.save(update_fields=["state"])


def _standing_match(settlement: Settlement) -> Match | None:
    return next((link.match for link in settlement.match_links.all() if link.stands), None)


def state_of(settlement: Settlement, match: Match | None) -> str:
    """A settlement's state. `missing` is given, and taken back, by the look for late money only."""
    if match is not None:
        is_explained = not match.difference_minor or bool(match.difference_kind)
        return Settlement.State.BANKED if is_explained else Settlement.State.SHORT
    if not settlement.net_minor:
        return Settlement.State.NOTHING
    if settlement.state == Settlement.State.MISSING:
        return Settlement.State.MISSING
    return open_state(settlement)


def open_state(settlement: Settlement) -> str:
    """Of one whose money is awaited: whether the acquirer has stated it."""
    return Settlement.State.STATED if settlement.statement_event_id else Settlement.State.EXPECTED


def _line_state(line: BankLine) -> str:
    matches = [(link.stands, link.match.state) for link in line.match_links.all()]
    if any(stands for stands, _ in matches):
        return BankLine.State.MATCHED
    if line.state == BankLine.State.NOT_OURS:
        return BankLine.State.NOT_OURS
    if any(state == Match.State.SUGGESTED for _, state in matches):
        return BankLine.State.SUGGESTED
    return BankLine.State.OPEN


def refigure(match: Match) -> None:
    """Work out anew how far the bank lines of a standing match are from its settlements, which may have changed."""
    links = MatchLink.objects.filter(match=match).select_related("settlement", "bank_line")
    banked = sum(link.bank_line.amount_minor for link in links if link.bank_line)
    settled = sum(link.settlement.net_minor for link in links if link.settlement)
    if match.difference_minor != banked - settled:
        match.difference_minor = banked - settled
        match.difference_kind = ""
        match.save(update_fields=["difference_minor", "difference_kind"])


def last_bank_day(match: Match) -> date | None:
    """The day on which the last of its money reached the bank."""
    days = [
        link.bank_line.booked_on
        for link in MatchLink.objects.filter(match=match).select_related("bank_line")
        if link.bank_line
    ]
    return max(days, default=None)
