"""What stands beside every page: the pairs to switch to, and how much needs attention."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.db import connection
from django.db.models import Count, IntegerField, Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from dashboard.selectors.approvals import waiting_rulings
from dashboard.selectors.second_person import waiting_charges, waiting_rollbacks
from integrations.models import Connection, Event, Membership, Pair, Payment, User
from sync.models import Notice, Posting, Problem

_ANY_PAIR: Final = -1
"""Stands for the pair in the query; no row has this id."""


@dataclass(frozen=True)
class Attention:
    """How much waits for a person, by kind."""

    problems: int
    postings: int
    events: int
    notices: int
    payments: int
    connections: int
    rulings: int
    rollbacks: int
    charges: int

    @property
    def approvals(self) -> int:
        """What one person has to let go, or a second to approve."""
        return self.rulings + self.rollbacks + self.charges

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
    sql, parameters = _counting()
    with connection.cursor() as cursor:
        cursor.execute(sql, [pair.pk if each == _ANY_PAIR else each for each in parameters])
        row = cursor.fetchone()
    if row is None:
        raise Pair.DoesNotExist(f"There is no pair {pair.pk} any more.")
    return Attention(*row)


@cache
def _counting() -> tuple[str, tuple[Any, ...]]:
    """The query, with the pair left open. It stands beside every page, and composing it takes longer than answering it."""
    counts = {f"n_{name}": _count(rows) for name, rows in _waiting().items()}
    rows = Pair.objects.filter(pk=_ANY_PAIR).annotate(**counts)
    found: tuple[str, tuple[Any, ...]] = rows.values_list(*counts).query.sql_with_params()
    return found


def _waiting() -> dict[str, QuerySet[Any]]:
    """What is counted, in the order of `Attention`."""
    return {
        "problems": Problem.objects.filter(resolved_at=None),
        "postings": Posting.objects.filter(state=Posting.State.DEAD),
        "events": Event.objects.filter(state=Event.State.DEAD),
        "notices": Notice.objects.filter(state=Notice.State.DEAD),
        "payments": Payment.objects.filter(is_unmatched=True),
        "connections": Connection.objects.filter(status=Connection.Status.BROKEN),
        "rulings": waiting_rulings(),
        "rollbacks": waiting_rollbacks(),
        "charges": waiting_charges(),
    }


def _count(rows: QuerySet[Model]) -> Coalesce:
    counted = rows.filter(pair=OuterRef("pk")).order_by().values("pair").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
