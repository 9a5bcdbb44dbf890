"""What needs a person, priced: what happened, what it holds up in money, and what to press."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone

from dashboard.core.deadlines import ANSWER_DUE, SOON, TimeLeft
from dashboard.core.wording import counted
from dashboard.selectors.approvals import prices_held, waiting_rulings
from dashboard.selectors.prices import Price
from dashboard.selectors.second_person import waiting_for_a_second
from integrations.disputes.importing import today_of
from integrations.instructions.selectors import open_instructions
from integrations.models import Connection, Dispute, Event, Instruction, Order, Pair, Payment
from integrations.opayo.core.refusal_words import NOT_SETTLED_YET
from sync.models import Notice, Posting, Problem

_LONG = timedelta(minutes=10)
"""After this long without an outcome a person should know."""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing to decide."""

    icon: str
    title: str
    text: str
    prices: tuple[Price, ...]
    href: str
    action: str


def needs_of(pair: Pair) -> list[Need]:
    """Everything that waits for a person, causes first."""
    return [
        *_connections(pair),
        *_problems(pair),
        *_approvals(pair),
        *_second_person(pair),
        *_postings(pair),
        *_payments(pair),
        *_disputes(pair),
        *_instructions(pair),
        *_invalid_orders(pair),
        *_events(pair),
        *_notices(pair),
    ]


def prices(rows: QuerySet[Any], field: str) -> tuple[Price, ...]:
    """Sums of `field` by currency, largest first. One query."""
    sums = rows.order_by().values("currency").annotate(minor=Sum(field)).order_by("-minor")
    return tuple(Price(int(row["minor"] or 0), row["currency"]) for row in sums if row["currency"])


def orders_held(postings: Q, pair: Pair) -> QuerySet[Order]:
    """Orders with a posting like that: each order's money counts once, however many of its documents wait."""
    return Order.objects.filter(Exists(Posting.objects.filter(postings, order=OuterRef("pk"))), pair=pair)


def _connections(pair: Pair) -> list[Need]:
    href = reverse("connections", args=[pair.slug])
    return [
        Need(
            "plug",
            f"{connection} stopped working",
            connection.last_error
            or "The last calls failed. Nothing is lost; all waits until it works again.",
            prices(_waiting_on_xero(pair), "amount_minor")
            if connection.system == Connection.System.XERO
            else (),
            f"{href}#{connection.key}",
            "Reconnect",
        )
        for connection in Connection.objects.filter(pair=pair, status=Connection.Status.BROKEN)
    ]


def _waiting_on_xero(pair: Pair) -> QuerySet[Posting]:
    moving = [Posting.State.WAITING, Posting.State.READY, Posting.State.RETRYING, Posting.State.SENDING]
    return Posting.objects.filter(
        pair=pair, state__in=moving, kind__in=[Posting.Kind.PAYMENT, Posting.Kind.OVERPAYMENT]
    )


def _problems(pair: Pair) -> list[Need]:
    href = reverse("attention-problems", args=[pair.slug])
    return [
        Need(
            "wrench",
            problem.message,
            problem.fix,
            prices(orders_held(Q(problem=problem), pair), "total_minor"),
            f"{href}#problem-{problem.pk}",
            "Put right",
        )
        for problem in Problem.objects.filter(pair=pair, resolved_at=None).order_by("opened_at")
    ]


def _second_person(pair: Pair) -> list[Need]:
    return [
        Need("users", each.title, each.text, each.prices, each.href, "Decide")
        for each in waiting_for_a_second(pair)
    ]


def _approvals(pair: Pair) -> list[Need]:
    count = waiting_rulings(pair).count()
    if not count:
        return []
    return [
        Need(
            "stamp",
            f"{counted(count, 'record')} {'waits' if count == 1 else 'wait'} for approval",
            "Your rules hold them. Let them go, or refuse them with a reason.",
            prices_held(pair),
            reverse("attention-approvals", args=[pair.slug]),
            "Decide",
        )
    ]


def _postings(pair: Pair) -> list[Need]:
    dead = Q(state=Posting.State.DEAD)
    count = Posting.objects.filter(dead, pair=pair).count()
    if not count:
        return []
    return [
        Need(
            "file-x",
            f"{counted(count, 'document')} Xero refused",
            "Correct and send again, or discard with a reason.",
            prices(orders_held(dead, pair), "total_minor"),
            reverse("attention-postings", args=[pair.slug]),
            "Decide",
        )
    ]


def _payments(pair: Pair) -> list[Need]:
    unmatched = Payment.objects.filter(pair=pair, is_unmatched=True)
    found = unmatched.aggregate(count=Count("pk"), oldest=Min("created_at"))
    if not found["count"]:
        return []
    return [
        Need(
            "unlink",
            f"{counted(found['count'], 'payment')} {'fits' if found['count'] == 1 else 'fit'} no order",
            "Money was captured under a code no order carries. The likeliest orders are one click away.",
            prices(unmatched, "amount_minor"),
            reverse("attention-payments", args=[pair.slug]),
            "Assign",
        )
    ]


def _disputes(pair: Pair) -> list[Need]:
    """Disputes to answer: overdue ones, or those whose deadline is as near as people want to be told of."""
    today = today_of(pair)
    near = today + timedelta(days=max([int(days) for days in pair.dispute_alert_days] or [SOON]))
    due = Dispute.objects.filter(pair=pair, state__in=ANSWER_DUE, respond_by__lte=near)
    found = due.aggregate(
        count=Count("pk"), overdue=Count("pk", filter=Q(respond_by__lt=today)), first=Min("respond_by")
    )
    if not found["count"]:
        return []
    left = TimeLeft((found["first"] - today).days)
    late = f"{found['overdue']} overdue. " if found["overdue"] else ""
    return [
        Need(
            "scale",
            f"{counted(found['count'], 'dispute')} {'waits' if found['count'] == 1 else 'wait'} for your answer",
            f"{late}The nearest: {left.words}. Send the evidence, or accept it; without an answer the money is gone.",
            prices(due, "amount_minor"),
            f"{reverse('disputes', args=[pair.slug])}?state=answer",
            "Answer",
        )
    ]


def stuck_instructions(pair: Pair) -> QuerySet[Instruction]:
    """What Opayo was asked a while ago, and nobody knows what became of it; those that only wait for a batch are well."""
    rows = open_instructions(pair.pk).exclude(status_detail=NOT_SETTLED_YET)
    return rows.filter(asked_at__lt=timezone.now() - _LONG)


def _instructions(pair: Pair) -> list[Need]:
    stuck = stuck_instructions(pair)
    count = stuck.count()
    if not count:
        return []
    return [
        Need(
            "undo-2",
            f"{counted(count, 'instruction')} to Opayo {'has' if count == 1 else 'have'} no outcome yet",
            "Opayo's reports are being asked, and nothing is sent twice. Check the connection, or look in MyOpayo.",
            prices(stuck, "amount_minor"),
            f"{reverse('refunds-asked', args=[pair.slug])}?state=open",
            "Look",
        )
    ]


def _invalid_orders(pair: Pair) -> list[Need]:
    invalid = Order.objects.filter(pair=pair, state=Order.State.INVALID)
    count = invalid.count()
    if not count:
        return []
    return [
        Need(
            "calculator",
            f"{counted(count, 'order')} {'does' if count == 1 else 'do'} not add up",
            "Kept, but not posted. Let the shop send them again with the right amounts.",
            prices(invalid, "total_minor"),
            f"{reverse('orders', args=[pair.slug])}?state=invalid",
            "Look",
        )
    ]


def _events(pair: Pair) -> list[Need]:
    count = Event.objects.filter(pair=pair, state=Event.State.DEAD).count()
    if not count:
        return []
    return [
        Need(
            "mail-x",
            f"{counted(count, 'message')} could not be read",
            "Stored as received. Read again after the cause is mended, or discard with a reason.",
            (),
            reverse("attention-events", args=[pair.slug]),
            "Decide",
        )
    ]


def _notices(pair: Pair) -> list[Need]:
    count = Notice.objects.filter(pair=pair, state=Notice.State.DEAD).count()
    if not count:
        return []
    return [
        Need(
            "bell-off",
            f"{counted(count, 'confirmation')} could not be delivered",
            "The books are right; shop or customer do not know it yet.",
            (),
            reverse("attention-notices", args=[pair.slug]),
            "Decide",
        )
    ]
