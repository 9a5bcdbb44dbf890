"""The log of our calls to Xero, and a connection's health as the calls find it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from integrations.core.failures import ConfigurationFailure, Failure, OutcomeUnknown
from integrations.models import ApiCall, Connection, XeroGrant
from integrations.xero.http import Answer

# Health is for people: a second's precision would cost an UPDATE per call.
_FRESH: Final = timedelta(seconds=15)


def outcome_of(answer: Answer | None, failure: Failure | None) -> str:
    """ok, refused, limited, failed or unknown."""
    if isinstance(failure, OutcomeUnknown):
        return "unknown"
    if answer is None or answer.status >= 500:
        return "failed"
    if answer.status == 429:
        return "limited"
    return "refused" if answer.status >= 400 else "ok"


def record_auth_call(
    grant: XeroGrant, method: str, path: str, began: datetime, milliseconds: int, answer: Answer | None
) -> None:
    """Log a call to Xero's identity host under the first connection that uses the grant.

    Tokens are in these bodies, so nothing of them is kept.
    """
    connection = grant.connections.order_by("pk").first() if grant.pk else None
    if connection is None:
        return
    ApiCall.objects.create(
        pair_id=connection.pair_id,
        connection=connection,
        system=Connection.System.XERO,
        purpose="auth",
        method=method,
        path=path,
        started_at=began,
        milliseconds=milliseconds,
        status_code=answer.status if answer else None,
        outcome=outcome_of(answer, None) if answer else "unknown",
    )


def mark_good(connection: Connection) -> None:
    """The connection works; written at most every 15 seconds while it goes on working."""
    now = timezone.now()
    broken = Q(status__in=[Connection.Status.BROKEN, Connection.Status.INCOMPLETE])
    known = connection.last_good_at
    if known and now - known < _FRESH and connection.status == Connection.Status.LIVE:
        return
    rows = Connection.objects.filter(pk=connection.pk)
    rows.update(last_good_at=now)
    rows.filter(broken).update(status=Connection.Status.LIVE, last_error="")
    connection.last_good_at = now
    connection.status = Connection.Status.LIVE


def mark_bad(connection: Connection, failure: Failure) -> None:
    """A call failed; only what a person must put right breaks the connection."""
    now = timezone.now()
    changes: dict[str, object] = {"last_bad_at": now, "last_error": failure.message}
    if isinstance(failure, ConfigurationFailure):
        changes["status"] = Connection.Status.BROKEN
        connection.status = Connection.Status.BROKEN
    Connection.objects.filter(pk=connection.pk).update(**changes)
