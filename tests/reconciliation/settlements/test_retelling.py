"""Settlements told again from the log: a clean pair agrees, and what somebody changed in the database is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from integrations.events.services import seal_events
from integrations.models import Pair
from reconciliation.models import Match, Settlement, SettlementLine
from reconciliation.reconciling import reconcile
from reconciliation.settlements.retelling import retell_settlements

Take = Callable[..., Any]


def differences(pair: Pair) -> list[tuple[str, str, str]]:
    return [(each.kind, each.stored, each.told) for each in retell_settlements(pair).differences]


def test_settlements_and_matches_are_what_the_log_and_the_audit_tell(
    pair: Pair, sell: Take, batch: Take, state: Take, bank: Take
) -> None:
    batch("1001", sell(1), sell(2))
    batch("1002", sell(3))
    state("400001", ("Sale", "7001", "24.00"), ("Sale", "7002", "24.00"), fee="0.40")
    bank(4720, 11, "2100001 400001")
    reconcile(pair)
    seal_events(pair.pk)
    found = retell_settlements(pair)
    assert (found.differences, found.settlements, found.matches) == ([], 2, 1)
    assert Settlement.objects.count() == 2
    sale = SettlementLine.objects.filter(kind="sale").order_by("pk")[0]
    SettlementLine.objects.filter(pk=sale.pk).update(amount_minor=2401)
    assert [each[:1] for each in differences(pair)] == [("settlement",)]
    assert "sale 2401" in differences(pair)[0][1] and "sale 2400" in differences(pair)[0][2]
    SettlementLine.objects.filter(pk=sale.pk).update(amount_minor=2400)
    Match.objects.update(difference_minor=5, state="confirmed")
    assert {each[1] for each in differences(pair)} == {"differs by 5", "confirmed by a person"}
