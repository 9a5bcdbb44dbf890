"""UK VAT codes and the classes of account each may be used with (Xero Accounting API, Tax rates; Types)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A tax rate an organisation starts with; `rates` are the components' percentages."""

    tax_type: str
    name: str
    report_tax_type: str
    rates: tuple[str, ...]
    classes: frozenset[str]

    @property
    def effective(self) -> Decimal:
        """The percentage a document is charged: a reverse charge comes to nothing."""
        return sum((Decimal(rate) for rate in self.rates), Decimal(0))

    @property
    def display(self) -> Decimal:
        """The percentage Xero shows."""
        return max(Decimal(rate) for rate in self.rates)


SALES = frozenset({"ASSET", "EQUITY", "LIABILITY", "REVENUE"})
PURCHASES = frozenset({"ASSET", "EQUITY", "EXPENSE", "LIABILITY"})
EVERY_CLASS = SALES | PURCHASES
ASSETS = frozenset({"ASSET"})
LIABILITIES = frozenset({"LIABILITY"})

_TABLE = (
    ("OUTPUT2", "20% (VAT on Income)", "OUTPUT", "20", SALES),
    ("INPUT2", "20% (VAT on Expenses)", "INPUT", "20", PURCHASES),
    ("RROUTPUT", "5% (VAT on Income)", "OUTPUT", "5", SALES),
    ("RRINPUT", "5% (VAT on Expenses)", "INPUT", "5", PURCHASES),
    ("SROUTPUT", "15% (VAT on Income)", "OUTPUT", "15", SALES),
    ("SRINPUT", "15% (VAT on Expenses)", "INPUT", "15", PURCHASES),
    ("ZERORATEDOUTPUT", "Zero Rated Income", "OUTPUT", "0", SALES),
    ("ZERORATEDINPUT", "Zero Rated Expenses", "INPUT", "0", PURCHASES),
    ("EXEMPTOUTPUT", "Exempt Income", "EXEMPTOUTPUT", "0", SALES),
    ("EXEMPTINPUT", "Exempt Expenses", "EXEMPTINPUT", "0", PURCHASES),
    ("NONE", "No VAT", "NONE", "0", EVERY_CLASS),
    ("REVERSECHARGES", "Reverse Charge Expenses (20%)", "REVERSECHARGES", "20 -20", PURCHASES),
    ("ECACQUISITIONS", "EC Acquisitions (20%)", "ECACQUISITIONS", "20 -20", PURCHASES),
    ("ECZRINPUT", "Zero Rated EC Expenses", "ECINPUT", "0", PURCHASES),
    ("ECZROUTPUT", "Zero Rated EC Goods Income", "ECOUTPUT", "0", SALES),
    ("ECZROUTPUTSERVICES", "Zero Rated EC Services", "ECOUTPUTSERVICES", "0", SALES),
    ("GSTONIMPORTS", "VAT on Imports", "GSTONIMPORTS", "0", LIABILITIES),
    ("CAPEXINPUT", "17.5% (VAT on Capital Purchases)", "CAPITALEXPENSESINPUT", "17.5", ASSETS),
    ("CAPEXINPUT2", "20% (VAT on Capital Purchases)", "CAPITALEXPENSESINPUT", "20", ASSETS),
    ("CAPEXOUTPUT", "17.5% (VAT on Capital Sales)", "CAPITALSALESOUTPUT", "17.5", ASSETS),
    ("CAPEXOUTPUT2", "20% (VAT on Capital Sales)", "CAPITALSALESOUTPUT", "20", ASSETS),
    ("CAPEXSRINPUT", "15% (VAT on Capital Purchases)", "CAPITALEXPENSESINPUT", "15", ASSETS),
    ("CAPEXSROUTPUT", "15% (VAT on Capital Sales)", "CAPITALSALESOUTPUT", "15", ASSETS),
    ("DRCHARGESUPPLY20", "Domestic Reverse Charge Supply @ 20%", "DRCHARGESUPPLY", "20 -20", SALES),
    ("DRCHARGE20", "Domestic Reverse Charge @ 20% (VAT on Expenses)", "DRCHARGE", "20 -20", PURCHASES),
    ("DRCHARGESUPPLY5", "Domestic Reverse Charge Supply @ 5%", "DRCHARGESUPPLY", "5 -5", SALES),
    ("DRCHARGE5", "Domestic Reverse Charge @ 5% (VAT on Expenses)", "DRCHARGE", "5 -5", PURCHASES),
)

UK_TAX_RATES = tuple(
    TaxRate(tax_type, name, report, tuple(rates.split()), classes)
    for tax_type, name, report, rates, classes in _TABLE
)

REPORT_CLASSES = {"OUTPUT": SALES, "INPUT": PURCHASES, "NONE": EVERY_CLASS}


def classes_for_report(report_tax_type: str) -> frozenset[str]:
    """Where a user's own rate may be used, by its ReportTaxType."""
    if report_tax_type in REPORT_CLASSES:
        return REPORT_CLASSES[report_tax_type]
    if "OUTPUT" in report_tax_type:
        return SALES
    return PURCHASES if "INPUT" in report_tax_type else EVERY_CLASS
