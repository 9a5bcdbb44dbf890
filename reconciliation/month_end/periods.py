"""Preparing, closing and reopening a month. Preparer and reviewer are two people; every act is on the audit log."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from integrations.core.failures import PermanentFailure
from integrations.members.roles import role_allows
from integrations.models import AuditEntry, Event, Membership, Pair, Payment, Role, User
from reconciliation.models import Period
from reconciliation.month_end.core.checklist import Point, same_points, with_notes
from reconciliation.month_end.core.packs import FORMAT, proof_hash
from reconciliation.month_end.figures import figures_of
from reconciliation.month_end.points import Month, points_of
from reconciliation.proof.core.lights import Moment, Proved, to_json
from reconciliation.proof.proving import prove, today_of

_MOST: Final = 36


class PeriodRefusedError(PermanentFailure):
    """Why a month cannot be prepared, closed or reopened, in words."""


def months_of(pair: Pair) -> list[Period]:
    """Every month since the first payment, newest first; those nobody has begun are not stored yet."""
    first = Payment.objects.filter(pair=pair, taken_at__isnull=False).order_by("taken_at").first()
    today = today_of(pair)
    begins = first.taken_at.date() if first is not None and first.taken_at else today
    known = {row.starts_on: row for row in Period.objects.filter(pair=pair)}
    found: list[Period] = []
    day = today.replace(day=1)
    while day >= begins.replace(day=1) and len(found) < _MOST:
        found.append(known.get(day) or _new(pair, day))
        day = (day - timedelta(days=1)).replace(day=1)
    return found


def month_of(pair: Pair, starts_on: date) -> Period:
    """A month, stored or not."""
    first = starts_on.replace(day=1)
    return Period.objects.filter(pair=pair, starts_on=first).first() or _new(pair, first)


def _new(pair: Pair, first: date) -> Period:
    return Period(
        pair=pair, starts_on=first, ends_on=first.replace(day=monthrange(first.year, first.month)[1])
    )


def checklist_of(period: Period) -> tuple[list[Point], list[Proved]]:
    """The points as they stand now, and the proof as at the end of the month."""
    proved = prove(period.pair, Moment(min(period.ends_on, today_of(period.pair))))
    return points_of(Month(period.pair, period.starts_on, period.ends_on), proved), proved


def prepare(pair: Pair, starts_on: date, by: User, notes: Mapping[str, str]) -> Period:
    """The first signature: the figures as they are now, each point that is not clear with a note.

    Raises PeriodRefusedError: before the month is over, without the role of operator, without a note, or once closed.
    """
    _require(pair, by, Role.OPERATOR)
    with transaction.atomic():
        period = _locked(pair, starts_on)
        if period.state == Period.State.CLOSED:
            raise PeriodRefusedError("This month is closed. Reopen it first.")
        if period.ends_on >= today_of(pair):
            raise PeriodRefusedError("The month is not over yet.")
        points, proved = checklist_of(period)
        noted = with_notes(points, notes)
        if noted.lacking:
            raise PeriodRefusedError(f"Say something about: {', '.join(noted.lacking)}.")
        period.checklist = [point.as_json() for point in noted.points]
        period.prepared_by, period.prepared_at = by, timezone.now()
        period.pack = _pack(period, proved)
        period.proof_hash = proof_hash(period.pack)
        period.state = Period.State.PREPARED
        period.save()
        _write(period, by, "month.prepared", "")
    return period


def close(pair: Pair, starts_on: date, by: User) -> Period:
    """The second signature, by somebody else, over figures that have not changed since the first.

    Raises PeriodRefusedError.
    """
    _require(pair, by, Role.ADMINISTRATOR)
    with transaction.atomic():
        period = _locked(pair, starts_on)
        if period.state != Period.State.PREPARED:
            raise PeriodRefusedError("Only a month that was prepared can be closed.")
        if period.prepared_by_id == by.pk:
            raise PeriodRefusedError(
                "Whoever prepared the month cannot review it: that takes a second person."
            )
        points, _ = checklist_of(period)
        figures = [each.as_json() for each in figures_of(pair, period.starts_on, period.ends_on)]
        if figures != period.pack["figures"] or not same_points(period.checklist, points):
            raise PeriodRefusedError(
                "Something has changed since the month was prepared. Have it prepared again."
            )
        period.reviewed_by, period.closed_at = by, timezone.now()
        period.pack = {**period.pack, "reviewed_by": by.email, "closed_at": period.closed_at.isoformat()}
        period.proof_hash = proof_hash(period.pack)
        period.state = Period.State.CLOSED
        period.save()
        _write(period, by, "month.closed", "")
    return period


def reopen(pair: Pair, starts_on: date, by: User, reason: str) -> Period:
    """Take the signatures back; what was signed stays on the audit log. Raises PeriodRefusedError."""
    _require(pair, by, Role.ADMINISTRATOR)
    if not reason.strip():
        raise PeriodRefusedError("Say why: the reason stays on record.")
    with transaction.atomic():
        period = _locked(pair, starts_on)
        if period.state == Period.State.OPEN:
            raise PeriodRefusedError("This month is open.")
        _write(period, by, "month.reopened", reason, {"signed": period.pack})
        period.state, period.pack, period.proof_hash = Period.State.OPEN, {}, ""
        period.prepared_by = period.reviewed_by = None
        period.prepared_at = period.closed_at = None
        period.save()
    return period


def _require(pair: Pair, by: User, role: Role) -> None:
    membership = Membership.objects.filter(user=by, pair=pair).first()
    if membership is None or not role_allows(membership.role, role):
        raise PeriodRefusedError(f"This takes the role of {role.label.lower()}.")


def _locked(pair: Pair, starts_on: date) -> Period:
    new = _new(pair, starts_on.replace(day=1))
    Period.objects.get_or_create(pair=pair, starts_on=new.starts_on, defaults={"ends_on": new.ends_on})
    return (
        Period.objects.select_for_update(of=("self",))
        .select_related("pair")
        .get(pair=pair, starts_on=new.starts_on)
    )


def _pack(period: Period, proved: list[Proved]) -> dict[str, Any]:
    """Everything that is signed: figures, points, proof, and where the log of events ended."""
    pair = period.pair
    head = Event.objects.filter(pair=pair, sequence__isnull=False).order_by("-sequence").first()
    return {
        "format": FORMAT,
        "pair": pair.slug,
        "merchant": pair.name,
        "zone": pair.zone,
        "starts_on": period.starts_on.isoformat(),
        "ends_on": period.ends_on.isoformat(),
        "prepared_by": period.prepared_by.email if period.prepared_by else "",
        "prepared_at": period.prepared_at.isoformat() if period.prepared_at else "",
        "chain": {"sequence": head.sequence if head else 0, "hash": head.chain_hash if head else ""},
        "figures": [each.as_json() for each in figures_of(pair, period.starts_on, period.ends_on)],
        "checklist": period.checklist,
        "proof": [to_json(each) for each in proved],
    }


def _write(period: Period, by: User, action: str, reason: str, data: Mapping[str, Any] | None = None) -> None:
    AuditEntry.objects.create(
        pair=period.pair, actor=by, action=action, subject=str(period)[:120], reason=reason,
        data={"period": period.starts_on.isoformat(), "proof_hash": period.proof_hash, **(data or {})},
    )  # fmt: skip
