"""What the books really hold, for auditors that must not go through the API."""

from __future__ import annotations

from typing import Any

from sandbox.kernel.store import Row
from sandbox.xero.books import Books

_HIDDEN = frozenset({"org", "BaseLeft", "JournalID", "RateGiven"})
_LISTS = (
    "contacts",
    "invoices",
    "credit_notes",
    "payments",
    "batch_payments",
    "bank_transactions",
    "bank_transfers",
    "overpayments",
    "prepayments",
    "allocations",
    "manual_journals",
)


def _shown(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in _HIDDEN}


def of(books: Books) -> dict[str, Any]:
    """Every document, deleted ones too, and the ledger's balances.

    Money is Decimal; dates and instants are `date` and `datetime`. Balances are by account code:
    `base` in the organisation's currency and `own` in the account's, debits positive.
    """
    told: dict[str, Any] = {name: [_shown(row) for row in books.collection(name).all()] for name in _LISTS}
    for payment in told["payments"]:
        payment["created_machine"] = payment.pop("CreatedMachine")
        payment["AccountCode"] = books.accounts[payment["AccountID"]]["Code"]
    for entry in told["bank_transactions"]:
        entry["BankAccount"] = _code_of(books, entry["AccountID"])
    for transfer in told["bank_transfers"]:
        for side in ("From", "To"):
            transfer[f"{side}BankAccount"] = _code_of(books, transfer[f"{side}AccountID"])
    told["organisation"] = _shown(books.organisation)
    told["balances"] = _balances(books)
    told["trial_balance"] = books.ledger.difference()
    return told


def _code_of(books: Books, account_id: str) -> dict[str, str]:
    return {"Code": books.accounts[account_id]["Code"]}


def _balances(books: Books) -> dict[str, dict[str, Any]]:
    balances = {}
    for account in books.accounts:
        held = books.ledger.balance(account["AccountID"])
        balances[account["Code"]] = {
            "name": account["Name"],
            "type": account["Type"],
            "currency": account["CurrencyCode"] or books.base_currency,
            "base": held.base,
            "own": held.own,
        }
    return balances
