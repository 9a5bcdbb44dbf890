"""What a mapping stands in the way of, and what the one in use would make of it now."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet

from integrations.models import Pair
from sync.models import Posting
from sync.services.remaking import remake

MAPPING_INCOMPLETE: Final = "mapping_incomplete"
MOST_TRIED: Final = 500
"""Postings tried for a page: making them anew takes all."""
MAPPED: Final = (
    Posting.Kind.CONTACT, Posting.Kind.INVOICE, Posting.Kind.INVOICE_UPDATE, Posting.Kind.PAYMENT,
    Posting.Kind.OVERPAYMENT,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mendable:
    """Of the postings that a mapping stopped, or that Xero refused: `mended` would go now, and for each other its reason.

    `reasons` counts the postings still stopped by what stops them; `total` says how many there are, tried or not.
    """

    mended: tuple[Posting, ...]
    reasons: tuple[tuple[str, int], ...]
    total: int

    @property
    def tried(self) -> int:
        """How many were tried."""
        return len(self.mended) + sum(count for _, count in self.reasons)


def stopped_by_mapping(pair: Pair) -> QuerySet[Posting]:
    """Postings that a mapping could not make, and those that Xero refused for good as an older version made them."""
    by_mapping = Q(state=Posting.State.HELD, problem__code=MAPPING_INCOMPLETE)
    refused = Q(state=Posting.State.DEAD, error_class=Posting.ErrorClass.PERMANENT)
    return Posting.objects.filter(by_mapping | refused, pair=pair, kind__in=MAPPED, remote_id="")


def mendable(pair: Pair) -> Mendable:
    """What the version in use would mend, tried in memory on the oldest ones; nothing is changed."""
    waiting = stopped_by_mapping(pair)
    rows = list(waiting.select_related("customer", "order", "payment").order_by("pk")[:MOST_TRIED])
    before = {posting.pk: posting.document for posting in rows}
    stopped = {posting.pk for posting in remake(pair, rows)}
    mended, reasons = [], Counter[str]()
    for posting in rows:
        if posting.pk in stopped:
            reasons[posting.error] += 1
        elif posting.state == Posting.State.DEAD and posting.document == before[posting.pk]:
            reasons["The version in use makes the same document, which Xero has refused."] += 1
        else:
            mended.append(posting)
    return Mendable(tuple(mended), tuple(reasons.most_common()), waiting.count())
