"""Problems: opened once, holding whatever they affect, and letting it go when a person has fixed them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from integrations.core.failures import ConfigurationFailure
from integrations.models import Pair
from sync.models import Posting, Problem


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


def release_problem(problem: Problem) -> int:
    """The problem is fixed: what it held goes on. Returns how many postings that was."""
    problem.resolved_at = timezone.now()
    problem.save(update_fields=["resolved_at"])
    held = Posting.objects.filter(problem=problem, state=Posting.State.HELD)
    return held.update(
        state=Posting.State.READY,
        ready_at=timezone.now(),
        problem=None,
        error="",
        error_class="",
        not_before=None,
    )
