"""What Opayo has done because we asked it to, as the event log keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal, cast, get_args

from integrations.core.money import Money

InstructedKind = Literal[
    "refund", "void", "release", "abort", "authorise", "cancel", "repeat", "delete_token"
]
_KINDS: Final = frozenset(get_args(InstructedKind))


@dataclass(frozen=True, slots=True)
class Instructed:
    """One instruction that Opayo has carried out.

    `vendor_tx_code` is the new transaction's for refund, authorise and repeat, else the instruction's own;
    `related_vendor_tx_code` is that of the payment (or, for a void, the refund) it is about. `amount` is None where the kind
    takes none. `lines` say what of the order goes back: {line or sku, quantity or total}. `via`: person, shop or api.
    """

    kind: InstructedKind
    vendor_tx_code: str
    related_vendor_tx_code: str
    happened_at: datetime
    """Aware, UTC."""
    vps_tx_id: str = ""
    amount: Money | None = None
    reason: str = ""
    lines: Sequence[Mapping[str, Any]] = ()
    instruction: int | None = None
    via: str = "person"


def instructed_to_json(done: Instructed) -> bytes:
    """The body of the event of kind "instruction"; amounts as decimal strings, times in ISO 8601."""
    document = {
        "kind": done.kind,
        "vendor_tx_code": done.vendor_tx_code,
        "related_vendor_tx_code": done.related_vendor_tx_code,
        "vps_tx_id": done.vps_tx_id,
        "amount": str(done.amount.to_decimal()) if done.amount else None,
        "currency": done.amount.currency if done.amount else "",
        "happened_at": done.happened_at.isoformat(),
        "reason": done.reason,
        "lines": [dict(line) for line in done.lines],
        "instruction": done.instruction,
        "via": done.via,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def instructed_from_json(body: bytes) -> Instructed:
    """What `instructed_to_json` wrote. Raises ValueError for anything else."""
    document = json.loads(body, parse_float=Decimal)
    if not isinstance(document, dict) or document.get("kind") not in _KINDS:
        raise ValueError("The event does not hold an instruction that Opayo carried out.")
    amount = document.get("amount")
    try:
        return Instructed(
            kind=cast("InstructedKind", document["kind"]),
            vendor_tx_code=str(document["vendor_tx_code"]),
            related_vendor_tx_code=str(document["related_vendor_tx_code"]),
            happened_at=datetime.fromisoformat(document["happened_at"]),
            vps_tx_id=str(document.get("vps_tx_id") or "").strip("{}").upper(),
            amount=None if amount in (None, "") else Money.from_decimal(str(amount), document["currency"]),
            reason=str(document.get("reason") or ""),
            lines=tuple(document.get("lines") or ()),
            instruction=document.get("instruction"),
            via=str(document.get("via") or "person"),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"The instruction lacks {error}.") from error
