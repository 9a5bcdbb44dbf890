"""Which of our payments and refunds a line of a settlement is, and why.

The keys are tried from the surest to the weakest. A key that fits more than one transaction decides nothing, unless the
lines it fits are as many as the transactions and alike: then it does not matter which is which.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from reconciliation.settlements.core.lines import REFUND, Line

_BY_REFERENCE: Final = "retrieval_reference"
_AROUND: Final = 4
"""Days between a sale and the day an acquirer gives it: a weekend and a bank holiday."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One payment or refund of ours; `minor` is positive, `key` names it for whoever asked."""

    key: str
    is_refund: bool
    minor: int
    day: date | None = None
    vps_tx_id: str = ""
    vendor_tx_code: str = ""
    references: tuple[str, ...] = ()
    """Retrieval references: Opayo's TxAuthNo, as the payment and as a batch tell it."""
    bank_auth_code: str = ""
    last_four: str = ""


@dataclass(frozen=True, slots=True)
class Tie:
    """What a line is; `key` is empty when nothing, or too much, fits, and `reasons` say why, in words."""

    key: str
    method: str
    reasons: tuple[str, ...]


Keys = Callable[[Line], Iterable[Hashable]]


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to tie: the keys of a line and of a transaction, and its words."""

    method: str
    words: str
    of_line: Callable[[Line], Sequence[Hashable]]
    of_transaction: Callable[[Transaction], Sequence[Hashable]]


def _same_card_same_day(line: Line) -> Sequence[Hashable]:
    if line.happened_on is None or not line.last_four:
        return ()
    return [(abs(line.amount_minor), line.last_four, line.happened_on)]


def _card_and_days(transaction: Transaction, around: int) -> Sequence[Hashable]:
    if transaction.day is None or not transaction.last_four:
        return ()
    return [
        (transaction.minor, transaction.last_four, transaction.day + timedelta(days=days))
        for days in range(-around, around + 1)
    ]


_WAYS: Final = (
    _Way("vps_tx_id", "The same VPSTxId.", lambda row: [row.vps_tx_id.upper()] if row.vps_tx_id else [],
         lambda row: [row.vps_tx_id.upper()] if row.vps_tx_id else []),
    _Way("vendor_tx_code", "The same VendorTxCode.", lambda row: [row.vendor_tx_code] if row.vendor_tx_code else [],
         lambda row: [row.vendor_tx_code] if row.vendor_tx_code else []),
    _Way(_BY_REFERENCE, "The same retrieval reference and amount.",
         lambda row: [(row.retrieval_reference.lstrip("0"), abs(row.amount_minor))] if row.retrieval_reference else [],
         lambda row: [(each.lstrip("0"), row.minor) for each in row.references if each]),
    _Way("auth_code", "The same authorisation code, amount and card.",
         lambda row: [(row.bank_auth_code, abs(row.amount_minor), row.last_four)] if row.bank_auth_code else [],
         lambda row: [(row.bank_auth_code, row.minor, row.last_four)] if row.bank_auth_code else []),
    _Way("card_and_day", "The same amount and card on the same day.", _same_card_same_day,
         lambda row: _card_and_days(row, 0)),
    _Way("card_and_days", "The same amount and card, a few days apart.", _same_card_same_day,
         lambda row: _card_and_days(row, _AROUND)),
)  # fmt: skip


GUESSES: Final = frozenset({"auth_code", "card_and_day", "card_and_days"})
"""Ways that many transactions may share; each of the others names one."""


def tie(lines: Sequence[Line], transactions: Sequence[Transaction]) -> dict[str, Tie]:
    """For each line that is a sale or a refund, by its identity, what it is. No transaction is given twice.

    Where some of the lines are found by their retrieval references, another reference is another transaction.
    """
    open_lines = {line.identity: line for line in lines if line.is_item}
    free = {transaction.key: transaction for transaction in transactions}
    found: dict[str, Tie] = {}
    doubts: dict[str, Tie] = {}
    compares = False
    for way in _WAYS:
        sure, doubtful = _tied_by(way, open_lines.values(), free.values(), compares=compares)
        compares = compares or (way.method == _BY_REFERENCE and bool(sure))
        for identity, tied in sure.items():
            del open_lines[identity], free[tied.key]
        found |= sure
        doubts = doubts | doubtful
    for identity in open_lines:
        found[identity] = doubts.get(identity) or Tie("", "none", ("No payment or refund of ours fits it.",))
    return found


def _tied_by(
    way: _Way, lines: Iterable[Line], transactions: Iterable[Transaction], *, compares: bool
) -> tuple[dict[str, Tie], dict[str, Tie]]:
    """What this way ties for sure, and the lines for which it leaves more than one."""
    candidates = _by_key(transactions, way)
    groups: dict[Hashable, list[Line]] = defaultdict(list)
    for line in lines:
        for key in way.of_line(line):
            if (line.kind == REFUND, key) in candidates:
                groups[(line.kind == REFUND, key)].append(line)
                break
    sure: dict[str, Tie] = {}
    doubtful: dict[str, Tie] = {}
    taken: set[str] = set()
    for key, alike in groups.items():
        fitting = [each for each in candidates[key] if each.key not in taken]
        if compares:
            fitting = [each for each in fitting if not all(_is_another(line, each) for line in alike)]
            alike = [line for line in alike if not all(_is_another(line, each) for each in fitting)]
        if len(fitting) == len(alike):
            reasons = (way.words,) if len(alike) == 1 else (way.words, _alike(len(alike)))
            for line, each in zip(alike, fitting, strict=True):
                sure[line.identity] = Tie(each.key, way.method, reasons)
                taken.add(each.key)
        else:
            doubtful |= {line.identity: _doubt(way, len(fitting), len(alike)) for line in alike}
    return sure, doubtful


def _is_another(line: Line, transaction: Transaction) -> bool:
    """Whether both have retrieval references, and they differ."""
    known = {each.lstrip("0") for each in transaction.references if each}
    return bool(line.retrieval_reference and known) and line.retrieval_reference.lstrip("0") not in known


def _by_key(transactions: Iterable[Transaction], way: _Way) -> Mapping[Hashable, list[Transaction]]:
    found: dict[Hashable, list[Transaction]] = defaultdict(list)
    for transaction in transactions:
        for key in dict.fromkeys(way.of_transaction(transaction)):
            found[(transaction.is_refund, key)].append(transaction)
    return found


def _alike(count: int) -> str:
    return f"{count} lines and {count} transactions are alike, so it does not matter which is which."


def _doubt(way: _Way, fitting: int, alike: int) -> Tie:
    return Tie(
        "",
        "ambiguous",
        (f"{way.words.rstrip('.')}: {fitting} of ours fit {alike} lines, so nothing is sure.",),
    )
