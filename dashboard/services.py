"""What the pages themselves write: the audit log, and the settings of a pair."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from typing import Any

from integrations.models import AuditEntry, Pair, User


def record(pair: Pair, actor: User, action: str, subject: str, data: Mapping[str, Any] | None = None) -> None:
    """One act of a person, for the audit log; never a secret."""
    AuditEntry.objects.create(
        pair=pair, actor=actor, action=action, subject=subject[:120], data=dict(data or {})
    )


def save_settings(pair: Pair, actor: User, changed: Mapping[str, tuple[str, str]]) -> None:
    """Keep a pair's settings and what was changed: name → (before, after)."""
    pair.save()
    if changed:
        data = {name: {"before": before, "after": after} for name, (before, after) in changed.items()}
        record(pair, actor, "settings.changed", ", ".join(sorted(changed)), data)


def new_signing_secret() -> str:
    """A fresh secret for signed webhooks (Standard Webhooks: `whsec_` and 24 random bytes in base64)."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"
