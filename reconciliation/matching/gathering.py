"""What is open on either side, and what people decided before, as the matching core takes it."""

from __future__ import annotations

from typing import Final

from integrations.models import Pair
from reconciliation.core.matching.lines import Line, Memory
from reconciliation.core.matching.texts import name_core
from reconciliation.models import BankLine, Match, MatchLink, Settlement

OPEN_SETTLEMENTS: Final = (
    Settlement.State.EXPECTED,
    Settlement.State.STATED,
    Settlement.State.MISSING,
)
OPEN_LINES: Final = (BankLine.State.OPEN, BankLine.State.SUGGESTED)
_REFUSING: Final = (Match.State.REJECTED, Match.State.UNDONE)
_REMEMBERED: Final = 2_000
"""Decisions people made last; older ones are in the model."""
_EXPECTED, _OBSERVED = "s", "b"


def expected_lines(pair: Pair) -> list[Line]:
    """Settlements whose money is not found yet, each as one sum on the day it is due."""
    rows = Settlement.objects.filter(pair=pair, state__in=OPEN_SETTLEMENTS).exclude(net_minor=0)
    rows = rows.exclude(match_links__stands=True).select_related("merchant_account")
    return [_expected(row) for row in rows.order_by("pk")]


def _expected(row: Settlement) -> Line:
    account = row.merchant_account
    names = dict.fromkeys(name for name in (row.reference, row.batch_id) if name)
    mid = account.mid if account.is_complete else ""
    return Line(
        id=f"{_EXPECTED}{row.pk}",
        on=row.due_on,
        minor=row.net_minor,
        currency=row.currency,
        reference=row.reference,
        description=" ".join(part for part in (account.acquirer, mid, row.reference) if part),
        counterparty=account.acquirer,
        keys=tuple(names),
        batch=f"{account.pk} {row.due_on}",
        group=mid or account.acquirer,
    )


def observed_lines(pair: Pair) -> list[Line]:
    """Bank lines nobody has explained yet."""
    rows = BankLine.objects.filter(pair=pair, state__in=OPEN_LINES).exclude(match_links__stands=True)
    return [
        Line(
            id=f"{_OBSERVED}{row.pk}",
            on=row.booked_on,
            minor=row.amount_minor,
            currency=row.currency,
            reference=row.reference,
            description=row.description,
            counterparty=row.counterparty,
        )
        for row in rows.order_by("pk")
    ]


def memory_of(pair: Pair) -> Memory:
    """What people said before: whose names are one payer, and which lines never belong together."""
    links = MatchLink.objects.filter(match__in=_decided(pair)).select_related(
        "match", "settlement__merchant_account", "bank_line"
    )
    sides: dict[int, tuple[Match, list[Settlement], list[BankLine]]] = {}
    for link in links:
        _, settlements, lines = sides.setdefault(link.match_id, (link.match, [], []))
        if link.settlement is not None:
            settlements.append(link.settlement)
        if link.bank_line is not None:
            lines.append(link.bank_line)
    accepted, rejected, refused = set(), set(), set()
    for match, settlements, lines in sides.values():
        names = {
            (
                name_core(settlement.merchant_account.acquirer),
                name_core(line.counterparty or line.description),
            )
            for settlement in settlements
            for line in lines
        }
        if match.state == Match.State.CONFIRMED:
            accepted |= names
            continue
        refused |= {
            (f"{_EXPECTED}{each.pk}", f"{_OBSERVED}{line.pk}") for each in settlements for line in lines
        }
        if match.state == Match.State.REJECTED:
            rejected |= names
    return Memory(frozenset(accepted), frozenset(rejected - accepted), frozenset(refused))


def _decided(pair: Pair) -> list[int]:
    rows = Match.objects.filter(pair=pair, decided_by__isnull=False).filter(
        state__in=[Match.State.CONFIRMED, *_REFUSING]
    )
    return list(rows.order_by("-decided_at").values_list("pk", flat=True)[:_REMEMBERED])


def settlement_id(line_id: str) -> int:
    """The settlement that a line of the core stands for."""
    return int(line_id.removeprefix(_EXPECTED))


def bank_line_id(line_id: str) -> int:
    """The bank line that a line of the core stands for."""
    return int(line_id.removeprefix(_OBSERVED))
