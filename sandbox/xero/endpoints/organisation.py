"""GET /Organisation and /Organisation/Actions."""

from __future__ import annotations

from typing import Any

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply
from sandbox.xero.call import Call
from sandbox.xero.wire.dates import ms_bare, ms_date

_SHOWN = (
    "Name",
    "LegalName",
    "PaysTax",
    "Version",
    "OrganisationType",
    "BaseCurrency",
    "CountryCode",
    "IsDemoCompany",
    "OrganisationStatus",
    "RegistrationNumber",
    "TaxNumber",
    "FinancialYearEndDay",
    "FinancialYearEndMonth",
    "SalesTaxBasis",
    "SalesTaxPeriod",
    "DefaultSalesTax",
    "DefaultPurchasesTax",
)
_ALLOWED = (
    "UseMulticurrency",
    "CreateContact",
    "CreateApprovedInvoice",
    "CreateDraftInvoice",
    "CreateInvoicePayment",
    "CreateCreditNoteAllocation",
    "CreateBankTransaction",
    "CreateBankTransfer",
    "CreateManualJournal",
)


def render(row: Row) -> dict[str, Any]:
    """The organisation as the API shows it; lock dates only where they are set."""
    shown = {name: row[name] for name in _SHOWN}
    for name in ("PeriodLockDate", "EndOfYearLockDate"):
        if row.get(name):
            shown[name] = ms_date(row[name])
    shown |= {
        "CreatedDateUTC": ms_bare(row["Created"]),
        "OrganisationEntityType": row["OrganisationType"],
        "Timezone": "GMTSTANDARDTIME",
        "ShortCode": row["ShortCode"],
        "OrganisationID": row["OrganisationID"],
        "Edition": "BUSINESS",
        "Class": "PREMIUM",
        "LineOfBusiness": row["LineOfBusiness"],
        "Addresses": [],
        "Phones": [],
        "ExternalLinks": [],
        "PaymentTerms": {},
    }
    return shown


def show(call: Call) -> Reply:
    return call.reply("Organisations", [render(call.books.organisation)])


def actions(call: Call) -> Reply:
    """Everything the sandbox can do is allowed."""
    return call.reply("Actions", [{"Name": name, "Status": "ALLOWED"} for name in _ALLOWED])
