"""Xero's own spelling of property names, for requests that spell them otherwise."""

from __future__ import annotations

from typing import Any

_TEXT = """
Account AccountCode AccountID AccountNumber AddToWatchlist Address AddressLine1 AddressLine2 AddressLine3 AddressLine4
AddressType Addresses AllocationID Allocations Allocation Amount AmountCredited AmountDue AmountPaid AttentionTo
BankAccount BankAccountDetails BankAccountNumber BankAccountType BankAmount BankTransaction BankTransactionID
BankTransactions BankTransfer BankTransferID BankTransfers BatchPayment BatchPaymentID BatchPayments Bills
BrandingThemeID City Class Code CompanyNumber Contact ContactGroups ContactID ContactNumber ContactPerson
ContactPersons ContactStatus Contacts Country CreditNote CreditNoteID CreditNoteNumber CreditNotes Currencies Currency
CurrencyCode CurrencyRate Date DateString Day DefaultCurrency Description Details DiscountAmount DiscountRate
DueDate DueDateString EmailAddress EnablePaymentsToAccount ExpectedPaymentDate FirstName FromBankAccount
HasAccount HasAttachments HasErrors HasValidationErrors HistoryRecords HistoryRecord IncludeInEmails Invoice InvoiceID
InvoiceNumber Invoices IsCompound IsNonRecoverable IsReconciled ItemCode JournalLine JournalLines LastName LineAmount
LineAmountTypes LineItem LineItemID LineItems ManualJournal ManualJournalID ManualJournals Name Narration Narrative
Option Overpayment OverpaymentID Particulars Payment PaymentID PaymentTerms Payments Phone PhoneAreaCode
PhoneCountryCode PhoneNumber PhoneType Phones PlannedPaymentDate PostalCode Prepayment PrepaymentID Quantity Rate
Reference Region RemainingCredit ReportTaxType Sales SentToContact ShowInExpenseClaims ShowOnCashBasisReports Status
SubTotal TaxAmount TaxComponent TaxComponents TaxNumber TaxRate TaxRates TaxType ToBankAccount Total TotalTax Tracking
TrackingCategory TrackingCategoryID TrackingOptionID Type UnitAmount Url Website
"""
KNOWN = frozenset(_TEXT.split())
_BY_LOWER = {name.lower(): name for name in KNOWN}
_BY_LOWER["lineamounttype"] = "LineAmountTypes"


def spelled(value: Any) -> Any:
    """The same value with every known property name as Xero writes it, case aside."""
    if type(value) is dict:
        if not KNOWN.issuperset(value):
            value = {_BY_LOWER.get(key.lower(), key): item for key, item in value.items()}
        for key, item in value.items():
            kind = type(item)
            if kind is dict or kind is list:
                value[key] = spelled(item)
        return value
    if type(value) is list:
        return [spelled(item) for item in value]
    return value
