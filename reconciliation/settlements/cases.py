"""Lines of acquirers that are money of a dispute, tied to it by the acquirer's case number."""

from __future__ import annotations

from typing import Final

from django.db.models import OuterRef, Q, Subquery

from integrations.models import Dispute, Pair
from reconciliation.core.books import DISPUTE_FEE
from reconciliation.models import SettlementLine

_MONEY_OF_A_CASE: Final = Q(
    kind__in=[SettlementLine.Kind.CHARGEBACK, SettlementLine.Kind.CHARGEBACK_RETURNED]
) | Q(kind=SettlementLine.Kind.FEE, fee_kind=DISPUTE_FEE)


def tie_cases(pair: Pair) -> int:
    """Tie what is not tied yet, whichever came first, the notice or the money; returns how many lines that were."""
    named = Dispute.objects.filter(pair=pair, case_id=OuterRef("case_id"))
    lines = SettlementLine.objects.filter(_MONEY_OF_A_CASE, settlement__pair=pair, dispute=None)
    known = Dispute.objects.filter(pair=pair).values("case_id")
    return (
        lines.filter(case_id__in=known).exclude(case_id="").update(dispute=Subquery(named.values("pk")[:1]))
    )
