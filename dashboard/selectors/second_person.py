"""What one person has asked for and a second has to approve: roll-backs, and charges of saved cards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse

from dashboard.core.wording import counted
from dashboard.selectors.prices import Price
from integrations.models import CardCharge, ChargeBatch, Pair
from sync.models import Rollback


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that somebody else has to decide about."""

    title: str
    text: str
    prices: tuple[Price, ...]
    href: str


def waiting_rollbacks() -> QuerySet[Rollback]:
    """Roll-backs above their pair's limit that nobody has approved yet."""
    return Rollback.objects.filter(state=Rollback.State.AWAITING_APPROVAL)


def waiting_charges() -> QuerySet[ChargeBatch]:
    """Charges above their pair's limit that nobody has agreed to yet."""
    return ChargeBatch.objects.filter(state=ChargeBatch.State.HELD)


def waiting_for_a_second(pair: Pair) -> list[Waiting]:
    """All of them, oldest first. Two queries, and one for each batch of charges."""
    return [*_rollbacks(pair), *_charges(pair)]


def _rollbacks(pair: Pair) -> Iterator[Waiting]:
    rows = waiting_rollbacks().filter(pair=pair).select_related("asked_by").order_by("asked_at", "pk")
    for row in rows:
        money = sorted(row.money.items(), key=lambda item: -int(item[1]))
        yield Waiting(
            f"Roll-back of {row.get_scope_display().lower()} {row.subject} waits for approval",
            f"Asked for by {row.asked_by.email if row.asked_by else ''}: {row.reason}. "
            "It takes a second administrator; nothing is undone before.",
            tuple(Price(int(minor), currency) for currency, minor in money),
            reverse("rollbacks-page", args=[pair.slug, row.pk]),
        )


def _charges(pair: Pair) -> Iterator[Waiting]:
    for row in waiting_charges().filter(pair=pair).select_related("asked_by").order_by("pk"):
        held = list(row.charges.filter(state=CardCharge.State.HELD))
        sums = Counter[str]()
        for charge in held:
            sums[charge.currency] += charge.amount_minor
        yield Waiting(
            f"{counted(len(held), 'charge')} of saved cards {'waits' if len(held) == 1 else 'wait'} for approval",
            f"Asked for by {row.asked_by.email if row.asked_by else ''}: {row.reason}. "
            "It takes a second person; no card is charged before.",
            tuple(Price(minor, currency) for currency, minor in sums.most_common()),
            reverse("cards-charges-page", args=[pair.slug, row.pk]),
        )
