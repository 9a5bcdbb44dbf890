"""The requests that Server and Direct share: `refund.vsp` and its like, their fields and their answers.

Server and Direct Shared Protocol Guidelines, 2.1 to 2.8: RELEASE, ABORT, VOID and CANCEL name the transaction itself;
REFUND, REPEAT and AUTHORISE make a new one, and name the earlier one by `Related…`.
"""

from __future__ import annotations

from typing import Final

from integrations.core.failures import OutcomeUnknown
from integrations.opayo.core.amounts import to_wire
from integrations.opayo.core.credentials import later_charge
from integrations.opayo.core.follow_ups import MAKES_A_TRANSACTION, Done, FollowUp, Original
from integrations.opayo.core.protocol import Reply, without_braces
from integrations.opayo.core.refusal_words import failure_of

_ANSWERED: Final = frozenset(("MALFORMED", "INVALID", "ERROR", "NOTAUTHED", "REJECTED"))


def shared_path(follow_up: FollowUp) -> str:
    """Where the request goes, below the host."""
    return f"/gateway/service/{follow_up.kind}.vsp"


def shared_fields(follow_up: FollowUp, vendor: str, protocol: str = "4.00") -> dict[str, str]:
    """The form fields of the request."""
    head = {"VPSProtocol": protocol, "TxType": follow_up.kind.upper(), "Vendor": vendor}
    if follow_up.kind in MAKES_A_TRANSACTION:
        return head | _new_transaction(follow_up, protocol) | _related(follow_up)
    return head | _own(follow_up)


def _own(follow_up: FollowUp) -> dict[str, str]:
    original = follow_up.original
    fields = {
        "VendorTxCode": original.vendor_tx_code,
        "VPSTxId": _braced(original),
        "SecurityKey": original.security_key,
    }
    if follow_up.kind != "cancel":
        fields["TxAuthNo"] = original.tx_auth_no
    if follow_up.kind == "release":
        fields["ReleaseAmount"] = to_wire(follow_up.money)
    return fields


def _new_transaction(follow_up: FollowUp, protocol: str) -> dict[str, str]:
    fields = {
        "VendorTxCode": follow_up.vendor_tx_code,
        "Amount": to_wire(follow_up.money),
        "Description": follow_up.description[:100] or "Order",
    }
    if follow_up.kind == "authorise":
        # Address and security code were checked when the card was authenticated.
        return fields | {"ApplyAVSCV2": "0"}
    fields["Currency"] = follow_up.money.currency
    return fields | later_charge(follow_up.terms, protocol) if follow_up.kind == "repeat" else fields


def _related(follow_up: FollowUp) -> dict[str, str]:
    original = follow_up.original
    related = {
        "RelatedVPSTxId": _braced(original),
        "RelatedVendorTxCode": original.vendor_tx_code,
        "RelatedSecurityKey": original.security_key,
    }
    return related if follow_up.kind == "authorise" else related | {"RelatedTxAuthNo": original.tx_auth_no}


def _braced(original: Original) -> str:
    return f"{{{original.vps_tx_id}}}"


def read_shared_reply(reply: Reply, follow_up: FollowUp) -> Done:
    """What Opayo has done, or the failure that its reply stands for.

    Raises RefusedByOpayo, VendorTxCodeUsed, ConfigurationFailure (the account) and OutcomeUnknown (Opayo broke down over it,
    or its reply cannot be read).
    """
    if reply.status == "OK":
        return _done(reply, follow_up)
    if reply.status not in _ANSWERED or not reply.detail:
        raise OutcomeUnknown("Opayo's answer cannot be read.")
    raise failure_of(reply.code, reply.detail)


def _done(reply: Reply, follow_up: FollowUp) -> Done:
    fields = reply.fields
    vps_tx_id = without_braces(fields.get("VPSTxId", ""))
    if follow_up.kind not in MAKES_A_TRANSACTION:
        return Done(reply.detail)
    if not vps_tx_id:
        raise OutcomeUnknown("Opayo's answer was cut short.")
    return Done(reply.detail, vps_tx_id, fields.get("TxAuthNo", ""), fields.get("SecurityKey", ""))
