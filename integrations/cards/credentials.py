"""A holder's consent as Opayo is told of it."""

from __future__ import annotations

from integrations.cards.core.consent import Consent
from integrations.opayo.core.credentials import StoredCredential


def credential_of(consent: Consent, scheme_trace_id: str = "") -> StoredCredential:
    """The terms for Opayo; `scheme_trace_id` is that of the payment at which the card was stored."""
    return StoredCredential(
        mit_type=consent.mit_type,
        scheme_trace_id=scheme_trace_id,
        until=consent.until,
        frequency_days=consent.frequency_days,
        instalments=consent.instalments,
    )
