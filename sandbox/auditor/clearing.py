"""Clearing accounts: what they hold must be what Opayo took and nobody has banked yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from sandbox.auditor.evidence import GONE, Record, money
from sandbox.auditor.names import names_in


def clearing_accounts(xero: Mapping[str, Any]) -> dict[str, Record]:
    """The accounts whose name says clearing, by code."""
    return {code: each for code, each in xero["balances"].items() if "clearing" in each["name"].lower()}


def clearing(truth: Mapping[str, Any]) -> dict[str, dict[str, Decimal]]:
    """By currency: what Opayo took less refunds, what disputes did, what was moved on, what the accounts hold, and
    the difference.

    Amounts in the accounts' own currencies. Disputed is what the acquirers really took for disputes and their fees
    (negative). Moved on is what the books' bank transfers and bank transactions took out of the clearing accounts,
    less what they put in; overpayments and what is booked of disputes are not among them.
    """
    found: defaultdict[str, dict[str, Decimal]] = defaultdict(
        lambda: dict.fromkeys(("captured", "disputed", "moved_on", "balance"), Decimal(0))
    )
    accounts = clearing_accounts(truth["xero"])
    for tx in truth["opayo"]["transactions"]:
        sign = -1 if tx["type"] == "REFUND" else 1
        if money(tx["captured"]):
            found[tx["currency"]]["captured"] += sign * money(tx["captured"])
    disputes = truth.get("acquirer", {}).get("disputes", [])
    for dispute in disputes:
        found[dispute["currency"]]["disputed"] += money(dispute["net"])
    for account in accounts.values():
        found[account["currency"]]["balance"] += money(account["own"])
    for currency, amount in _moved_on(truth["xero"], accounts, {each["case_id"] for each in disputes}):
        found[currency]["moved_on"] += amount
    return {
        currency: {
            **sums,
            "difference": sums["balance"] - sums["captured"] - sums["disputed"] + sums["moved_on"],
        }
        for currency, sums in found.items()
    }


def _moved_on(
    xero: Mapping[str, Any], accounts: Mapping[str, Record], cases: Collection[str]
) -> list[tuple[str, Decimal]]:
    moves = []
    for transfer in xero["bank_transfers"]:
        for side, sign in (("FromBankAccount", 1), ("ToBankAccount", -1)):
            code = _code(transfer.get(side))
            if code in accounts and transfer.get("Status") not in GONE:
                moves.append((accounts[code]["currency"], sign * money(transfer["Amount"])))
    for entry in xero["bank_transactions"]:
        code = _code(entry.get("BankAccount"))
        is_other = not set(cases) & set(names_in(entry.get("Reference")))
        if (
            code in accounts
            and entry.get("Status") not in GONE
            and entry["Type"] in ("SPEND", "RECEIVE")
            and is_other
        ):
            sign = 1 if entry["Type"] == "SPEND" else -1
            moves.append((accounts[code]["currency"], sign * money(entry["Total"])))
    return moves


def _code(account: Any) -> str:
    return str(account.get("Code", "")) if isinstance(account, Mapping) else ""
