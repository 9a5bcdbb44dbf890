"""Money of disputes in settlements, whichever came first: the notice or the money."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine

from integrations.models import Dispute, Pair
from reconciliation.models import SettlementLine
from reconciliation.reconciling import reconcile

Take = Callable[..., Any]


@pytest.fixture(autouse=True)
def march() -> Any:
    with time_machine.travel("2026-03-16T10:00:00Z", tick=False):
        yield


def _told(pair: Pair, case: str) -> Dispute:
    return Dispute.objects.create(
        pair=pair,
        case_id=case,
        acquirer="Elavon",
        amount_minor=2400,
        currency="GBP",
        raised_on=date(2026, 3, 9),
    )


def _cases() -> list[tuple[str, Dispute | None]]:
    lines = SettlementLine.objects.exclude(case_id="").order_by("pk")
    return [(line.kind, line.dispute) for line in lines]


def test_a_chargeback_and_its_fee_belong_to_the_dispute_once_it_is_told(pair: Pair, state: Take) -> None:
    state("400001", ("Chargeback", "7001", "-24.00"), case="CB1")
    reconcile(pair)
    assert [dispute for _, dispute in _cases()] == [None]

    dispute = _told(pair, "CB1")
    reconcile(pair)

    assert _cases() == [("chargeback", dispute)]


def test_a_case_of_another_number_stays_untied(pair: Pair, state: Take) -> None:
    _told(pair, "CB2")
    state("400001", ("Chargeback", "7001", "-24.00"), case="CB1")
    reconcile(pair)

    assert [dispute for _, dispute in _cases()] == [None]
