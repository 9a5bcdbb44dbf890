"""How a payment moves when Opayo says something about it, in whatever order and however often."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """What Opayo said: our outcome word, its own status word, and the bare VPSTxId."""

    outcome: str
    status: str
    vps_tx_id: str = ""


_AFTER = {"captured": "captured", "waiting": "waiting", "failed": "failed", "technical": "failed"}


def next_state(state: str, vps_tx_id: str, told: Told) -> str:
    """The payment's state after this message.

    The end of a transaction beats its success: an ABORT or void after OK reverses it (the reply to
    the OK was lost and Opayo cancelled), and an OK that comes late does not revive it (Opayo
    Server, transaction monitor). Another transaction under the same VendorTxCode starts afresh,
    unless one has been captured already.
    """
    wished = _AFTER[told.outcome]
    is_other = bool(vps_tx_id and told.vps_tx_id and vps_tx_id.upper() != told.vps_tx_id.upper())
    if is_other:
        return state if state in {"captured", "reversed"} or wished == "failed" else wished
    if state == "captured":
        return "reversed" if wished == "failed" else "captured"
    if state in {"failed", "reversed"}:
        return state
    return wished
