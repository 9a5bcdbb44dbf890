"""The judgement of one order: one contact, one invoice, and a payment exactly when money was taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal

from sandbox.auditor.evidence import Case, Evidence, Record, money, total_of
from sandbox.auditor.findings import Fault, Findings
from sandbox.auditor.vat import differences


def judge_order(case: Case, kept_currencies: Collection[str], findings: Findings) -> None:
    """Compare the books with what happened to one order."""
    _judge_invoices(case, kept_currencies, findings)
    _judge_payments(case, findings)
    _judge_confirmations(case, findings)


def _judge_invoices(case: Case, kept_currencies: Collection[str], findings: Findings) -> None:
    live = case.live_invoices
    if not live:
        if case.captured:
            findings.add(Fault.MISSING, case.number, "paid, but no invoice stands in the books")
        elif not case.invoices and case.order["accepted"] and not case.order["cancelled"]:
            findings.add(Fault.MISSING, case.number, "the order was accepted, but no invoice was ever made")
    if len(live) > 1:
        findings.add(Fault.DUPLICATE, case.number, f"{len(live)} invoices stand for the order")
    for invoice in live:
        if case.currency in kept_currencies:
            _judge_amounts(case, invoice, findings)


def _judge_amounts(case: Case, invoice: Record, findings: Findings) -> None:
    if invoice["CurrencyCode"] != case.currency:
        why = f"the invoice is in {invoice['CurrencyCode']}, the order in {case.currency}"
        findings.add(Fault.WRONG_AMOUNT, case.number, why)
        return
    if money(invoice["Total"]) != case.total:
        why = f"the invoice totals {invoice['Total']}, the order {case.total} {case.currency}"
        findings.add(Fault.WRONG_AMOUNT, case.number, why)
    for why in differences(case.order["order"], invoice):
        findings.add(Fault.WRONG_AMOUNT, case.number, why)


def _judge_payments(case: Case, findings: Findings) -> None:
    captured = total_of(case.captured, "captured")
    if not captured:
        for payment in case.payments:
            instead = "the sale was voided" if case.voided else "Opayo took nothing"
            why = f"a payment of {payment['Amount']} is booked, but {instead}"
            findings.add(Fault.WRONG_AMOUNT, case.number, why)
        return
    if not case.payments:
        why = f"Opayo took {captured} {case.currency}, but no payment is booked"
        findings.add(Fault.MISSING, case.number, why)
        return
    if len(case.payments) > len(case.captured):
        why = f"{len(case.payments)} payments are booked for {len(case.captured)} taken by Opayo"
        findings.add(Fault.DUPLICATE, case.number, why)
    _judge_paid_amount(case, captured, findings)


def _judge_paid_amount(case: Case, captured: Decimal, findings: Findings) -> None:
    """Of what was taken, the invoice can bear its total; what is above it is an overpayment."""
    due = sum((money(invoice["Total"]) for invoice in case.live_invoices), Decimal(0))
    booked, expected = total_of(case.payments, "Amount"), min(captured, due)
    if booked != expected and len(case.payments) <= len(case.captured):
        why = f"payments of {booked} are booked, {expected} {case.currency} should be"
        findings.add(Fault.WRONG_AMOUNT, case.number, why)
    if booked == due and any(invoice["Status"] != "PAID" for invoice in case.live_invoices):
        findings.add(Fault.WRONG_AMOUNT, case.number, "paid in full, but the invoice's status is not PAID")


def _judge_confirmations(case: Case, findings: Findings) -> None:
    told = [event["type"] for event in case.confirmations]
    confirmed = told.count("payment.confirmed") - told.count("payment.reversed")
    if case.captured and confirmed < 1:
        findings.add(Fault.UNCONFIRMED, case.number, "paid, but the shop was not told")
    if not case.captured and confirmed > 0:
        findings.add(
            Fault.WRONGLY_CONFIRMED, case.number, "the shop was told of a payment Opayo did not take"
        )


def judge_contacts(evidence: Evidence, findings: Findings) -> None:
    """Each customer has one contact, and no contact stands for two customers."""
    used: defaultdict[str, set[str]] = defaultdict(set)
    first_order: dict[str, str] = {}
    for case in evidence.cases.values():
        first_order.setdefault(case.customer, case.number)
        used[case.customer] |= {invoice["ContactID"] for invoice in case.live_invoices}
    for contact in evidence.contacts:
        if contact.get("ContactNumber") in used:
            used[contact["ContactNumber"]].add(contact["ContactID"])
    owner: dict[str, str] = {}
    for customer, contacts in used.items():
        if len(contacts) > 1:
            why = f"customer {customer} has {len(contacts)} contacts"
            findings.add(Fault.DUPLICATE, first_order[customer], why)
        for contact_id in contacts:
            if owner.setdefault(contact_id, customer) != customer:
                why = f"customers {owner[contact_id]} and {customer} share a contact"
                findings.add(Fault.MISSING, first_order[customer], why)


def note_strays(evidence: Evidence, findings: Findings) -> None:
    """Invoices that carry no order's number."""
    for invoice in evidence.strays:
        what = "a credit note" if invoice["Type"] == "ACCRECCREDIT" else "an invoice"
        why = f"{what} of {invoice['Total']} {invoice['CurrencyCode']} belongs to no order of the shop"
        findings.add(Fault.STRAY, str(invoice.get("InvoiceNumber") or invoice["InvoiceID"]), why)
