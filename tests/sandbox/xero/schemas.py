"""Property names of Xero's published API description, and those seen only on the wire.

From the schemas of XeroAPI/Xero-OpenAPI 16.1.0 (MIT licence): names and nesting only, for the schemas
the sandbox answers with. `Name:Schema` leads on to another schema.
"""

from __future__ import annotations

_PUBLISHED = {
    "Organisation": """
        OrganisationID APIKey Name LegalName PaysTax Version OrganisationType BaseCurrency CountryCode
        IsDemoCompany OrganisationStatus RegistrationNumber EmployerIdentificationNumber TaxNumber
        FinancialYearEndDay FinancialYearEndMonth SalesTaxBasis SalesTaxPeriod DefaultSalesTax
        DefaultPurchasesTax PeriodLockDate EndOfYearLockDate CreatedDateUTC Timezone
        OrganisationEntityType ShortCode Class Edition LineOfBusiness Addresses:Address Phones:Phone
        ExternalLinks PaymentTerms:PaymentTerm
    """,
    "Action": """
        Name Status
    """,
    "Account": """
        Code Name AccountID Type BankAccountNumber Status Description BankAccountType CurrencyCode TaxType
        EnablePaymentsToAccount ShowInExpenseClaims Class SystemAccount ReportingCode ReportingCodeName
        HasAttachments UpdatedDateUTC AddToWatchlist ValidationErrors:ValidationError
    """,
    "TaxRate": """
        Name TaxType TaxComponents:TaxComponent Status ReportTaxType CanApplyToAssets CanApplyToEquity
        CanApplyToExpenses CanApplyToLiabilities CanApplyToRevenue DisplayTaxRate EffectiveRate
    """,
    "TaxComponent": """
        Name Rate IsCompound IsNonRecoverable
    """,
    "Currency": """
        Code Description
    """,
    "Contact": """
        ContactID MergedToContactID ContactNumber AccountNumber ContactStatus Name FirstName LastName
        CompanyNumber EmailAddress ContactPersons:ContactPerson BankAccountDetails TaxNumber TaxNumberType
        AccountsReceivableTaxType AccountsPayableTaxType Addresses:Address Phones:Phone IsSupplier
        IsCustomer SalesDefaultLineAmountType PurchasesDefaultLineAmountType DefaultCurrency
        XeroNetworkKey SalesDefaultAccountCode PurchasesDefaultAccountCode SalesTrackingCategories
        PurchasesTrackingCategories TrackingCategoryName TrackingCategoryOption PaymentTerms:PaymentTerm
        UpdatedDateUTC ContactGroups Website BrandingTheme BatchPayments Discount Balances:Balances
        Attachments HasAttachments ValidationErrors:ValidationError HasValidationErrors
        StatusAttributeString
    """,
    "Address": """
        AddressType AddressLine1 AddressLine2 AddressLine3 AddressLine4 City Region PostalCode Country
        AttentionTo
    """,
    "Phone": """
        PhoneType PhoneNumber PhoneAreaCode PhoneCountryCode
    """,
    "ContactPerson": """
        FirstName LastName EmailAddress IncludeInEmails
    """,
    "Balances": """
        AccountsReceivable:AccountsReceivable AccountsPayable:AccountsPayable
    """,
    "AccountsReceivable": """
        Outstanding Overdue
    """,
    "AccountsPayable": """
        Outstanding Overdue
    """,
    "PaymentTerm": """
        Bills:Bill Sales:Bill
    """,
    "Bill": """
        Day Type
    """,
    "Invoice": """
        Type Contact:Contact LineItems:LineItem Date DueDate LineAmountTypes InvoiceNumber Reference
        BrandingThemeID Url CurrencyCode CurrencyRate Status SentToContact ExpectedPaymentDate
        PlannedPaymentDate CISDeduction CISRate SubTotal TotalTax Total TotalDiscount InvoiceID
        RepeatingInvoiceID HasAttachments IsDiscounted Payments:Payment Prepayments:Prepayment
        Overpayments:Overpayment AmountDue AmountPaid FullyPaidOnDate AmountCredited UpdatedDateUTC
        UpdatedDateUTCString CreditNotes:CreditNote Attachments HasErrors StatusAttributeString
        ValidationErrors:ValidationError Warnings:ValidationError InvoiceAddresses
    """,
    "LineItem": """
        LineItemID Description Quantity UnitAmount ItemCode AccountCode AccountID TaxType TaxAmount Item
        LineAmount Tracking DiscountRate DiscountAmount RepeatingInvoiceID Taxability SalesTaxCodeId
        TaxBreakdown
    """,
    "CreditNote": """
        Type Contact:Contact Date DueDate Status LineAmountTypes LineItems:LineItem SubTotal TotalTax
        Total CISDeduction CISRate UpdatedDateUTC UpdatedDateUTCString CurrencyCode FullyPaidOnDate
        CreditNoteID CreditNoteNumber Reference SentToContact CurrencyRate RemainingCredit
        Allocations:Allocation AppliedAmount Payments:Payment BrandingThemeID StatusAttributeString
        HasAttachments HasErrors ValidationErrors:ValidationError Warnings:ValidationError
        InvoiceAddresses
    """,
    "Allocation": """
        AllocationID Invoice:Invoice Overpayment:Overpayment Prepayment:Prepayment CreditNote:CreditNote
        Amount Date IsDeleted StatusAttributeString ValidationErrors:ValidationError
    """,
    "Payment": """
        Invoice:Invoice CreditNote:CreditNote Prepayment:Prepayment Overpayment:Overpayment InvoiceNumber
        CreditNoteNumber BatchPayment:BatchPayment Account:Account Code Date CurrencyRate Amount
        BankAmount Reference IsReconciled Status PaymentType UpdatedDateUTC UpdatedDateUTCString PaymentID
        BatchPaymentID BankAccountNumber Particulars Details HasAccount HasValidationErrors
        StatusAttributeString ValidationErrors:ValidationError Warnings:ValidationError
    """,
    "BatchPayment": """
        Account:Account Reference Particulars Code Details Narrative BatchPaymentID DateString Date Amount
        Payments:Payment Type Status TotalAmount UpdatedDateUTC IsReconciled
        ValidationErrors:ValidationError
    """,
    "BankTransaction": """
        Type Contact:Contact LineItems:LineItem BankAccount:Account IsReconciled Date Reference
        CurrencyCode CurrencyRate Url Status LineAmountTypes SubTotal TotalTax Total BankTransactionID
        PrepaymentID OverpaymentID UpdatedDateUTC HasAttachments StatusAttributeString
        ValidationErrors:ValidationError
    """,
    "BankTransfer": """
        FromBankAccount:Account ToBankAccount:Account Amount Date BankTransferID CurrencyRate
        FromBankTransactionID ToBankTransactionID FromIsReconciled ToIsReconciled Reference HasAttachments
        CreatedDateUTC Status FromTracking ToTracking ValidationErrors:ValidationError
    """,
    "Overpayment": """
        Type Contact:Contact Date Status LineAmountTypes LineItems:LineItem SubTotal TotalTax Total
        UpdatedDateUTC UpdatedDateUTCString CurrencyCode OverpaymentID CurrencyRate RemainingCredit
        Allocations:Allocation AppliedAmount Payments:Payment HasAttachments Reference Attachments
    """,
    "Prepayment": """
        Type Contact:Contact Date Status LineAmountTypes LineItems:LineItem SubTotal TotalTax Total
        Reference InvoiceNumber UpdatedDateUTC UpdatedDateUTCString CurrencyCode PrepaymentID
        BrandingThemeID CurrencyRate RemainingCredit Allocations:Allocation Payments:Payment AppliedAmount
        HasAttachments Attachments
    """,
    "ManualJournal": """
        Narration JournalLines:ManualJournalLine Date LineAmountTypes Status Url ShowOnCashBasisReports
        HasAttachments UpdatedDateUTC ManualJournalID StatusAttributeString Warnings:ValidationError
        ValidationErrors:ValidationError Attachments
    """,
    "ManualJournalLine": """
        LineAmount AccountCode AccountID Description TaxType Tracking TaxAmount IsBlank
    """,
    "HistoryRecord": """
        Details Changes User DateUTC
    """,
    "Pagination": """
        page pageSize pageCount itemCount
    """,
    "Error": """
        ErrorNumber Type Message Elements
    """,
    "ValidationError": """
        Message
    """,
    "ReportWithRow": """
        ReportID ReportName ReportTitle ReportType ReportTitles ReportDate Rows:ReportRows UpdatedDateUTC
        Fields
    """,
    "ReportRows": """
        RowType Title Cells:ReportCell Rows:ReportRow
    """,
    "ReportRow": """
        RowType Title Cells:ReportCell
    """,
    "ReportCell": """
        Value Attributes:ReportAttribute
    """,
    "ReportAttribute": """
        Id Value
    """,
}

_SEEN = {
    "Invoice": "DateString DueDateString",
    "CreditNote": "ID DateString HasErrors",
    "Overpayment": "ID DateString",
    "Prepayment": "ID DateString",
    "BankTransaction": "DateString",
    "BankTransfer": "DateString",
    "HistoryRecord": "DateUTCString",
}
"""Real replies have these too (recorded by Xero's own client library, and its documentation)."""

ENVELOPE = {
    "Id": "",
    "Status": "",
    "ProviderName": "",
    "DateTimeUTC": "",
    "pagination": "Pagination",
    "Organisations": "Organisation",
    "Actions": "Action",
    "Accounts": "Account",
    "TaxRates": "TaxRate",
    "Currencies": "Currency",
    "Contacts": "Contact",
    "Invoices": "Invoice",
    "CreditNotes": "CreditNote",
    "Allocations": "Allocation",
    "Payments": "Payment",
    "BatchPayments": "BatchPayment",
    "BankTransactions": "BankTransaction",
    "BankTransfers": "BankTransfer",
    "Overpayments": "Overpayment",
    "Prepayments": "Prepayment",
    "ManualJournals": "ManualJournal",
    "HistoryRecords": "HistoryRecord",
    "Reports": "ReportWithRow",
}


def _properties(text: str) -> dict[str, str]:
    """Property names, each with the schema it leads on to or nothing."""
    return {name: schema for name, _, schema in (word.partition(":") for word in text.split())}


SCHEMAS = {name: _properties(text) | _properties(_SEEN.get(name, "")) for name, text in _PUBLISHED.items()}
SCHEMAS["Envelope"] = ENVELOPE
SCHEMAS["Error"] = {"ErrorNumber": "", "Type": "", "Message": "", "Elements": "Element"}
