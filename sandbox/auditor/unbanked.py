"""Clearing accounts where settlements are booked: each must hold exactly the money that is on its way to the bank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from sandbox.auditor.clearing import clearing_accounts
from sandbox.auditor.evidence import GONE, Record, money

PARTS: Final = ("captured", "disputed", "fees", "reserve", "banked")
DISPUTE_FEE: Final = "dispute"
"""A fee that is taken with the dispute, and counted there."""

_NAMES: Final = {"American Express": ("amex", "american express"), "Worldpay": ("worldpay",), "Elavon": ("elavon",)}  # fmt: skip
"""What the name of an account says if it is for one acquirer only."""


def unbanked(truth: Mapping[str, Any]) -> dict[str, dict[str, Decimal]]:
    """By currency, or currency and acquirer where one has an account of its own that is used.

    Captured less refunds, plus what disputes moved, less fees kept back, less what is held in reserve, less what reached
    the bank: that is the money on its way, and must be the balance. Amounts in the accounts' own currencies.
    """
    places = _places(truth["xero"])
    found: defaultdict[str, dict[str, Decimal]] = defaultdict(
        lambda: dict.fromkeys((*PARTS, "balance"), Decimal(0))
    )
    for part, currency, acquirer, amount in _movements(truth):
        found[places.get((currency, acquirer), currency)][part] += amount
    for code, account in clearing_accounts(truth["xero"]).items():
        found[_place_of(code, account, truth["xero"])]["balance"] += money(account["own"])
    return {place: {**sums, "difference": sums["balance"] - _expected(sums)} for place, sums in found.items()}


def _expected(sums: Mapping[str, Decimal]) -> Decimal:
    return sums["captured"] + sums["disputed"] - sums["fees"] - sums["reserve"] - sums["banked"]


def _movements(truth: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Decimal]]:
    for tx in truth["opayo"]["transactions"]:
        amount = money(tx["captured"])
        yield (
            "captured",
            tx["currency"],
            tx.get("acquirer", ""),
            -amount if tx["type"] == "REFUND" else amount,
        )
    acquirer = truth["acquirer"]
    for dispute in acquirer["disputes"]:
        yield "disputed", dispute["currency"], dispute["acquirer"], money(dispute["net"])
    for row in acquirer["settlements"]:
        yield "fees", row["currency"], row["acquirer"], kept_fees(row)
        yield "reserve", row["currency"], row["acquirer"], -money(row["reserve"])
    for payment in acquirer["fundings"]:
        if payment["kind"] != "fee_bill":
            yield "banked", payment["currency"], payment["acquirer"], money(payment["paid"])


def kept_fees(settlement: Record) -> Decimal:
    """What a settlement keeps back for services; fees of disputes are part of the disputes."""
    fees = settlement["fees"].items()
    return sum((money(amount) for kind, amount in fees if kind != DISPUTE_FEE), Decimal(0))


def _places(xero: Record) -> dict[tuple[str, str], str]:
    """Where an acquirer's money of a currency is to stand, if not on the account for all of them."""
    found = {}
    for code, account in clearing_accounts(xero).items():
        owner = owner_of(account)
        if owner and code in used_accounts(xero):
            found[account["currency"], owner] = f"{account['currency']} {owner}"
    return found


def _place_of(code: str, account: Record, xero: Record) -> str:
    owner = owner_of(account)
    currency = str(account["currency"])
    return f"{currency} {owner}" if owner and code in used_accounts(xero) else currency


def owner_of(account: Record) -> str:
    """The acquirer an account is named after; none for an account of all."""
    name = str(account["name"]).lower()
    return next((owner for owner, words in _NAMES.items() if any(word in name for word in words)), "")


def used_accounts(xero: Record) -> set[str]:
    """Codes of the bank accounts that live payments, transfers or bank transactions name."""
    used = {payment.get("AccountCode", "") for payment in xero["payments"] if _lives(payment)}
    for transfer in xero["bank_transfers"]:
        if _lives(transfer):
            used |= {transfer["FromBankAccount"]["Code"], transfer["ToBankAccount"]["Code"]}
    return used | {entry["BankAccount"]["Code"] for entry in xero["bank_transactions"] if _lives(entry)}


def _lives(document: Record) -> bool:
    return document.get("Status") not in GONE
