"""What about settlements needs a person, as problems that close by themselves when it is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone

from integrations.models import Pair
from sync.models import Problem

_LONGEST_SUBJECT = 120


@dataclass(frozen=True, slots=True)
class Alert:
    """What is wrong and what to do, in the accountant's words."""

    message: str
    fix: str


def keep_alerts(pair: Pair, code: str, wanted: Mapping[str, Alert], *, insists: bool = False) -> None:
    """Have just these problems of a code open, by subject; what is over is closed.

    What a person has marked as fixed stays closed, unless the alert `insists`.
    """
    by_subject = {subject[:_LONGEST_SUBJECT]: alert for subject, alert in wanted.items()}
    rows = Problem.objects.filter(pair=pair, code=code)
    for problem in rows.filter(resolved_at=None):
        alert = by_subject.pop(problem.subject, None)
        if alert is None:
            problem.resolved_at = timezone.now()
            problem.save(update_fields=["resolved_at"])
        elif (problem.message, problem.fix) != (alert.message, alert.fix):
            problem.message, problem.fix = alert.message, alert.fix
            problem.save(update_fields=["message", "fix"])
    closed = set() if insists else set(rows.filter(subject__in=by_subject).values_list("subject", flat=True))
    for subject, alert in by_subject.items():
        if subject not in closed:
            Problem.objects.get_or_create(
                pair=pair,
                code=code,
                subject=subject,
                resolved_at=None,
                defaults={"message": alert.message, "fix": alert.fix},
            )
