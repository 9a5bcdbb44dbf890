"""The organisations the sandbox starts with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.kernel.store import Row
from sandbox.xero.apps import DEMO_TENANT, SECOND_TENANT
from sandbox.xero.books import Books
from sandbox.xero.core.chart import CARD_BUSINESS_CHART, UK_CHART, Entry
from sandbox.xero.core.currencies import NAMES
from sandbox.xero.core.tax_rates import UK_TAX_RATES
from sandbox.xero.endpoints.accounts import new_row
from sandbox.xero.endpoints.tax_rates import row_of

FOUNDED = datetime(2019, 4, 8, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Start:
    """One organisation as it is first set up."""

    tenant_id: str
    name: str
    legal_name: str
    short_code: str
    registration: str
    vat: str
    business: str
    currencies: tuple[str, ...]
    chart: list[Entry]


STARTS = (
    Start(
        DEMO_TENANT, "Harbour & Finch Ltd", "Harbour & Finch Limited", "!H4rbF", "11930452", "GB 318 4471 26",
        "Retail of homeware", ("GBP", "EUR", "USD"), CARD_BUSINESS_CHART,
    ),
    Start(
        SECOND_TENANT, "Finch Trading Ltd", "Finch Trading Limited", "!F1ncT", "12047718", "GB 320 9185 04",
        "Wholesale of homeware", ("GBP",), UK_CHART,
    ),
)  # fmt: skip


def organisation_row(start: Start) -> Row:
    """The organisation itself: a UK limited company on standard VAT, year to 31 March."""
    return {
        "OrganisationID": start.tenant_id,
        "Name": start.name,
        "LegalName": start.legal_name,
        "PaysTax": True,
        "Version": "UK",
        "OrganisationType": "COMPANY",
        "BaseCurrency": "GBP",
        "CountryCode": "GB",
        "IsDemoCompany": False,
        "OrganisationStatus": "ACTIVE",
        "RegistrationNumber": start.registration,
        "TaxNumber": start.vat,
        "FinancialYearEndDay": 31,
        "FinancialYearEndMonth": 3,
        "SalesTaxBasis": "ACCRUAL",
        "SalesTaxPeriod": "QUARTERLY",
        "DefaultSalesTax": "Tax Exclusive",
        "DefaultPurchasesTax": "Tax Exclusive",
        "PeriodLockDate": None,
        "EndOfYearLockDate": None,
        "Created": FOUNDED,
        "ShortCode": start.short_code,
        "LineOfBusiness": start.business,
    }


def account_row(entry: Entry) -> Row:
    row = new_row(entry.code, entry.name, entry.type, entry.tax_type)
    row["SystemAccount"] = entry.system
    row["EnablePaymentsToAccount"] = entry.payments
    row["CurrencyCode"] = entry.currency or None
    return row


def fill(books: Books, start: Start) -> None:
    """Set up chart, tax rates and currencies of a new organisation and keep them."""
    for entry in start.chart:
        books.put(books.accounts, account_row(entry))
    for rate in UK_TAX_RATES:
        books.put(books.tax_rates, row_of(rate))
    for code in start.currencies:
        books.put(books.currencies, {"Code": code, "Description": NAMES[code]})
    books.undo.commit()
