"""The judgement of disputes: what the acquirers took and gave back, and what the books say of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from sandbox.auditor.clearing import clearing_accounts
from sandbox.auditor.evidence import GONE, Evidence, Record, money
from sandbox.auditor.findings import Fault, Findings
from sandbox.auditor.names import names_in, texts_of

ROLES: Final = {"disputed": "disputed receivable", "losses": "chargeback loss", "fees": "dispute fee"}
"""What the names of the accounts say."""

OWN_CURRENCY: Final = "GBP"
"""Of the books."""

_FOREIGN_JOURNAL: Final = Decimal("0.02")
"""A journal is in the books' own currency: turned back into a dispute's it may be off by so much."""


@dataclass(slots=True)
class Booked:
    """What the books hold of one dispute, in its currency; debits positive."""

    clearing: Decimal = Decimal(0)
    disputed: Decimal = Decimal(0)
    losses: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)
    undone: Decimal = Decimal(0)
    """Credit notes: sales taken back."""
    outflows: list[Decimal] = field(default_factory=list)
    """Each amount put to disputed receivables out of clearing."""

    def put(self, role: str, amount: Decimal) -> None:
        """Add to the account of a role, if it has one here."""
        if role:
            setattr(self, role, getattr(self, role) + amount)


def judge_disputes(truth: Mapping[str, Any], evidence: Evidence, findings: Findings) -> None:
    """Compare each dispute with the documents that name its case number."""
    found = booked(truth)
    orders = order_of_disputes(truth, evidence)
    for dispute in disputes_of(truth):
        number = orders.get(dispute["case_id"]) or str(dispute["case_id"])
        _judge(dispute, found[dispute["case_id"]], number, findings)


def disputes_of(truth: Mapping[str, Any]) -> list[Record]:
    """Every dispute of the acquirers."""
    disputes: list[Record] = truth.get("acquirer", {}).get("disputes", [])
    return disputes


def order_of_disputes(truth: Mapping[str, Any], evidence: Evidence) -> dict[str, str]:
    """The order's number by the case number."""
    of_sale = {
        tx.get("vpstxid"): number for number, case in evidence.cases.items() for tx in case.transactions
    }
    return {
        dispute["case_id"]: of_sale[dispute["vpstxid"]]
        for dispute in disputes_of(truth)
        if dispute["vpstxid"] in of_sale
    }


def _judge(dispute: Record, held: Booked, number: str, findings: Findings) -> None:
    case, amount, fee = dispute["case_id"], money(dispute["amount"]), money(dispute["fee"])
    if not held.outflows:
        findings.add(Fault.MISSING, number, f"dispute {case} of {amount} is not booked")
        return
    if sum(held.outflows, Decimal(0)) > amount and not _may_come_again(dispute):
        findings.add(Fault.DUPLICATE, number, f"dispute {case} is booked {len(held.outflows)} times")
        return
    lost = amount if dispute["is_lost"] else Decimal(0)
    expected = [("taken out of clearing", -held.clearing, -money(dispute["net"])), ("fee", held.fees, fee)]
    if dispute["is_closed"]:
        expected += [
            ("disputed receivables", held.disputed, Decimal(0)),
            ("lost", held.losses + held.undone, lost),
        ]
    for what, given, right in expected:
        if abs(given - right) > (_FOREIGN_JOURNAL if dispute["currency"] != OWN_CURRENCY else 0):
            findings.add(Fault.WRONG_AMOUNT, number, f"dispute {case}: {what} is {given}, should be {right}")


def _may_come_again(dispute: Record) -> bool:
    return any(step["stage"] == "pre_arbitration" for step in dispute["history"])


def booked(truth: Mapping[str, Any]) -> defaultdict[str, Booked]:
    """What the books hold of each dispute, by case number."""
    cases = case_numbers(truth)
    found: defaultdict[str, Booked] = defaultdict(Booked)
    for case, document in _naming(cases, truth["xero"].get("bank_transactions", [])):
        _add_bank(found[case], document, truth["xero"])
    for case, note in _naming(cases, truth["xero"].get("credit_notes", [])):
        found[case].undone += money(note["Total"])
        for payment in _payments_of(note, truth["xero"]):
            role = role_of(payment.get("AccountCode"), truth["xero"])
            found[case].put(role, -money(payment["Amount"]))
    rates = {case: _rate(case, truth["xero"]) for case in cases}
    for case, journal in _naming(cases, truth["xero"].get("manual_journals", [])):
        if journal["Status"] == "POSTED":
            _add_journal(found[case], journal, rates[case], truth["xero"])
    return found


def _naming(cases: Iterable[str], documents: Iterable[Record]) -> Iterator[tuple[str, Record]]:
    wanted = set(cases)
    for document in documents:
        if document["Status"] not in GONE:
            for case in wanted & set(names_in(*texts_of(document))):
                yield case, document


def _add_bank(held: Booked, entry: Record, xero: Record) -> None:
    sign = 1 if entry["Type"].startswith("SPEND") else -1
    if (entry.get("BankAccount") or {}).get("Code") in clearing_accounts(xero):
        held.clearing -= sign * money(entry["Total"])
    for line in entry["LineItems"]:
        role = role_of(line.get("AccountCode"), xero)
        held.put(role, sign * money(line.get("LineAmount")))
        if role == "disputed" and sign > 0:
            held.outflows.append(money(line.get("LineAmount")))


def _add_journal(held: Booked, journal: Record, rate: Decimal, xero: Record) -> None:
    for line in journal["JournalLines"]:
        amount = (money(line.get("LineAmount")) * rate).quantize(Decimal("0.01"))
        held.put(role_of(line.get("AccountCode"), xero), amount)


def _payments_of(note: Record, xero: Record) -> list[Record]:
    return [
        payment
        for payment in xero["payments"]
        if payment.get("Property") == "CreditNote"
        and payment["DocumentID"] == note["CreditNoteID"]
        and payment["Status"] not in GONE
    ]


def _rate(case: str, xero: Record) -> Decimal:
    """Units of the dispute's currency for one of the books', as its chargeback was booked."""
    for _, entry in _naming([case], xero.get("bank_transactions", [])):
        if entry["Type"] == "SPEND":
            return money(entry.get("CurrencyRate") or 1)
    return Decimal(1)


def role_of(code: Any, xero: Record) -> str:
    """`disputed`, `losses` or `fees` by the account's name; nothing for any other."""
    name = str(xero["balances"].get(code, {}).get("name", "")).lower()
    return next((role for role, words in ROLES.items() if words in name), "")


def disputed_at_rest(truth: Mapping[str, Any]) -> dict[str, Decimal]:
    """The balances of the three accounts in the books' own currency."""
    xero, held = truth["xero"], dict.fromkeys(ROLES, Decimal(0))
    for code, account in xero["balances"].items():
        if role := role_of(code, xero):
            held[role] += money(account.get("base"))
    return held


def case_numbers(truth: Mapping[str, Any]) -> set[str]:
    """The acquirers' case numbers."""
    return {dispute["case_id"] for dispute in disputes_of(truth)}


def disputes_are_settled(truth: Mapping[str, Any]) -> bool:
    """Whether nothing is left on disputed receivables, once every dispute is closed.

    Not asked while one is open, or where one is in a foreign currency: there rates move between taking and giving.
    """
    disputes = disputes_of(truth)
    if any(not each["is_closed"] or each["currency"] != OWN_CURRENCY for each in disputes):
        return True
    return not disputed_at_rest(truth)["disputed"]
