"""Line items of every kind of document: read, checked, computed, shown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.kernel.store import Row
from sandbox.xero.books import Books
from sandbox.xero.core import lines, messages
from sandbox.xero.core.chart import UNPOSTABLE_SYSTEM
from sandbox.xero.core.money import CENT, ROUNDINGS, UNIT_4DP, ZERO
from sandbox.xero.core.postings import Entry
from sandbox.xero.wire import fields
from sandbox.xero.wire.fields import Invalid
from sandbox.xero.wire.replies import new_guid

ONE = Decimal("1.0000")


@dataclass(frozen=True, slots=True)
class Rules:
    """How strictly lines are read."""

    line_amount_types: str
    unit_places: int
    draft: bool = False
    """A draft's lines may lack an account."""
    discounts: bool = False
    """Only sales invoices may give discounts."""
    edited_tax: bool = True
    """Bank transactions must send the tax as computed, or none."""


class Reader:
    """Reads the lines of one document; accounts and tax rates are looked up once for each."""

    def __init__(self, books: Books, rules: Rules) -> None:
        self._books = books
        self._rules = rules
        self._rounding = ROUNDINGS[books.choices("rounding")]
        self._tolerance = books.choices("edited_tax_tolerance")

    def read(self, element: dict[str, Any], before: Row | None = None) -> Row:
        """One stored line from one sent; `before` is the line it updates. Raise Invalid to refuse it."""
        _refuse_unknown(element)
        description = fields.text(element, "Description", 4000)
        if _only_describes(element):
            return _described(description or "", before)
        line: Row = {}
        if description is not None:
            line["Description"] = description
        amounts = self._amounts(element)
        account = self._account(element)
        tax_type, rate = self._tax(element, account)
        line_amount = amounts["LineAmount"]
        line["UnitAmount"] = amounts["UnitAmount"]
        line["TaxType"] = tax_type
        line["TaxAmount"] = self._tax_amount(element, line_amount, rate)
        line["LineAmount"] = line_amount
        if account is not None:
            line["AccountCode"] = account["Code"]
            line["AccountID"] = account["AccountID"]
        line["Tracking"] = []
        line["Quantity"] = amounts["Quantity"]
        for name in ("DiscountRate", "DiscountAmount"):
            if name in amounts:
                line[name] = amounts[name]
        line["LineItemID"] = before["LineItemID"] if before else new_guid()
        return line

    def _amounts(self, element: dict[str, Any]) -> dict[str, Decimal]:
        """Quantity, UnitAmount and LineAmount, whichever two or three of them were sent."""
        quantity = fields.number(element, "Quantity")
        unit = fields.number(element, "UnitAmount")
        given = fields.number(element, "LineAmount")
        if quantity is None:
            quantity = ONE
        elif quantity < 0:
            raise Invalid(messages.negative_quantity(quantity))
        amounts = {"Quantity": quantity.quantize(UNIT_4DP, self._rounding)}
        discounts = self._discounts(element)
        if unit is None:
            amount = (given or ZERO).quantize(CENT, self._rounding)
            unit = lines.missing_unit_amount(amount, quantity, self._rounding) if quantity else ZERO
            places = UNIT_4DP if unit != unit.quantize(CENT) else CENT
            return {**amounts, "UnitAmount": unit.quantize(places), "LineAmount": amount}
        unit = unit.quantize(UNIT_4DP if self._rules.unit_places == 4 else CENT, self._rounding)
        expected = lines.line_amount(amounts["Quantity"], unit, self._rounding, **discounts)
        if given is not None and given != expected:
            raise Invalid(messages.line_total(given, expected))
        for name, value in discounts.items():
            amounts["DiscountRate" if name == "discount_rate" else "DiscountAmount"] = value
        return {**amounts, "UnitAmount": unit, "LineAmount": expected}

    def _discounts(self, element: dict[str, Any]) -> dict[str, Decimal]:
        rate = fields.number(element, "DiscountRate")
        amount = fields.number(element, "DiscountAmount")
        if not rate and not amount:
            return {}
        if not self._rules.discounts:
            raise Invalid(messages.DISCOUNT_NOT_ALLOWED)
        if rate:
            return {"discount_rate": rate.quantize(CENT)}
        return {"discount_amount": (amount or ZERO).quantize(CENT)}

    def _account(self, element: dict[str, Any]) -> Row | None:
        code = element.get("AccountCode")
        if code is None or code == "":
            account_id = element.get("AccountID")
            account = self._books.accounts.get(str(account_id)) if account_id else None
            if account is None and not self._rules.draft:
                raise Invalid("Account must be valid.")
            return account
        return posting_account(self._books, str(code))

    def _tax(self, element: dict[str, Any], account: Row | None) -> tuple[str, Decimal]:
        """The line's tax type and percentage; the account's own where none was sent."""
        if self._rules.line_amount_types == "NoTax":
            return "NONE", ZERO
        tax_type = element.get("TaxType") or (account["TaxType"] if account else "NONE")
        rate = self._books.tax_rates.get(tax_type)
        if rate is None or rate["Status"] != "ACTIVE":
            raise Invalid(messages.unknown_tax(tax_type))
        if account is not None and account["Class"] not in rate["Classes"]:
            raise Invalid(messages.tax_not_for_account(tax_type, account["Code"]))
        return tax_type, rate["EffectiveRate"]

    def _tax_amount(self, element: dict[str, Any], amount: Decimal, rate: Decimal) -> Decimal:
        computed = lines.tax_amount(amount, rate, self._rules.line_amount_types, self._rounding)
        given = fields.number(element, "TaxAmount")
        if given is None or given == computed or self._rules.line_amount_types == "NoTax":
            return computed
        if abs(given) > abs(amount):
            raise Invalid(messages.TAX_EXCEEDS_LINE)
        if not self._rules.edited_tax:
            raise Invalid(messages.tax_differs(given, computed))
        if self._tolerance != "any" and abs(given - computed) > Decimal(self._tolerance):
            raise Invalid(messages.tax_differs(given, computed))
        return given.quantize(CENT, self._rounding)


def posting_account(books: Books, code: str) -> Row:
    """The account a document line names; raise Invalid if it cannot be posted to."""
    account = None
    for row in books.accounts.find("code", code):
        if account is None or row["Status"] == "ACTIVE":
            account = row
    if account is None:
        raise Invalid(messages.bad_account_code(code))
    if account["Status"] != "ACTIVE":
        raise Invalid(messages.archived_account_code(code))
    if account["Type"] == "BANK" or account["SystemAccount"] in UNPOSTABLE_SYSTEM:
        raise Invalid(messages.bad_account_code(code))
    return account


def _refuse_unknown(element: dict[str, Any]) -> None:
    """The organisation keeps neither items nor tracking categories, so none can be named."""
    if element.get("ItemCode"):
        raise Invalid(messages.unknown_item(element["ItemCode"]))
    if element.get("Tracking"):
        raise Invalid(messages.TRACKING_UNKNOWN)


def _only_describes(element: dict[str, Any]) -> bool:
    return not any(
        element.get(name) is not None for name in ("UnitAmount", "LineAmount", "Quantity", "AccountCode")
    )


def _described(description: str, before: Row | None) -> Row:
    """A line of text only, which posts nothing."""
    if not description:
        raise Invalid("Description must be at least 1 character")
    return {
        "Description": description,
        "TaxAmount": ZERO,
        "LineAmount": ZERO,
        "Tracking": [],
        "LineItemID": before["LineItemID"] if before else new_guid(),
    }


def read_all(
    books: Books, elements: list[dict[str, Any]], rules: Rules, before: list[Row] | None = None
) -> tuple[list[Row], list[str]]:
    """All lines, and why any was refused; a line with a known LineItemID updates that one."""
    reader = Reader(books, rules)
    held = {line["LineItemID"]: line for line in before or ()}
    rows: list[Row] = []
    reasons: list[str] = []
    for element in elements:
        try:
            rows.append(reader.read(element, held.get(element.get("LineItemID", ""))))
        except Invalid as refusal:
            reasons += refusal.reasons
    return rows, reasons


def totals(rows: list[Row], line_amount_types: str) -> lines.Totals:
    return lines.totals(((row["LineAmount"], row["TaxAmount"]) for row in rows), line_amount_types)


def entries(rows: list[Row], line_amount_types: str) -> list[Entry]:
    """What the lines post, net of tax."""
    return [
        Entry(
            row["AccountID"],
            lines.net_amount(row["LineAmount"], row["TaxAmount"], line_amount_types),
            row["TaxAmount"],
        )
        for row in rows
        if "AccountID" in row
    ]


def render(rows: list[Row], unit_places: int) -> list[Row]:
    """Lines as a reply shows them: UnitAmount to 2 places, or to 4 when asked."""
    shown = []
    for row in rows:
        unit = row.get("UnitAmount")
        if unit is not None and -unit.as_tuple().exponent != unit_places:
            row = {
                **row,
                "UnitAmount": unit.quantize(UNIT_4DP if unit_places == 4 else CENT, "ROUND_HALF_UP"),
            }
        shown.append(row)
    return shown
