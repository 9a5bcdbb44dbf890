"""Problems: opened once, holding whatever they affect, and letting it go when a person has fixed them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from integrations.core.failures import ConfigurationFailure
from integrations.models import Pair
from sync.models import Posting, Problem
from sync.services.deciding import Deciding
from sync.services.remaking import remake
from sync.services.rulings import keep_back_again


def open_problem(pair: Pair, code: str, subject: str, message: str, fix: str) -> Problem:
    """The open problem of that code and subject, made if there is none."""
    subject = subject[:120]
    problem, _ = Problem.objects.get_or_create(
        pair=pair,
        code=code,
        subject=subject,
        resolved_at=None,
        defaults={"message": message, "fix": fix},
    )
    return problem


def hold_for_problem(pair: Pair, failure: ConfigurationFailure, posting_ids: Iterable[int]) -> Problem:
    """Park postings behind one problem."""
    problem = open_problem(pair, failure.code, failure.subject, failure.message, failure.fix)
    Posting.objects.filter(pair=pair, pk__in=list(posting_ids)).update(
        state=Posting.State.HELD,
        problem=problem,
        error=failure.message,
        error_class=Posting.ErrorClass.CONFIGURATION,
        delivery=None,
    )
    return problem


@transaction.atomic
def release_problem(problem: Problem) -> int:
    """The problem is fixed: what it held goes on. Returns how many postings that was."""
    problem.resolved_at = timezone.now()
    problem.save(update_fields=["resolved_at"])
    held = list(
        Posting.objects.filter(problem=problem, state=Posting.State.HELD)
        .select_for_update(of=("self",))
        .select_related("customer", "order", "payment", "refund__payment", "waits_for")
        .order_by("pk")
    )
    remake(problem.pair, held)
    for posting in held:
        set_going(posting)
    keep_back_again(held)
    Posting.objects.bulk_update(held, GOING_FIELDS, batch_size=200)
    return len(held)


def let_go(pair: Pair, postings: Sequence[Posting], deciding: Deciding) -> None:
    """What flow or rules kept back goes on, made by the mappings in use now, within the caller's transaction.

    What those cannot make needs a person.
    """
    stopped = {posting.pk for posting in remake(pair, postings, deciding)}
    for posting in postings:
        words = posting.error
        set_going(posting)
        if posting.pk in stopped:
            posting.state, posting.error = Posting.State.DEAD, words
            posting.error_class = Posting.ErrorClass.PERMANENT
    Posting.objects.bulk_update(postings, GOING_FIELDS, batch_size=200)


GOING_FIELDS = [
    "state", "ready_at", "attempts", "not_before", "error", "error_class", "problem", "document", "mapping_version",
]  # fmt: skip


def set_going(posting: Posting) -> None:
    """Ready, or waiting where its forerunner is not in Xero yet; in memory."""
    first = posting.waits_for
    is_free = first is None or first.state == Posting.State.POSTED
    posting.state = Posting.State.READY if is_free else Posting.State.WAITING
    posting.ready_at = timezone.now()
    posting.attempts, posting.not_before = 0, None
    posting.error, posting.error_class, posting.problem = "", "", None
