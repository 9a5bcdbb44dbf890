"""Credential on file: what Opayo and the card schemes are told when a card is stored, and when it is charged again.

Opayo Server and Direct protocol 4.00: COFUsage, InitiatedTYPE, MITType, SchemeTraceID, RecurringExpiry, RecurringFrequency,
PurchaseInstalData. Opayo Pi: the object `credentialType`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

_PI_TYPES: Final = {"unscheduled": "Unscheduled", "recurring": "Recurring", "instalment": "Instalment"}


@dataclass(frozen=True, slots=True)
class StoredCredential:
    """What a holder agreed to. `mit_type`: unscheduled, recurring, instalment, or empty for no charge without them.

    `scheme_trace_id` is the card scheme's own number of the payment at which the card was stored; `until`,
    `frequency_days` and `instalments` are told of recurring charges and instalments only.
    """

    mit_type: str = ""
    scheme_trace_id: str = ""
    until: date | None = None
    frequency_days: int | None = None
    instalments: int | None = None


def credential_to_json(credential: StoredCredential) -> dict[str, Any]:
    """As an instruction keeps it."""
    return {
        "mit_type": credential.mit_type,
        "scheme_trace_id": credential.scheme_trace_id,
        "until": credential.until.isoformat() if credential.until else None,
        "frequency_days": credential.frequency_days,
        "instalments": credential.instalments,
    }


def credential_from_json(told: Mapping[str, Any]) -> StoredCredential:
    """What `credential_to_json` wrote. Raises ValueError when it names no kind of charge."""
    if not told.get("mit_type"):
        raise ValueError("A stored card is charged under the terms of its holder only.")
    until = told.get("until")
    return StoredCredential(
        mit_type=str(told["mit_type"]),
        scheme_trace_id=str(told.get("scheme_trace_id") or ""),
        until=date.fromisoformat(until) if until else None,
        frequency_days=told.get("frequency_days"),
        instalments=told.get("instalments"),
    )


def first_use(credential: StoredCredential, protocol: str) -> dict[str, str]:
    """The fields of a registration at which the card is stored, its holder present; none before protocol 4.00."""
    if protocol != "4.00":
        return {}
    return {"COFUsage": "FIRST", "InitiatedTYPE": "CIT", **_type_fields(credential)}


def later_charge(credential: StoredCredential, protocol: str) -> dict[str, str]:
    """The fields of a charge without the holder; none before protocol 4.00."""
    if protocol != "4.00":
        return {}
    head = {"COFUsage": "SUBSEQUENT", "InitiatedTYPE": "MIT", **_type_fields(credential)}
    return head | ({"SchemeTraceID": credential.scheme_trace_id} if credential.scheme_trace_id else {})


def _type_fields(credential: StoredCredential) -> dict[str, str]:
    schedule = {
        "RecurringExpiry": f"{credential.until:%Y%m%d}" if credential.until else "",
        "RecurringFrequency": str(credential.frequency_days or ""),
        "PurchaseInstalData": str(credential.instalments or ""),
    }
    told = {"MITType": credential.mit_type.upper(), **(schedule if _is_scheduled(credential) else {})}
    return {name: value for name, value in told.items() if value}


def pi_credential(credential: StoredCredential) -> dict[str, Any]:
    """Pi's `credentialType` of a charge without the holder."""
    told: dict[str, Any] = {
        "cofUsage": "Subsequent",
        "initiatedType": "MIT",
        "mitType": _PI_TYPES[credential.mit_type],
    }
    if _is_scheduled(credential):
        told |= {
            "recurringExpiry": f"{credential.until:%Y%m%d}" if credential.until else "",
            "recurringFrequency": str(credential.frequency_days or ""),
        }
    if credential.mit_type == "instalment":
        told["purchaseInstalData"] = str(credential.instalments or "")
    return told


def _is_scheduled(credential: StoredCredential) -> bool:
    return credential.mit_type in ("recurring", "instalment")
