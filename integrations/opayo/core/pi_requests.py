"""Refunds, instructions and their like by Opayo Pi: the bodies, and what the three shapes of answer mean.

Opayo Pi API reference, Transactions (Refund, Repeat, Authorise) and Instructions. Amounts are whole minor units.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from integrations.core.failures import ConfigurationFailure, OutcomeUnknown
from integrations.opayo.core.credentials import pi_credential
from integrations.opayo.core.follow_ups import MAKES_A_TRANSACTION, Done, FollowUp
from integrations.opayo.core.protocol import without_braces
from integrations.opayo.core.refusal_words import failure_of

_API: Final = "/api/v1"
_DESCRIPTION_MAX: Final = 40
"""That of a Repeat; the others take 100, but are shown nowhere."""


def pi_path(follow_up: FollowUp) -> str:
    """Where the request goes, below the host."""
    if follow_up.kind in MAKES_A_TRANSACTION:
        return f"{_API}/transactions"
    return f"{_API}/transactions/{quote(follow_up.original.vps_tx_id, safe='')}/instructions"


def pi_body(follow_up: FollowUp) -> dict[str, Any]:
    """The JSON object of the request."""
    if follow_up.kind == "release":
        return {"instructionType": "release", "amount": follow_up.money.minor}
    if follow_up.kind not in MAKES_A_TRANSACTION:
        return {"instructionType": follow_up.kind}
    body: dict[str, Any] = {
        "transactionType": follow_up.kind.capitalize(),
        "referenceTransactionId": follow_up.original.vps_tx_id,
        "vendorTxCode": follow_up.vendor_tx_code,
        "amount": follow_up.money.minor,
        "description": follow_up.description[:_DESCRIPTION_MAX] or "Order",
    }
    if follow_up.kind == "repeat":
        body |= {"currency": follow_up.money.currency, "credentialType": pi_credential(follow_up.terms)}
    return body


def read_pi_answer(http_status: int, document: Mapping[str, Any], follow_up: FollowUp) -> Done:
    """What Opayo has done, or the failure that its answer stands for. Raises as `read_shared_reply` does."""
    if http_status in (200, 201):
        return _done(document, follow_up)
    if http_status == 401:
        raise ConfigurationFailure(
            "opayo_credentials_refused",
            "Opayo Pi",
            "Opayo does not accept the integration key and password.",
            "Enter them again under Connections: making new ones in MyOpayo ends the old ones at once.",
        )
    code, detail = _reason(document)
    if http_status == 408 or code == "9998":
        raise OutcomeUnknown("Opayo did not answer in time.")
    if http_status < 400:
        raise OutcomeUnknown("Opayo answered with something that cannot be read.")
    raise failure_of(code, detail)


def _done(document: Mapping[str, Any], follow_up: FollowUp) -> Done:
    if follow_up.kind not in MAKES_A_TRANSACTION:
        if document.get("instructionType") != follow_up.kind:
            raise OutcomeUnknown("Opayo's answer speaks of something else.")
        return Done(f"{follow_up.kind.capitalize()} accepted")
    status, detail = str(document.get("status", "")), _detail(document)
    vps_tx_id = without_braces(str(document.get("transactionId") or ""))
    if status.upper() == "OK" and vps_tx_id:
        return Done(detail, vps_tx_id, str(document.get("retrievalReference") or ""))
    if status in ("NotAuthed", "Rejected", "Malformed", "Invalid"):
        raise failure_of(str(document.get("statusCode") or ""), detail)
    raise OutcomeUnknown("Opayo's answer does not say what became of it.")


def _detail(document: Mapping[str, Any]) -> str:
    code, text = document.get("statusCode"), document.get("statusDetail")
    return " : ".join(str(part) for part in (code, text) if part)


def _reason(document: Mapping[str, Any]) -> tuple[str, str]:
    """Code and text of an error: a list of faults, an error object, or a legacy statusCode."""
    if document.get("statusCode"):
        return str(document["statusCode"]), _detail(document)
    faults = document.get("errors")
    fault = faults[0] if isinstance(faults, list) and faults and isinstance(faults[0], Mapping) else document
    parts = (str(fault.get(name) or "") for name in ("description", "property"))
    return str(fault.get("code") or ""), ": ".join(part for part in parts if part)
