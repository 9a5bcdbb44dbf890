"""How an instruction moves on: what an answer, or a look into Opayo's reports, means for it.

State: `asked` → `sending` → `done` or `refused`; `unknown` when the answer was lost. What is unknown is never sent again
before Opayo's reports have been without it for a while; and then under the same VendorTxCode, which Opayo takes once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from integrations.core.money import Money
from integrations.opayo.core.follow_ups import MAKES_A_TRANSACTION, Kind
from integrations.opayo.core.reporting import OpayoTransaction, outcome_of_transaction

QUIET: Final = timedelta(minutes=2)
"""How long after the last sending Opayo's reports must know nothing of it before it is sent again."""
_DONE_STATE: Final[dict[str, int]] = {"void": 18, "abort": 19, "cancel": 22}
"""`txstateid` of the payment after it (Reporting & Admin API)."""
_OTHER_END: Final = "Opayo's reports show the payment ended in another way: {words}"

Verdict = Literal["done", "refused", "absent", "wait", "taken"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the reports say became of an instruction. `taken`: somebody else's transaction has its code."""

    verdict: Verdict
    words: str = ""
    told: OpayoTransaction | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for, to be found again in the reports. `amount` is None where the kind takes none."""

    kind: Kind
    original_id: str
    amount: Money | None


def look_at(wanted: Wanted, told: OpayoTransaction | None) -> Finding:
    """What a report about the instruction's own transaction, or else about its payment, means for it.

    `told` is found by the VendorTxCode of the instruction for kinds that make a transaction, by that of the payment for the
    others.
    """
    if told is None:
        return Finding("absent")
    if wanted.kind in MAKES_A_TRANSACTION:
        return _own_transaction(wanted, told)
    return _changed_payment(wanted, told)


def _own_transaction(wanted: Wanted, told: OpayoTransaction) -> Finding:
    if not _is_ours(wanted, told):
        return Finding("taken", told=told)
    outcome = outcome_of_transaction(told)
    if outcome in ("captured", "waiting"):
        return Finding("done", told=told)
    if outcome == "open":
        return Finding("wait", told=told)
    return Finding("refused", told.words, told)


def _is_ours(wanted: Wanted, told: OpayoTransaction) -> bool:
    same_kind = told.tx_type.lower() == wanted.kind
    same_original = told.related_transaction_id in ("", wanted.original_id)
    return same_kind and same_original and (told.amount is None or told.amount == wanted.amount)


def _changed_payment(wanted: Wanted, told: OpayoTransaction) -> Finding:
    outcome = outcome_of_transaction(told)
    if wanted.kind == "release":
        if told.is_released or outcome == "captured":
            return Finding("done", told=told)
        return Finding("absent" if outcome == "waiting" else "refused", _ended(told), told)
    if told.tx_state_id == _DONE_STATE[wanted.kind]:
        return Finding("done", told=told)
    still = "captured" if wanted.kind == "void" else "waiting"
    return Finding("absent" if outcome == still else "refused", _ended(told), told)


def _ended(told: OpayoTransaction) -> str:
    return _OTHER_END.format(words=told.words)
