"""The usual chart of accounts of a small UK company in Xero, and the accounts a card business adds."""

from __future__ import annotations

from dataclasses import dataclass

CLASSES = {
    "BANK": "ASSET",
    "CURRENT": "ASSET",
    "FIXED": "ASSET",
    "INVENTORY": "ASSET",
    "NONCURRENT": "ASSET",
    "PREPAYMENT": "ASSET",
    "EQUITY": "EQUITY",
    "DEPRECIATN": "EXPENSE",
    "DIRECTCOSTS": "EXPENSE",
    "EXPENSE": "EXPENSE",
    "OVERHEADS": "EXPENSE",
    "CURRLIAB": "LIABILITY",
    "LIABILITY": "LIABILITY",
    "TERMLIAB": "LIABILITY",
    "PAYG": "LIABILITY",
    "OTHERINCOME": "REVENUE",
    "REVENUE": "REVENUE",
    "SALES": "REVENUE",
}
"""Account.Class by Account.Type (Xero Accounting API, Types, "Account class types")."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An account the organisation starts with."""

    code: str
    name: str
    type: str
    tax_type: str = "NONE"
    system: str = ""
    currency: str = ""
    payments: bool = False


def _rows(type_: str, tax_type: str, text: str) -> list[Entry]:
    """Accounts of one type written as `code name; code name`."""
    entries = []
    for row in text.split(";"):
        code, name = row.strip().split(" ", 1)
        entries.append(Entry(code, name, type_, tax_type))
    return entries


BANKS = [
    Entry("090", "Business Bank Account", "BANK", currency="GBP"),
    Entry("091", "Business Savings Account", "BANK", currency="GBP"),
]

CLEARING = [
    Entry("095", "Opayo clearing GBP", "BANK", currency="GBP"),
    Entry("096", "Opayo clearing EUR", "BANK", currency="EUR"),
    Entry("097", "Opayo clearing USD", "BANK", currency="USD"),
    Entry("092", "Business Euro Account", "BANK", currency="EUR"),
    Entry("093", "Business Dollar Account", "BANK", currency="USD"),
    Entry("098", "Amex clearing GBP", "BANK", currency="GBP"),
    Entry("094", "Worldpay clearing GBP", "BANK", currency="GBP"),
    Entry("405", "Chargeback losses", "EXPENSE"),
    Entry("406", "Dispute fees", "EXPENSE"),
    Entry("407", "Merchant fees", "EXPENSE"),
    Entry("615", "Disputed receivables", "CURRENT", payments=True),
    Entry("616", "Acquirer reserve", "CURRENT"),
    Entry("617", "Reversals of locked periods", "CURRENT"),
]
"""What a card business adds to its books: bank and clearing accounts by currency and acquirer, fees, disputes, reserve."""

STANDARD = [
    *_rows("REVENUE", "OUTPUT2", "200 Sales; 260 Other Revenue"),
    *_rows("REVENUE", "NONE", "270 Interest Income"),
    *_rows("DIRECTCOSTS", "INPUT2", "310 Cost of Goods Sold; 325 Direct Expenses"),
    *_rows("DIRECTCOSTS", "NONE", "320 Direct Wages"),
    *_rows(
        "OVERHEADS",
        "INPUT2",
        "400 Advertising & Marketing; 401 Audit & Accountancy fees; 408 Cleaning; 412 Consulting; "
        "420 Entertainment-100% business; 424 Entertainment - 0%; 425 Postage, Freight & Courier; "
        "429 General Expenses; 441 Legal Expenses; 445 Light, Power, Heating; "
        "449 Motor Vehicle Expenses; 461 Printing & Stationery; 463 IT Software and Consumables; "
        "469 Rent; 473 Repairs & Maintenance; 480 Staff Training; 485 Subscriptions; "
        "489 Telephone & Internet; 493 Travel - National; 494 Travel - International",
    ),
    *_rows(
        "OVERHEADS",
        "NONE",
        "404 Bank Fees; 416 Depreciation Expense; 433 Insurance; 437 Interest Paid; 465 Rates; "
        "477 Salaries; 478 Directors' Remuneration; 479 Employers National Insurance; "
        "482 Pensions Costs; 500 Corporation Tax",
    ),
    Entry("497", "Bank Revaluations", "EXPENSE", system="BANKCURRENCYGAIN"),
    Entry("498", "Unrealised Currency Gains", "EXPENSE", system="UNREALISEDCURRENCYGAIN"),
    Entry("499", "Realised Currency Gains", "EXPENSE", system="REALISEDCURRENCYGAIN"),
    Entry("610", "Accounts Receivable", "CURRENT", system="DEBTORS"),
    *_rows("CURRENT", "NONE", "611 Less Provision for Doubtful Debts; 620 Prepayments"),
    *_rows("INVENTORY", "NONE", "630 Inventory"),
    *_rows(
        "FIXED",
        "INPUT2",
        "710 Office Equipment; 720 Computer Equipment; 740 Buildings; 750 Leasehold Improvements; "
        "760 Motor Vehicles; 764 Plant and Machinery; 770 Intangibles",
    ),
    *_rows(
        "FIXED",
        "NONE",
        "711 Less Accumulated Depreciation on Office Equipment; "
        "721 Less Accumulated Depreciation on Computer Equipment; "
        "741 Less Accumulated Depreciation on Buildings; "
        "751 Less Accumulated Depreciation on Leasehold Improvements; "
        "761 Less Accumulated Depreciation on Motor Vehicles; "
        "765 Less Accumulated Depreciation on Plant and Machinery; "
        "771 Less Accumulated Amortisation on Intangibles",
    ),
    Entry("800", "Accounts Payable", "CURRLIAB", system="CREDITORS"),
    Entry("801", "Unpaid Expense Claims", "CURRLIAB", system="UNPAIDEXPCLM"),
    *_rows("CURRLIAB", "NONE", "805 Accruals; 810 Income in Advance"),
    Entry("814", "Wages Payable - Payroll", "CURRLIAB", system="WAGEPAYABLES"),
    Entry("820", "VAT", "CURRLIAB", system="GST"),
    *_rows(
        "CURRLIAB",
        "NONE",
        "825 PAYE Payable; 826 NIC Payable; 830 Provision for Corporation Tax; "
        "835 Directors' Loan Account; 850 Suspense; 858 Pensions Payable",
    ),
    Entry("840", "Historical Adjustment", "CURRLIAB", system="HISTORICAL"),
    Entry("860", "Rounding", "CURRLIAB", system="ROUNDING"),
    Entry("877", "Tracking Transfers", "CURRLIAB", system="TRACKINGTRANSFERS"),
    *_rows("TERMLIAB", "NONE", "900 Loan"),
    *_rows(
        "EQUITY",
        "NONE",
        "950 Capital - x,xxx Ordinary Shares; 970 Owner A Funds Introduced; 980 Owner A Drawings",
    ),
    Entry("960", "Retained Earnings", "EQUITY", system="RETAINEDEARNINGS"),
]

UK_CHART = sorted([*BANKS, *STANDARD], key=lambda entry: entry.code)
CARD_BUSINESS_CHART = sorted([*UK_CHART, *CLEARING], key=lambda entry: entry.code)

UNPOSTABLE_SYSTEM = frozenset(
    {"DEBTORS", "CREDITORS", "BANKCURRENCYGAIN", "UNREALISEDCURRENCYGAIN", "REALISEDCURRENCYGAIN"}
)
"""System accounts that no document line may name."""
