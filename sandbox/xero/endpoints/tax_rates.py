"""/TaxRates and /Currencies."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.core import messages, where
from sandbox.xero.core.currencies import NAMES, RATES
from sandbox.xero.core.tax_rates import TaxRate, classes_for_report
from sandbox.xero.endpoints import batch
from sandbox.xero.endpoints.listing import Listing, listing, properties, single
from sandbox.xero.wire import body, fields
from sandbox.xero.wire.fields import Invalid

KIND = batch.Kind("TaxRates", "TaxType")
_CLASSES = ("ASSET", "EQUITY", "EXPENSE", "LIABILITY", "REVENUE")
_FLAGS = ("Assets", "Equity", "Expenses", "Liabilities", "Revenue")
_FOUR_PLACES = Decimal("0.0001")


def row_of(rate: TaxRate) -> Row:
    """A rate the organisation starts with."""
    return {
        "TaxType": rate.tax_type,
        "Name": rate.name,
        "ReportTaxType": rate.report_tax_type,
        "Status": "ACTIVE",
        "Components": [{"Name": "VAT", "Rate": Decimal(value)} for value in rate.rates],
        "EffectiveRate": rate.effective,
        "DisplayTaxRate": rate.display,
        "Classes": sorted(rate.classes),
    }


def render(call: Call, row: Row, *, full: bool = True) -> dict[str, Any]:
    shown = {
        "Name": row["Name"],
        "TaxType": row["TaxType"],
        "ReportTaxType": row["ReportTaxType"],
    }
    for flag, name in zip(_FLAGS, _CLASSES, strict=True):
        shown[f"CanApplyTo{flag}"] = name in row["Classes"]
    shown |= {
        "DisplayTaxRate": row["DisplayTaxRate"].quantize(_FOUR_PLACES),
        "EffectiveRate": row["EffectiveRate"].quantize(_FOUR_PLACES),
        "Status": row["Status"],
        "TaxComponents": [
            {
                "Name": component["Name"],
                "Rate": component["Rate"].quantize(_FOUR_PLACES),
                "IsCompound": False,
                "IsNonRecoverable": False,
            }
            for component in row["Components"]
        ],
    }
    return shown


def _fields(books: Books) -> where.Fields:
    return properties("Name", "TaxType", "ReportTaxType", "Status", "EffectiveRate", "DisplayTaxRate")


LISTING = Listing("TaxRates", lambda books: books.tax_rates, _fields, render, paged=False)


def index(call: Call) -> Reply:
    tax_type = call.query("taxtype")
    if tax_type is not None:
        call.segments.append(tax_type)
        return show(call)
    return listing(call, LISTING)


def show(call: Call) -> Reply:
    return single(call, LISTING, lambda books, key: books.tax_rates.get(key))


def write(call: Call) -> Reply:
    """PUT makes a rate, POST changes the one of that name."""
    return batch.one(call, KIND, _update if call.method == "POST" else _create)


def _create(call: Call, element: body.Element) -> dict[str, Any]:
    books = call.books
    name = fields.text(element, "Name")
    report = fields.text(element, "ReportTaxType")
    if name is None or report is None:
        raise Invalid(messages.required("Name" if name is None else "ReportTaxType"))
    if books.tax_rates.first("name", name.lower()) is not None:
        raise Invalid(messages.NAME_TAKEN)
    row = {
        "TaxType": f"TAX{books.next_number('TaxType'):03d}",
        "Name": name,
        "ReportTaxType": report,
        "Status": "ACTIVE",
        "Classes": sorted(classes_for_report(report)),
        **_components(element),
    }
    return render(call, books.put(books.tax_rates, row))


def _update(call: Call, element: body.Element) -> dict[str, Any]:
    books = call.books
    name = fields.text(element, "Name") or ""
    row = books.tax_rates.get(element.get("TaxType", "")) or books.tax_rates.first("name", name.lower())
    if row is None:
        raise Invalid(messages.unknown_tax(name))
    changed = {**row}
    if element.get("TaxComponents"):
        changed |= _components(element)
    changed["Status"] = fields.choice(element, "Status", frozenset({"ACTIVE", "DELETED"})) or row["Status"]
    return render(call, books.put(books.tax_rates, changed))


def _components(element: body.Element) -> Row:
    """Components of a user's rate and what they come to."""
    components: list[dict[str, Any]] = [
        {"Name": fields.text(part, "Name") or "VAT", "Rate": fields.number(part, "Rate") or Decimal(0)}
        for part in fields.children(element, "TaxComponents") or ()
    ]
    if not components:
        raise Invalid(messages.required("TaxComponents"))
    rates = [component["Rate"] for component in components]
    return {"Components": components, "EffectiveRate": sum(rates, Decimal(0)), "DisplayTaxRate": max(rates)}


def render_currency(call: Call, row: Row, *, full: bool = True) -> dict[str, Any]:
    return {"Code": row["Code"], "Description": row["Description"]}


CURRENCIES = Listing(
    "Currencies",
    lambda books: books.currencies,
    lambda books: properties("Code", "Description"),
    render_currency,
    paged=False,
)


def currencies(call: Call) -> Reply:
    return listing(call, CURRENCIES)


def add_currency(call: Call) -> Reply:
    return batch.one(call, batch.Kind("Currencies", "Code"), _add_currency)


def _add_currency(call: Call, element: body.Element) -> dict[str, Any]:
    code = (fields.text(element, "Code") or "").upper()
    if code not in RATES:
        raise Invalid(messages.not_a("currency", "Code", code))
    books = call.books
    row = books.currencies.get(code) or books.put(
        books.currencies, {"Code": code, "Description": NAMES[code]}
    )
    return render_currency(call, row)
