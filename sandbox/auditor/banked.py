"""Bank lines, fees and reserves: what really moved at the bank, and what stands for it in Xero."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from sandbox.auditor.clearing import clearing_accounts
from sandbox.auditor.evidence import GONE, Record, money
from sandbox.auditor.findings import Fault, Findings
from sandbox.auditor.names import names_in
from sandbox.auditor.unbanked import kept_fees

Key = tuple[str, str, Decimal]
"""Currency, day (ISO 8601), and amount, positive into the bank."""

_FEES: Final = ("merchant fee", "bank fee", "card fee", "acquirer fee")
"""What the name of an account for the acquirers' charges says."""
_RESERVE: Final = "reserve"


def judge_bank_lines(truth: Mapping[str, Any], findings: Findings) -> int:
    """How many lines of ours have exactly one object of their amount and day on the account of their currency."""
    lines: defaultdict[Key, list[str]] = defaultdict(list)
    for line in truth["bank"]["lines"]:
        if line["is_ours"]:
            lines[line["currency"], str(line["on"])[:10], money(line["amount"])].append(line["line_id"])
    objects = Counter(bank_objects(truth["xero"]))
    for key in sorted(set(lines) | set(objects)):
        _judge_line(key, lines.get(key, []), objects[key], findings)
    return sum(_with_one(len(some), objects[key]) for key, some in lines.items())


def _with_one(lines: int, objects: int) -> int:
    return min(objects, max(0, 2 * lines - objects))


def _judge_line(key: Key, lines: list[str], objects: int, findings: Findings) -> None:
    currency, day, amount = key
    what = f"{amount} {currency} of {day}"
    if objects < len(lines):
        why = f"{len(lines)} bank lines of {what}, {objects} objects on the bank account in Xero"
        findings.add(Fault.MISSING, f"bank line {lines[-1]}", why)
    elif objects > len(lines):
        name = f"bank line {lines[0]}" if lines else f"bank object {what}"
        fault = Fault.DUPLICATE if lines else Fault.WRONG_AMOUNT
        findings.add(
            fault, name, f"{objects} objects of {what} in Xero, but {len(lines)} such lines from acquirers"
        )


def bank_objects(xero: Record) -> Iterator[Key]:
    """Everything live that stands on a bank account that is no clearing account."""
    accounts = _bank_accounts(xero)
    for transfer in xero["bank_transfers"]:
        if transfer.get("Status") not in GONE:
            for side, sign in (("FromBankAccount", -1), ("ToBankAccount", 1)):
                yield from _on(accounts, transfer[side]["Code"], transfer, sign * money(transfer["Amount"]))
    for entry in xero["bank_transactions"]:
        if entry["Status"] not in GONE:
            sign = -1 if entry["Type"].startswith("SPEND") else 1
            yield from _on(accounts, entry["BankAccount"]["Code"], entry, sign * money(entry["Total"]))
    incoming = {each["InvoiceID"] for each in xero["invoices"] if each["Type"] == "ACCREC"}
    incoming |= {each["CreditNoteID"] for each in xero["credit_notes"] if each["Type"] == "ACCPAYCREDIT"}
    for payment in xero["payments"]:
        if payment["Status"] not in GONE:
            sign = 1 if payment["DocumentID"] in incoming else -1
            yield from _on(accounts, payment.get("AccountCode"), payment, sign * money(payment["Amount"]))


def _bank_accounts(xero: Record) -> dict[str, Record]:
    cleared = clearing_accounts(xero)
    return {
        code: account
        for code, account in xero["balances"].items()
        if account.get("type") == "BANK" and code not in cleared
    }


def _on(accounts: Mapping[str, Record], code: Any, document: Record, amount: Decimal) -> Iterator[Key]:
    if code in accounts:
        yield accounts[code]["currency"], str(document["Date"])[:10], amount


# Fees and reserves


def judge_fees(truth: Mapping[str, Any], findings: Findings) -> None:
    """Fees kept back, by currency, and each monthly bill, with its VAT."""
    charged: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in truth["acquirer"]["settlements"]:
        charged[row["currency"]] += kept_fees(row)
    booked = _out_of_clearing(truth["xero"], _is_fee)
    _compare("fees kept back", charged, booked, findings)
    for bill in truth["acquirer"]["bills"]:
        _judge_bill(bill, truth["xero"], findings)


def judge_reserve(truth: Mapping[str, Any], findings: Findings) -> None:
    """What is held back, by currency."""
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in truth["acquirer"]["settlements"]:
        held[row["currency"]] -= money(row["reserve"])
    _compare("reserve", held, _out_of_clearing(truth["xero"], lambda name: _RESERVE in name), findings)


def _is_fee(name: str) -> bool:
    return any(word in name for word in _FEES)


def _compare(
    what: str, right: Mapping[str, Decimal], booked: Mapping[str, Decimal], findings: Findings
) -> None:
    for currency in sorted(set(right) | set(booked)):
        expected, found = right.get(currency, Decimal(0)), booked.get(currency, Decimal(0))
        if expected != found:
            why = f"{found} {currency} are booked, {expected} should be"
            findings.add(Fault.WRONG_AMOUNT, f"{what} {currency}", why)


def _out_of_clearing(xero: Record, is_wanted: Callable[[str], bool]) -> dict[str, Decimal]:
    """What bank transactions moved from clearing accounts to accounts of certain names, by currency, VAT included."""
    sums: dict[str, Decimal] = {}
    accounts = clearing_accounts(xero)
    for entry in xero["bank_transactions"]:
        account = accounts.get(entry["BankAccount"]["Code"])
        if account is None or entry["Status"] in GONE:
            continue
        sign = 1 if entry["Type"].startswith("SPEND") else -1
        for line in entry["LineItems"]:
            name = str(xero["balances"].get(line.get("AccountCode"), {}).get("name", "")).lower()
            if is_wanted(name):
                amount = _gross(line, entry)
                sums[account["currency"]] = sums.get(account["currency"], Decimal(0)) + sign * amount
    return sums


def _gross(line: Record, entry: Record) -> Decimal:
    amount = money(line.get("LineAmount"))
    is_net = entry.get("LineAmountTypes", "Exclusive") == "Exclusive"
    return amount + money(line.get("TaxAmount")) if is_net else amount


def _judge_bill(bill: Record, xero: Record, findings: Findings) -> None:
    """One live bill, or spent money, that names the acquirer's number, with its total and VAT."""
    name = f"bill {bill['bill_id']}"
    found = [
        document
        for document in (*xero["invoices"], *xero["bank_transactions"])
        if document["Type"] in ("ACCPAY", "SPEND")
        and document["Status"] not in GONE
        and bill["bill_id"] in names_in(document.get("InvoiceNumber"), document.get("Reference"))
    ]
    if len(found) != 1:
        fault = Fault.DUPLICATE if found else Fault.MISSING
        findings.add(fault, name, f"{len(found)} documents stand for the bill of {bill['gross']}")
        return
    for what, field, right in (("total", "Total", bill["gross"]), ("VAT", "TotalTax", bill["vat"])):
        if money(found[0].get(field)) != money(right):
            findings.add(Fault.WRONG_AMOUNT, name, f"its {what} is {found[0].get(field)}, should be {right}")
