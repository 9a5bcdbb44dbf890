"""Roll-backs for the pages: the plan by order, what blocks it, how far it is, and who may do what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from django.core.paginator import Page, Paginator
from django.db.models import Count, Min, Q, QuerySet

from dashboard.core.wording import counted
from integrations.core.money import Money
from integrations.members.access import Access
from integrations.models import Order, Pair, User
from sync.core.rollback import UNDO_OF
from sync.models import Posting, Rollback, RollbackStep, RolledBackOrder
from sync.services.rollback.asking import needs_approval
from sync.services.rollback.lifting import documents_standing_still

GROUPS_A_PAGE: Final = 25
_CALLS_A_MINUTE: Final = 60
_NAMED: Final = 10
_STEP = RollbackStep.State


def rollbacks_of(pair: Pair) -> QuerySet[Rollback]:
    """The pair's roll-backs, with who planned them."""
    return Rollback.objects.filter(pair=pair).select_related("planned_by", "asked_by", "approved_by", "pair")


@dataclass(frozen=True, slots=True)
class Group:
    """What is undone or left together: the documents of an order, or one by itself."""

    order: Order | None
    steps: tuple[RollbackStep, ...]

    @property
    def title(self) -> str:
        return f"Order {self.order.number}" if self.order else str(self.steps[0].posting)


def groups_of(rollback: Rollback, number: str) -> tuple[Page[str], list[Group]]:
    """A page of the plan's groups, in the order in which they are undone. Three queries."""
    first = rollback.steps.order_by().values("group").annotate(at=Min("position")).order_by("at")
    page = Paginator(first.values_list("group", flat=True), GROUPS_A_PAGE).get_page(number)
    by_group: dict[str, list[RollbackStep]] = defaultdict(list)
    steps = rollback.steps.filter(group__in=list(page.object_list)).order_by("position")
    for step in steps.select_related("posting__order", "undo", "pulled_in_by"):
        by_group[step.group].append(step)
    groups = [Group(rows[0].posting.order, tuple(rows)) for rows in by_group.values()]
    return page, groups


@dataclass
class InTheWay:
    """One reason that blocks some documents, and what to do about it."""

    what: str
    fix: str
    count: int = 0
    postings: list[Posting] = field(default_factory=list)


def in_the_way(rollback: Rollback) -> list[InTheWay]:
    """What blocks the plan, each reason once, with the first documents it blocks."""
    found: dict[str, InTheWay] = {}
    for step in rollback.steps.exclude(blockers=[]).select_related("posting"):
        for blocker in step.blockers:
            reason = found.setdefault(blocker["what"], InTheWay(blocker["what"], blocker["fix"]))
            reason.count += 1
            if len(reason.postings) < _NAMED:
                reason.postings.append(step.posting)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a roll-back is, in documents."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 0


def progress_of(rollback: Rollback) -> Progress:
    """Steps that have ended, of those that are not left out. One query."""
    counts = rollback.steps.aggregate(
        done=Count("pk", filter=Q(state=_STEP.UNDONE)), total=Count("pk", filter=~Q(state=_STEP.LEFT))
    )
    return Progress(counts["done"], counts["total"])


def stuck_steps(rollback: Rollback) -> QuerySet[RollbackStep]:
    """Steps whose undoing needs a person."""
    return rollback.steps.filter(state=_STEP.STUCK).select_related("posting", "undo__problem")


@dataclass(frozen=True, slots=True)
class May:
    """What the person who looks may do with a roll-back now."""

    ask: bool
    approve: bool
    stop: bool
    post_again: bool
    plan_again: bool
    needs_second: bool


@dataclass(frozen=True, slots=True)
class Still:
    """What a roll-back keeps from being posted."""

    orders: int
    documents: int

    @property
    def words(self) -> str:
        """In words; empty where nothing stands still."""
        orders = counted(self.orders, "order") if self.orders else ""
        documents = f"{counted(self.documents, 'document')} of settlements" if self.documents else ""
        return " and ".join(filter(None, (orders, documents)))


def still_of(rollback: Rollback) -> Still:
    """Two queries."""
    return Still(
        rollback.orders.filter(lifted_at=None).count(),
        documents_standing_still(rollback).count() if rollback.is_over else 0,
    )


def may_do(rollback: Rollback, access: Access, user: User) -> May:
    """By role, state, and who had a hand in it."""
    state, states = rollback.state, Rollback.State
    is_admin = access.may_administer
    own = user.pk in (rollback.asked_by_id, rollback.planned_by_id)
    drafted = state == states.DRAFT
    return May(
        ask=drafted and rollback.is_planned and bool(rollback.documents) and is_admin,
        approve=state == states.AWAITING_APPROVAL and is_admin and not own,
        stop=not rollback.is_over and (is_admin or (drafted and access.may_operate)),
        post_again=rollback.is_over and is_admin and bool(still_of(rollback).words),
        plan_again=drafted and rollback.is_planned and access.may_operate,
        needs_second=rollback.is_planned and needs_approval(rollback),
    )


def moneys(rollback: Rollback) -> list[Money]:
    """What moves, by currency."""
    return [Money(int(minor), currency) for currency, minor in sorted(rollback.money.items())]


def minutes_of(rollback: Rollback) -> int:
    """The least minutes it takes at Xero's 60 calls a minute."""
    return -(-rollback.calls // _CALLS_A_MINUTE)


def rolled_back(order: Order) -> RolledBackOrder | None:
    """The roll-back since which an order's books stand still, if any."""
    return (
        RolledBackOrder.objects.filter(order=order, lifted_at=None)
        .select_related("rollback__asked_by")
        .first()
    )


def can_be_rolled_back(postings: Iterable[Posting]) -> bool:
    """Whether any of these stands in Xero and can be undone."""
    return any(row.state == Posting.State.POSTED and row.kind in UNDO_OF for row in postings)
