"""Bank lines and settlements as they stand, in plain words and numbers, for whoever works without the pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch, QuerySet

from integrations.models import Pair
from reconciliation.matching.gathering import OPEN_LINES, OPEN_SETTLEMENTS
from reconciliation.models import BankLine, Match, MatchLink, Settlement

_OFFERED_OR_STANDING = (Match.State.SUGGESTED, Match.State.AUTO, Match.State.CONFIRMED)


def told_lines(pair: Pair, *, is_all: bool) -> Iterator[dict[str, Any]]:
    """Bank lines, the open ones or all, with the match each is in or is offered; amounts in minor units."""
    rows = BankLine.objects.filter(pair=pair)
    if not is_all:
        rows = rows.filter(state__in=OPEN_LINES)
    for row in rows.select_related("bank_account").prefetch_related(_matches()).order_by("booked_on", "pk"):
        yield {
            "bank_line": row.pk,
            "account": row.bank_account.slug,
            "on": row.booked_on.isoformat(),
            "minor": row.amount_minor,
            "currency": row.currency,
            "text": " ".join(filter(None, (row.counterparty, row.reference, row.description))),
            "state": row.state,
            "matches": [_told_match(link.match) for link in row.match_links.all()],
            "remarks": [each.get("words", "") for each in row.remarks],
        }


def _matches() -> Prefetch[str, QuerySet[MatchLink], str]:
    links = MatchLink.objects.filter(match__state__in=_OFFERED_OR_STANDING).select_related("match")
    return Prefetch("match_links", links.prefetch_related("match__links__settlement__merchant_account"))


def _told_match(match: Match) -> dict[str, Any]:
    return {
        "match": match.pk,
        "state": match.state,
        "method": match.method,
        "probability": str(match.probability),
        "difference": match.difference_minor,
        "bank_lines": [link.bank_line_id for link in match.links.all() if link.bank_line_id],
        "settlements": [_named(link.settlement) for link in match.links.all() if link.settlement],
        "reasons": [each.get("words", "") for each in match.reasons],
    }


def _named(settlement: Settlement) -> dict[str, Any]:
    return {
        "settlement": settlement.pk,
        "mid": settlement.merchant_account.mid,
        "reference": settlement.reference,
        "minor": settlement.net_minor,
    }


def told_settlements(pair: Pair) -> Iterator[dict[str, Any]]:
    """Settlements whose money is awaited; amounts in minor units."""
    rows = Settlement.objects.filter(pair=pair, state__in=OPEN_SETTLEMENTS).exclude(match_links__stands=True)
    for row in rows.select_related("merchant_account").order_by("due_on", "pk"):
        yield {
            **_named(row),
            "due": row.due_on.isoformat(),
            "currency": row.currency,
            "state": row.state,
        }
