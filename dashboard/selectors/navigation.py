"""What stands beside every page: the pairs to switch to, and how much needs attention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from dashboard.selectors.approvals import waiting_rulings
from integrations.models import Connection, Event, Membership, Pair, Payment, User
from sync.models import Notice, Posting, Problem


@dataclass(frozen=True)
class Attention:
    """How much waits for a person, by kind."""

    problems: int
    postings: int
    events: int
    notices: int
    payments: int
    connections: int
    approvals: int

    @property
    def total(self) -> int:
        """What the needs-attention page lists; broken connections have a page of their own."""
        mine = self.problems + self.postings + self.events + self.notices + self.payments
        return mine + self.approvals


def memberships_of(user: User) -> list[Membership]:
    """The pairs a person is a member of, by name. One query."""
    return list(user.memberships.select_related("pair").order_by("pair__name"))


def attention_counts(pair: Pair) -> Attention:
    """One query, answered by partial indexes on the few rows that wait."""
    names = ("problems", "postings", "events", "notices", "payments", "connections", "approvals")
    row = (
        Pair.objects.filter(pk=pair.pk)
        .annotate(**{f"n_{name}": _count(rows) for name, rows in zip(names, _waiting(), strict=True)})
        .values(*(f"n_{name}" for name in names))
        .get()
    )
    return Attention(**{name: row[f"n_{name}"] for name in names})


def _waiting() -> tuple[QuerySet[Any], ...]:
    return (
        Problem.objects.filter(resolved_at=None),
        Posting.objects.filter(state=Posting.State.DEAD),
        Event.objects.filter(state=Event.State.DEAD),
        Notice.objects.filter(state=Notice.State.DEAD),
        Payment.objects.filter(is_unmatched=True),
        Connection.objects.filter(status=Connection.Status.BROKEN),
        waiting_rulings(),
    )


def _count(rows: QuerySet[Model]) -> Coalesce:
    counted = rows.filter(pair=OuterRef("pk")).order_by().values("pair").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
