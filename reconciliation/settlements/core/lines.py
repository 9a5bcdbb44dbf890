"""One part of a settlement, whoever tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

SALE: Final = "sale"
REFUND: Final = "refund"
CHARGEBACK: Final = "chargeback"
CHARGEBACK_RETURNED: Final = "chargeback_returned"
FEE: Final = "fee"
RESERVE_HELD: Final = "reserve_held"
RESERVE_RELEASED: Final = "reserve_released"
ADJUSTMENT: Final = "adjustment"

KINDS: Final = (
    SALE, REFUND, CHARGEBACK, CHARGEBACK_RETURNED, FEE, RESERVE_HELD, RESERVE_RELEASED, ADJUSTMENT,
)  # fmt: skip
ITEMS: Final = frozenset({SALE, REFUND})
"""Kinds that each stand for one transaction at Opayo."""
MONEY_IN: Final = frozenset({SALE, CHARGEBACK_RETURNED, RESERVE_RELEASED})
MONEY_OUT: Final = frozenset({REFUND, CHARGEBACK, FEE, RESERVE_HELD})


@dataclass(frozen=True, slots=True)
class Line:
    """A sale, a refund, a chargeback, a fee, a reserve or an adjustment, as it is told.

    `amount_minor` is signed as it moves the payout, in minor units of the settlement's currency; `vat_minor` is the VAT
    within the amount of a fee, with its sign. `identity` tells lines of one settlement apart, and is the same each time
    the same thing is told. `retrieval_reference` is Opayo's TxAuthNo.
    """

    identity: str
    kind: str
    amount_minor: int
    fee_kind: str = ""
    vat_minor: int = 0
    scheme: str = ""
    happened_on: date | None = None
    vendor_tx_code: str = ""
    vps_tx_id: str = ""
    retrieval_reference: str = ""
    bank_auth_code: str = ""
    last_four: str = ""
    case_id: str = ""

    @property
    def is_item(self) -> bool:
        """Whether it stands for a transaction at Opayo."""
        return self.kind in ITEMS


def signed(kind: str, minor: int, *, as_written: bool = False) -> int:
    """An amount with the sign of its kind: acquirers write refunds and charges with or without a minus.

    `as_written` keeps the sign: the statement writes each amount as it moves the payout. Adjustments always keep theirs.
    """
    if as_written or kind not in MONEY_IN | MONEY_OUT:
        return minor
    return abs(minor) if kind in MONEY_IN else -abs(minor)


def net_minor(lines: list[Line]) -> int:
    """What reaches the bank."""
    return sum(line.amount_minor for line in lines)
