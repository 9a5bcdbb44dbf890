"""Which accounts each document debits and credits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sandbox.xero.core.ledger import Line, merged, of
from sandbox.xero.core.money import ZERO, to_base


@dataclass(frozen=True, slots=True)
class Controls:
    """AccountIDs of the organisation's system accounts."""

    debtors: str
    creditors: str
    tax: str
    realised_gains: str
    rounding: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One document line: the account it goes to, its net and its tax, in the document's currency."""

    account: str
    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Side:
    """A bank or control account's part in a payment: base amount, and amount in its own currency."""

    account: str
    base: Decimal
    own: Decimal


def document(
    control: str, tax_account: str, entries: Iterable[Entry], sign: int, rate: Decimal
) -> tuple[Line, ...]:
    """Lines of an invoice or credit note; `sign` is +1 where the control account is debited.

    Each line is converted by itself, and the control account takes their exact sum, so a foreign
    document balances in base currency without a rounding line.
    """
    lines = []
    whole = ZERO
    for entry in entries:
        net, tax = to_base(entry.net, rate) * sign, to_base(entry.tax, rate) * sign
        whole += net + tax
        lines.append(of(entry.account, -net))
        if tax:
            lines.append(of(tax_account, -tax))
    return merged([of(control, whole), *lines])


def bank_transaction(
    bank: Side, tax_account: str, entries: Iterable[Entry], sign: int, rate: Decimal
) -> tuple[Line, ...]:
    """Lines of spent (`sign` -1) or received (+1) money; the bank takes the sum of the lines in base."""
    lines = document(bank.account, tax_account, entries, sign, rate)
    return tuple(
        Line(line.account, line.base, bank.own * sign) if line.account == bank.account else line
        for line in lines
    )


def payment(bank: Side, control: Side, gains: str, sign: int) -> tuple[Line, ...]:
    """Lines of a payment; `sign` +1 where money comes in. What the rates moved goes to realised gains."""
    moved = bank.base - control.base
    return merged(
        [
            Line(bank.account, bank.base * sign, bank.own * sign),
            of(control.account, -control.base * sign),
            of(gains, -moved * sign),
        ]
    )


def allocation(
    control: str, credit_base: Decimal, invoice_base: Decimal, gains: str, sign: int
) -> tuple[Line, ...]:
    """Lines of a credit set against an invoice: only what exchange rates moved between the two."""
    moved = (credit_base - invoice_base) * sign
    return merged([of(control, moved), of(gains, -moved)])


def transfer(source: Side, target: Side) -> tuple[Line, ...]:
    """Lines of money moved between two bank accounts; both sides carry the same base amount."""
    return merged(
        [Line(source.account, -source.base, -source.own), Line(target.account, target.base, target.own)]
    )
