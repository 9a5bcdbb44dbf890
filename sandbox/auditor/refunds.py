"""The judgement of what went back: for each refund one credit note and the money on it, VAT and all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sandbox.auditor.evidence import GONE, Case, Record, money, total_of
from sandbox.auditor.findings import Fault, Findings
from sandbox.auditor.names import names_in, texts_of
from sandbox.auditor.vat import PENNY, Slice, of_invoice, of_lines

Overpaid = Mapping[str, Decimal]
"""What was given back out of overpayments, by the VendorTxCode of the refund."""


def judge_refunds(
    case: Case,
    kept_currencies: Collection[str],
    overpaid: Overpaid,
    disputed: Collection[str],
    findings: Findings,
) -> None:
    """Compare credit notes and their money with the refunds of an order. `disputed` are the acquirers' case numbers."""
    _judge_requests(case, findings)
    notes = []
    for note in case.notes:
        if set(names_in(*texts_of(note))) & set(disputed):
            _judge_of_dispute(case, note, kept_currencies, findings)
        else:
            notes.append(note)
    for refund in case.refunds:
        own = [note for note in notes if refund["vendortxcode"] in set(names_in(*texts_of(note)))]
        notes = [note for note in notes if note not in own]
        due = money(refund["captured"]) - overpaid.get(refund["vendortxcode"], Decimal(0))
        _judge_refund(case, refund, due, own, kept_currencies, findings)
    for note in notes:
        _judge_without_refund(case, note, findings)
    if case.currency in kept_currencies:
        _judge_all_given_back(case, findings)


def _judge_refund(
    case: Case,
    refund: Record,
    due: Decimal,
    notes: list[Record],
    kept_currencies: Collection[str],
    findings: Findings,
) -> None:
    code = refund["vendortxcode"]
    if not notes and due:
        findings.add(Fault.MISSING, case.number, f"refund {code} of {due} has no credit note")
        return
    if len(notes) > 1:
        findings.add(Fault.DUPLICATE, case.number, f"refund {code} has {len(notes)} credit notes")
        return
    for note in notes:
        if refund["currency"] in kept_currencies:
            _judge_note(case, note, due, code, findings)
        _judge_owner(case, note, findings)
        _judge_money(case, note, code, findings)


def _judge_note(case: Case, note: Record, due: Decimal, code: str, findings: Findings) -> None:
    if note["CurrencyCode"] != case.currency or money(note["Total"]) != due:
        why = f"the credit note of {code} is {note['Total']} {note['CurrencyCode']}, the refund {due} {case.currency}"
        findings.add(Fault.WRONG_AMOUNT, case.number, why)
        return
    for why in note_differences(case, note, _lines_asked(case, code)):
        findings.add(Fault.WRONG_AMOUNT, case.number, f"credit note of {code}: {why}")


def _lines_asked(case: Case, code: str) -> list[Mapping[str, Any]]:
    """The lines of the order the shop asked a refund for; none when it was an amount."""
    for asked in case.asked:
        if asked["vendor_tx_code"] == code and asked["lines"]:
            by_sku = {line.get("sku"): line for line in case.order["order"]["lines"]}
            return [by_sku[line["sku"]] for line in asked["lines"]]
    return []


def note_differences(case: Case, note: Record, lines: list[Mapping[str, Any]]) -> Iterable[str]:
    """In words, each rate at which a credit note is not what its sale says.

    A refund of whole lines must be those lines to the penny. Any other is shared over the lines in
    proportion, where each line may round by a penny.
    """
    order = case.order["order"]
    exactly = of_lines(lines, includes_tax=order["prices_include_tax"]) if lines else None
    sold = of_lines_of_invoices(case)
    share = Fraction(money(note["Total"])) / Fraction(case.total) if case.total else Fraction(0)
    given = of_invoice(note)
    for rate in sorted(set(sold) | set(given)):
        found, sale = given.get(rate, Slice()), sold.get(rate, Slice())
        wanted = exactly.get(rate, Slice()) if exactly is not None else sale
        part = Fraction(1) if exactly is not None else share
        allowed = Fraction(0) if exactly is not None else Fraction(PENNY) * (sale.lines + 1)
        for what, right, booked in (("sales", wanted.gross, found.gross), ("VAT", wanted.tax, found.tax)):
            if abs(Fraction(right) * part - Fraction(booked)) > allowed:
                should = right * part.numerator / part.denominator
                yield f"{what} at {rate} should be {should:.2f}, is {booked}"


def of_lines_of_invoices(case: Case) -> dict[str, Slice]:
    """What the order's live invoices charge, by rate."""
    slices: dict[str, Slice] = {}
    for invoice in case.live_invoices:
        for rate, part in of_invoice(invoice).items():
            slices.setdefault(rate, Slice()).add(part.gross, part.tax, part.lines)
    return slices


def _judge_of_dispute(case: Case, note: Record, kept_currencies: Collection[str], findings: Findings) -> None:
    """A sale undone by a lost dispute is undone with its VAT, for the same customer."""
    _judge_owner(case, note, findings)
    if case.currency in kept_currencies:
        for why in note_differences(case, note, []):
            findings.add(Fault.WRONG_AMOUNT, case.number, f"credit note of a dispute: {why}")


def _judge_owner(case: Case, note: Record, findings: Findings) -> None:
    owners = {invoice["ContactID"] for invoice in case.live_invoices}
    if owners and note["ContactID"] not in owners:
        findings.add(Fault.WRONG_AMOUNT, case.number, "the credit note is another contact's than the invoice")


def _judge_money(case: Case, note: Record, code: str, findings: Findings) -> None:
    total = money(note["Total"])
    moved = total_of(note["payments"], "Amount") + total_of(note["allocations"], "Amount")
    if not moved:
        findings.add(Fault.MISSING, case.number, f"the credit note of {code} is not paid out")
    elif len(note["payments"]) > 1 or moved > total:
        findings.add(Fault.DUPLICATE, case.number, f"the credit note of {code} is paid out more than once")
    elif moved != total:
        findings.add(Fault.WRONG_AMOUNT, case.number, f"of the credit note of {code} {moved} is paid out")


def _judge_without_refund(case: Case, note: Record, findings: Findings) -> None:
    """Only what nobody will ever pay may be credited without a refund: set against the invoice, no money."""
    invoices = {invoice["InvoiceID"] for invoice in case.live_invoices}
    own = [each for each in note["allocations"] if each["InvoiceID"] in invoices]
    kept = total_of(case.captured, "captured") - total_of(case.refunds, "captured")
    is_write_off = not note["payments"] and not kept and total_of(own, "Amount") == money(note["Total"])
    if not is_write_off:
        why = f"a credit note of {note['Total']} stands for no refund"
        findings.add(Fault.DUPLICATE if case.refunds else Fault.WRONG_AMOUNT, case.number, why)


def _judge_all_given_back(case: Case, findings: Findings) -> None:
    """When all that was paid of a whole sale came back, no VAT is left on it."""
    back = total_of(case.refunds, "captured")
    if not back or back != case.total or back != total_of(case.captured, "captured"):
        return
    left = of_lines_of_invoices(case)
    for note in case.notes:
        for rate, part in of_invoice(note).items():
            left.setdefault(rate, Slice()).add(-part.gross, -part.tax, 0)
    for rate, part in sorted(left.items()):
        if part.gross or part.tax:
            why = f"all was given back, but {part.gross} and VAT of {part.tax} are left at {rate}"
            findings.add(Fault.WRONG_AMOUNT, case.number, why)


# What the shop asked for


def _judge_requests(case: Case, findings: Findings) -> None:
    """Each request the bridge took was followed once, or refused; none was followed twice."""
    taken = [asked for asked in case.asked if asked["state"] == "accepted"]
    made = [tx for tx in case.refunds if tx.get("system") != "MyOpayo"]
    followed = 0
    for asked in taken:
        done = asked["confirmed"] > 0
        followed += done
        if not done and not asked["refused"]:
            _judge_silence(case, asked, made, findings)
        if done and asked["refused"]:
            findings.add(
                Fault.WRONG_AMOUNT, case.number, f"refund {asked['id']} is told as made and as refused"
            )
    if taken and len(made) > len(taken):
        why = f"{len(made)} refunds were made for {len(taken)} that were asked for"
        findings.add(Fault.DUPLICATE, case.number, why)
    if followed > len(made) + len(case.voided):
        why = f"{followed} refunds are told as made, {len(made)} were"
        findings.add(Fault.WRONGLY_CONFIRMED, case.number, why)


def _judge_silence(case: Case, asked: Record, made: list[Record], findings: Findings) -> None:
    if case.voided or any(money(tx["captured"]) == money(asked["amount"]) for tx in made):
        findings.add(
            Fault.UNCONFIRMED, case.number, f"refund {asked['id']} was made, but the shop was not told"
        )
    else:
        why = f"refund {asked['id']} of {asked['amount']} was taken, but neither made nor refused"
        findings.add(Fault.MISSING, case.number, why)


def given_back_of_overpayments(truth: Mapping[str, Any]) -> dict[str, Decimal]:
    """Money given back out of overpayments, by the VendorTxCode of the refund."""
    codes = {tx["vendortxcode"] for tx in truth["opayo"]["transactions"] if tx["type"] == "REFUND"}
    sums: dict[str, Decimal] = {}
    for payment in truth["xero"]["payments"]:
        if payment.get("Property") != "Overpayment" or payment["Status"] in GONE:
            continue
        for code in codes & set(names_in(payment.get("Reference"))):
            sums[code] = sums.get(code, Decimal(0)) + money(payment["Amount"])
    return sums
