"""What people do with disputes: told as everything else is, with who, when and why on the audit log."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

from django.db import transaction

from integrations.core.pci import mask_text
from integrations.disputes.core.notices import DisputeNotice, notice_to_json
from integrations.disputes.telling import tell
from integrations.models import AuditEntry, Event, Pair, User

Act = Literal["entered", "moved_on", "tied", "untied", "loss_chosen"]
PREFIX: Final = "dispute."


@transaction.atomic
def act(pair: Pair, notice: DisputeNotice, what: Act, *, by: User, reason: str) -> Event:
    """Tell what a person says of a case; returns the event that the pipeline reads next."""
    notice = replace(notice, note=mask_text(notice.note))
    event = tell(pair, notice, via="person", by=by)
    AuditEntry.objects.create(
        pair=pair,
        actor=by,
        action=f"{PREFIX}{what}",
        subject=notice.case_id[:120],
        reason=reason,
        data={"event": event.pk, "notice": notice_to_json(notice)},
    )
    return event
