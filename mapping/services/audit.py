"""The acts of people on mappings, for the audit log."""

from __future__ import annotations

from typing import Any

from integrations.models import AuditEntry, User
from mapping.models import MappingVersion


def record(version: MappingVersion, by: User | None, action: str, *, reason: str = "", **data: Any) -> None:
    """One act on a version; never a secret, never personal data of a customer."""
    AuditEntry.objects.create(
        pair_id=version.pair_id,
        actor=by,
        action=f"mapping.{action}",
        subject=str(version)[:120],
        reason=reason,
        data={"version": version.number, **data},
    )
