"""What each line at the bank really is, by the sandbox's truth, and what the product has made of it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

Row = Mapping[str, Any]
Name = tuple[str, str]
"""Merchant number and reference of a settlement or bill."""
BILL: Final = "fee_bill"
_CENTS: Final = 100
_STANDING: Final = {"auto": "auto", "confirmed": "person"}


@dataclass(frozen=True, slots=True)
class Payout:
    """Bank lines and settlements that are the same money, as far as it has moved: nothing smaller comes out even."""

    lines: tuple[str, ...]
    """As the bank numbers them."""
    settlements: frozenset[Name]
    is_whole: bool
    """Whether all of the money has come."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What acquirers paid, and which line of the bank is what."""

    payouts: tuple[Payout, ...]
    own: Mapping[str, frozenset[Name]]
    """By line of ours: the settlements that it is money of, or a part of."""
    lines: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Judged:
    """How the lines of acquirers stand in the product, and how many lines are said to be what they are not."""

    auto: int = 0
    person: int = 0
    open: int = 0
    wrong: int = 0


def read_truth(bank: Row, acquirer: Row) -> Truth:
    """From what `/control/truth` says of the bank and the acquirers."""
    names = {row["settlement_id"]: (row["mid"], row["reference"]) for row in acquirer["settlements"]}
    worth = {names[row["settlement_id"]]: _number(row["net"]) for row in acquirer["settlements"]}
    worth |= {(row["mid"], row["bill_id"]): -_number(row["gross"]) for row in acquirer["bills"]}
    fundings = {row["funding_id"]: row for row in acquirer["fundings"]}
    paid = {key: _paid(row, fundings, names) for key, row in fundings.items()}
    ours = [line for line in bank["lines"] if line["is_ours"]]
    own = {line["line_id"]: frozenset().union(*(paid[key] for key in line["payments"])) for line in ours}
    return Truth(tuple(_payouts(ours, own, worth)), own, bank["lines"])


def _paid(row: Row, fundings: Mapping[str, Row], names: Mapping[str, Name]) -> frozenset[Name]:
    """What a payment is for; what makes up for a short one is for the same."""
    if row["kind"] == BILL:
        return frozenset({(row["mid"], row["of"])})
    first = fundings[row["of"]] if row["of"] else row
    return frozenset(names[key] for key in first["settlements"])


def _payouts(
    lines: Sequence[Row], own: Mapping[str, frozenset[Name]], worth: Mapping[Name, Decimal]
) -> Iterator[Payout]:
    """Lines that share a settlement belong together."""
    groups: list[tuple[list[Row], frozenset[Name]]] = []
    for line in lines:
        names, together = own[line["line_id"]], [line]
        for group in [each for each in groups if each[1] & names]:
            groups.remove(group)
            together, names = [*group[0], *together], names | group[1]
        groups.append((together, names))
    for together, names in groups:
        moved = sum((_number(line["amount"]) for line in together), Decimal(0))
        is_whole = moved == sum((worth[name] for name in names), Decimal(0))
        yield Payout(tuple(line["line_id"] for line in together), names, is_whole)


def _number(amount: object) -> Decimal:
    return Decimal(str(amount))


def recognise(lines: Iterable[Row], told: Iterable[Row]) -> dict[str, Row]:
    """Which bank line of the product is which of the bank's: the same day and amount, and most of its words."""
    open_ones: defaultdict[tuple[str, str, Decimal], list[Row]] = defaultdict(list)
    for row in told:
        open_ones[row["currency"], row["on"], Decimal(row["minor"])].append(row)
    found = {}
    # Those with the most to say choose first: a line with a short name might be another's.
    for line in sorted(lines, key=lambda each: (-len(_words(each)), each["line_id"])):
        key = (line["currency"], str(line["on"])[:10], _number(line["amount"]) * _CENTS)
        alike = open_ones[key]
        if alike:
            best = max(alike, key=lambda row: _likeness(line, row))
            alike.remove(best)
            found[line["line_id"]] = best
    return found


def _words(line: Row) -> list[str]:
    return f"{line['name']} {line['reference']}".split()


def _likeness(line: Row, row: Row) -> int:
    text = str(row["text"]).upper()
    return sum(len(word) for word in _words(line) if word.upper() in text)


def judge(truth: Truth, told: Sequence[Row]) -> Judged:
    """Count; the product's bank lines as `match_lines --all` tells them."""
    known = recognise(truth.lines, told)
    of_line = {line: payout for payout in truth.payouts for line in payout.lines}
    counts = {"auto": 0, "person": 0, "open": 0}
    wrong = 0
    for line, row in known.items():
        match = standing(row)
        if line in truth.own:
            counts[_STANDING[match["state"]] if match else "open"] += 1
        if match is not None:
            wrong += not _is_right(match, truth.own.get(line), of_line.get(line))
    return Judged(**counts, wrong=wrong)


def standing(row: Row) -> Row | None:
    """The match that a bank line is in."""
    return next((match for match in row["matches"] if match["state"] in _STANDING), None)


def _is_right(match: Row, own: frozenset[Name] | None, payout: Payout | None) -> bool:
    if own is None or payout is None:
        return False
    said = {(each["mid"], each["reference"]) for each in match["settlements"]}
    return own <= said <= payout.settlements
