"""What settlements and their bank lines should look like in the books: rows 14 to 17 of docs/accounting.md.

Pure: from facts to the postings that should be there, and from those and the ones that are there to what is to be done.
Amounts are minor units, signed as they move the payout.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

Role = Literal["bank", "fees", "reserve", "rounding"]
BANK_TRANSFER: Final = "bank_transfer"
SPEND: Final = "spend"
RECEIVE: Final = "receive"
BILL: Final = "bill"
PAYMENT: Final = "payment"
DISPUTE_FEE: Final = "dispute"
ADJUSTMENT: Final = "adjustment"
_RESERVES: Final = frozenset({"reserve_held", "reserve_released"})
_ROLE_OF_DIFFERENCE: Final[Mapping[str, Role]] = {
    "fee": "fees", "rounding": "rounding", "fx": "rounding", "other": "rounding",
}  # fmt: skip
"""A refund and a dispute are booked by themselves; money that is still to come is not booked at all."""
_GONE: Final = frozenset({"cancelled", "reversed"})


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One line of a settlement."""

    kind: str
    amount_minor: int
    fee_kind: str = ""
    vat_minor: int = 0
    case_id: str = ""


@dataclass(frozen=True, slots=True)
class SettlementFacts:
    """A settlement that an acquirer has stated. `on` is the day its fees are booked on."""

    key: str
    reference: str
    on: date
    lines: tuple[LineFacts, ...]


@dataclass(frozen=True, slots=True)
class BankLineFacts:
    """A bank line that is in a standing match; `match` names the match."""

    key: str
    on: date
    amount_minor: int
    reference: str
    match: str


@dataclass(frozen=True, slots=True)
class DifferenceFacts:
    """What the bank lines of a match are more (or, negative, less) than its settlements, and why.

    `account`: Xero's code, where a person chose another account than that of the kind.
    """

    match: str
    amount_minor: int
    kind: str
    on: date
    reference: str
    account: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A posting that should be there.

    `minor` is positive. A `bank_transfer` with `is_inward` goes from clearing to the bank, else back. `spend` and
    `receive` are on the clearing account against the account of `role`, or against `account` where it is named.
    """

    kind: str
    key: str
    minor: int
    on: date
    reference: str
    role: Role
    words: str = ""
    vat_minor: int = 0
    fee_kind: str = ""
    is_inward: bool = True
    account: str = ""


@dataclass(frozen=True, slots=True)
class Existing:
    """A posting that is tied to a settlement or bank line."""

    kind: str
    key: str
    state: str
    is_being_undone: bool = False

    @property
    def stands(self) -> bool:
        """Whether its money is in Xero, or meant to be."""
        return self.state not in _GONE and not self.is_being_undone


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done: made, sent after all (it was given up unsent), or taken back."""

    make: tuple[Wanted, ...] = ()
    revive: tuple[tuple[str, str], ...] = ()
    take_back: tuple[tuple[str, str], ...] = ()


def transfer_of(line: BankLineFacts) -> Wanted:
    """Row 14: one transfer for a bank line, with exactly its amount and day; back where money was taken."""
    return Wanted(
        BANK_TRANSFER, f"{line.key}/{line.match}", abs(line.amount_minor), line.on, line.reference, "bank",
        is_inward=line.amount_minor > 0,
    )  # fmt: skip


def bill_of(key: str, reference: str, total_minor: int, on: date) -> Wanted:
    """Row 16: the acquirer's bill, paid when it is collected."""
    return Wanted(BILL, f"{key}/bill/{total_minor}", total_minor, on, reference, "fees")


def payment_of(line: BankLineFacts) -> Wanted:
    """The collection of a bill: its payment, with exactly the bank line's amount and day."""
    return Wanted(
        PAYMENT, f"{line.key}/{line.match}", abs(line.amount_minor), line.on, line.reference, "bank"
    )


def charges_of(settlement: SettlementFacts) -> list[Wanted]:
    """Rows 15 and 17: one posting for each kind of fee, for what is held back or released, and for what a person said of an
    adjustment (its `fee_kind` is the kind of difference).

    Chargebacks, and the fees of disputes, are booked with their disputes and never here.
    """
    fees: dict[str, list[LineFacts]] = defaultdict(list)
    adjusted: dict[str, int] = defaultdict(int)
    reserve = 0
    for line in settlement.lines:
        if line.kind == "fee" and not is_of_dispute(line):
            fees[line.fee_kind].append(line)
        elif line.kind in _RESERVES:
            reserve += line.amount_minor
        elif line.kind == ADJUSTMENT and line.fee_kind in _ROLE_OF_DIFFERENCE:
            adjusted[line.fee_kind] += line.amount_minor
    wanted = [
        _moved(settlement, f"fee-{kind}", sum(line.amount_minor for line in found), "fees",
               fee_kind=kind, vat_minor=sum(line.vat_minor for line in found))
        for kind, found in sorted(fees.items())
    ]  # fmt: skip
    wanted.append(_moved(settlement, "reserve", reserve, "reserve"))
    wanted += [
        _moved(settlement, f"adjustment-{kind}", minor, _ROLE_OF_DIFFERENCE[kind])
        for kind, minor in sorted(adjusted.items())
    ]
    return [each for each in wanted if each.minor]


def is_of_dispute(line: LineFacts) -> bool:
    """Whether a line is money of a dispute, which is booked with it."""
    return line.kind in {"chargeback", "chargeback_returned"} or (
        line.fee_kind == DISPUTE_FEE and bool(line.case_id)
    )


def _moved(
    settlement: SettlementFacts, name: str, minor: int, role: Role, *, fee_kind: str = "", vat_minor: int = 0
) -> Wanted:
    """The amount is in the key: another amount is another posting, and the old one is taken back."""
    return Wanted(
        SPEND if minor < 0 else RECEIVE,
        f"{settlement.key}/{name}/{minor}",
        abs(minor),
        settlement.on,
        f"{settlement.reference} {name}",
        role,
        words=name,
        vat_minor=abs(vat_minor),
        fee_kind=fee_kind,
    )


def adjustment_of(difference: DifferenceFacts) -> Wanted | None:
    """What a person said about a difference; nothing where it is money that is still to come."""
    role = _ROLE_OF_DIFFERENCE.get(difference.kind)
    if role is None or not difference.amount_minor:
        return None
    return Wanted(
        SPEND if difference.amount_minor < 0 else RECEIVE,
        "/".join(
            filter(
                None,
                (
                    difference.match,
                    "difference",
                    difference.kind,
                    str(difference.amount_minor),
                    difference.account,
                ),
            )
        ),
        abs(difference.amount_minor),
        difference.on,
        f"{difference.reference} difference",
        role,
        words=f"difference: {difference.kind}",
        account=difference.account,
    )


def plan(wanted: Iterable[Wanted], existing: Sequence[Existing]) -> Plan:
    """The steps from the postings that exist to those that should.

    What was taken back in Xero by somebody else than this plan stays taken back: its key is used up.
    """
    by_key = {(each.kind, each.key): each for each in wanted}
    known = {(each.kind, each.key): each for each in existing}
    return Plan(
        make=tuple(each for key, each in by_key.items() if key not in known),
        revive=tuple(key for key in by_key if key in known and known[key].state == "cancelled"),
        take_back=tuple(key for key, each in known.items() if each.stands and key not in by_key),
    )
