"""What invoices and credit notes have in common: reading, checking, posting, changing status."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sandbox.kernel.store import Row
from sandbox.xero.books import Books, Event
from sandbox.xero.call import Call
from sandbox.xero.collection import Collection
from sandbox.xero.core import messages, postings, settlement, status
from sandbox.xero.core.money import ZERO, to_base
from sandbox.xero.core.settlement import Settlement
from sandbox.xero.endpoints import contacts, line_items
from sandbox.xero.wire import body, fields
from sandbox.xero.wire.fields import Invalid

LINE_AMOUNT_TYPES = frozenset({"Exclusive", "Inclusive", "NoTax"})
STATUSES = frozenset({"DRAFT", "SUBMITTED", "AUTHORISED", "PAID", "VOIDED", "DELETED"})


@dataclass(frozen=True, slots=True)
class DocumentType:
    """Which way a type of document posts: `sign` is +1 where its control account is debited.

    Where the control account is debited, paying the document brings money in.
    """

    sign: int
    sales: bool
    payment_type: str


TYPES = {
    "ACCREC": DocumentType(1, sales=True, payment_type="ACCRECPAYMENT"),
    "ACCPAY": DocumentType(-1, sales=False, payment_type="ACCPAYPAYMENT"),
    "ACCRECCREDIT": DocumentType(-1, sales=True, payment_type="ARCREDITPAYMENT"),
    "ACCPAYCREDIT": DocumentType(1, sales=False, payment_type="APCREDITPAYMENT"),
}


@dataclass(frozen=True, slots=True)
class Family:
    """Invoices or credit notes: their table, their id and number, their webhook category."""

    name: str
    id_field: str
    number_field: str
    types: frozenset[str]
    category: str
    resource: str
    number_taken: str
    left_field: str
    source_type: str = ""

    def rows(self, books: Books) -> Collection:
        return books.invoices if self.name == "invoices" else books.credit_notes


def control_of(books: Books, type_: DocumentType) -> str:
    """AccountID of the control account it posts to."""
    return books.account("DEBTORS" if type_.sales else "CREDITORS")


# -- settlement


def state_of(row: Row, left_field: str) -> Settlement:
    """What is left on a stored document."""
    return Settlement(
        row["Total"], row[left_field], row["BaseLeft"], row["AmountPaid"], row["AmountCredited"],
        row["Status"], row.get("FullyPaidOnDate"),
    )  # fmt: skip


def with_state(row: Row, state: Settlement, left_field: str) -> Row:
    """A stored document with what is left on it changed."""
    return {
        **row,
        left_field: state.left,
        "BaseLeft": state.base_left,
        "AmountPaid": state.paid,
        "AmountCredited": state.credited,
        "Status": state.status,
        "FullyPaidOnDate": state.fully_paid_on,
    }


def is_settled(row: Row) -> bool:
    """Whether payments or credits stand against it."""
    return bool(row["AmountPaid"] or row["AmountCredited"])


# -- reading


def locked(books: Books, on: date) -> list[str]:
    """Why nothing may be dated that day, if so."""
    organisation = books.organisation
    period, year = organisation.get("PeriodLockDate"), organisation.get("EndOfYearLockDate")
    reasons = []
    if period and on <= period:
        reasons.append(messages.period_locked(period))
    if year and on <= year:
        reasons.append(messages.year_locked(year))
    return reasons


def header(call: Call, family: Family, element: body.Element, before: Row | None) -> Row:
    """The document's own properties, with what was there before or Xero's defaults; raise Invalid."""
    books = call.books
    old = before or {}
    on = fields.day(element, "Date") or old.get("Date") or books.today()
    currency = fields.text(element, "CurrencyCode") or old.get("CurrencyCode") or books.base_currency
    if books.currencies.get(currency) is None:
        raise Invalid(messages.no_currency(currency))
    given_rate = fields.number(element, "CurrencyRate")
    rate = old.get("CurrencyRate") if before and given_rate is None else books.rate(currency, on, given_rate)
    row: Row = {
        "Date": on,
        "CurrencyCode": currency,
        "CurrencyRate": rate,
        "LineAmountTypes": fields.choice(element, "LineAmountTypes", LINE_AMOUNT_TYPES)
        or old.get("LineAmountTypes", "Exclusive"),
        "RateGiven": given_rate if given_rate is not None else old.get("RateGiven"),
    }
    reference = fields.text(element, "Reference")
    row["Reference"] = old.get("Reference", "") if reference is None else reference
    for name in ("Url", "BrandingThemeID"):
        value = fields.text(element, name)
        if value is not None:
            row[name] = value
    sent = fields.flag(element, "SentToContact")
    if sent is not None:
        row["SentToContact"] = sent
    return row


def rate_warnings(books: Books, row: Row) -> list[str]:
    """Since April 2026 a rate of 1 on a foreign document only warns."""
    if row.get("RateGiven") == 1 and row["CurrencyCode"] != books.base_currency:
        return ["The currency rate of this document is 1:1. Please check that it is right."]
    return []


def read_lines(call: Call, element: body.Element, row: Row, before: Row | None) -> list[str]:
    """Put lines and totals into `row`; return why they are refused. Lines not sent stay as they were."""
    sent = fields.children(element, "LineItems")
    if sent is None:
        if before is None:
            row |= {"LineItems": [], "SubTotal": ZERO, "TotalTax": ZERO, "Total": ZERO}
            return [] if row["Status"] == "DRAFT" else [messages.LINES_MISSING]
        row |= {name: before[name] for name in ("LineItems", "SubTotal", "TotalTax", "Total")}
        return []
    if not sent and row["Status"] != "DRAFT":
        return [messages.LINES_MISSING]
    rules = line_items.Rules(
        row["LineAmountTypes"],
        call.unit_places,
        draft=row["Status"] == "DRAFT",
        discounts=row["Type"] == "ACCREC",
    )
    row["LineItems"], reasons = line_items.read_all(
        call.books, sent, rules, before["LineItems"] if before else None
    )
    sums = line_items.totals(row["LineItems"], row["LineAmountTypes"])
    row |= {"SubTotal": sums.sub_total, "TotalTax": sums.total_tax, "Total": sums.total}
    return reasons + _check_totals(element, row)


def _check_totals(element: body.Element, row: Row) -> list[str]:
    """Totals a client sends must be those of the lines, and never below nothing."""
    reasons = []
    for name in ("SubTotal", "TotalTax", "Total"):
        given = fields.number(element, name)
        if given is not None and given != row[name]:
            reasons.append(messages.document_total(name, given, row[name]))
    if row["Total"] < 0:
        reasons.append("The document total must not be less than zero.")
    return reasons


# -- posting


def post(books: Books, family: Family, row: Row) -> None:
    """Open an approved document: post it and set what is left on it."""
    type_ = TYPES[row["Type"]]
    entries = line_items.entries(row["LineItems"], row["LineAmountTypes"])
    control = control_of(books, type_)
    lines = postings.document(control, books.account("GST"), entries, type_.sign, row["CurrencyRate"])
    base_total = sum(
        (to_base(e.net, row["CurrencyRate"]) + to_base(e.tax, row["CurrencyRate"]) for e in entries), ZERO
    )
    row["JournalID"] = books.post(row["Date"], row["Type"], row[family.id_field], lines)
    state = settlement.opened(row["Total"], base_total)
    if not row["Total"] and books.choices("zero_total_paid"):
        state = settlement.settle(state, ZERO, base_total, row["Date"], credit=False)
    row |= with_state(row, state, family.left_field)


def unposted(row: Row, left_field: str) -> None:
    """Amounts of a document that is in no books: all of it is left, nothing is paid."""
    row |= {
        left_field: row["Total"],
        "BaseLeft": ZERO,
        "AmountPaid": ZERO,
        "AmountCredited": ZERO,
        "FullyPaidOnDate": None,
        "JournalID": None,
    }


def save(books: Books, family: Family, row: Row, *, new: bool) -> Row:
    """Store the document and note the change for webhooks."""
    books.put(family.rows(books), row)
    tell(books, family, row, "CREATE" if new else "UPDATE")
    return row


def tell(books: Books, family: Family, row: Row, kind: str = "UPDATE") -> None:
    data = {"Type": row["Type"], "Status": row["Status"]} if family.category == "CREDITNOTE" else None
    books.changed(Event(family.category, family.resource, row[family.id_field], kind, data))


def end(books: Books, family: Family, row: Row, wanted: str) -> Row:
    """Void or delete: what was posted is reversed."""
    books.unpost(row.get("JournalID"))
    changed = {**row, "Status": wanted, "JournalID": None, "BaseLeft": ZERO}
    return save(books, family, changed, new=False)


def find_contact(books: Books, element: body.Element, before: Row | None) -> Row:
    """The document's contact; on a change without one, the contact it has."""
    if before is not None and not element.get("Contact"):
        return books.contacts[before["ContactID"]]
    return contacts.for_document(books, element)


def wanted_status(element: body.Element, before: Row | None) -> str:
    """The status asked for; raise Invalid for one Xero does not know or would not give."""
    wanted = element.get("Status") or (before["Status"] if before else "DRAFT")
    if wanted not in STATUSES:
        raise Invalid(messages.not_a("status", "Status", wanted))
    return str(wanted)


def refusals(element: body.Element, row: Row, before: Row | None) -> list[str]:
    """Why the status asked for cannot be had."""
    if before is None:
        reason = status.refuse_creation(row["Status"])
    else:
        reason = status.refuse_change(before["Status"], row["Status"], settled=is_settled(before))
    return [reason] if reason else []


def figures(row: Row) -> list[tuple[Any, ...]]:
    """What of the lines may not change once something was paid."""
    return [(line["LineAmount"], line["TaxAmount"], line.get("TaxType")) for line in row["LineItems"]]


def accounts_of(row: Row) -> list[str | None]:
    """The accounts the lines post to."""
    return [line.get("AccountID") for line in row["LineItems"]]


def reposts(row: Row, before: Row) -> bool:
    """Whether a change moves amounts, dates or rates in the books."""
    names = ("Date", "CurrencyCode", "CurrencyRate", "LineAmountTypes")
    return figures(row) != figures(before) or any(row[name] != before[name] for name in names)


def differs(row: Row, before: Row) -> bool:
    """Whether a change touches the books at all."""
    return reposts(row, before) or accounts_of(row) != accounts_of(before)
