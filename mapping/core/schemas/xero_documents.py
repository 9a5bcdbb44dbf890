"""Xero documents with lines: Invoice, CreditNote, BankTransaction (Xero Accounting API, the pages of those names)."""

from __future__ import annotations

from mapping.core.schemas.schema import Field, FieldType, Schema

APPROVED = ("SUBMITTED", "AUTHORISED")
LINE_AMOUNT_TYPES = ("Exclusive", "Inclusive", "NoTax")


def _set_by_xero(path: str, kind: FieldType, label: str) -> Field:
    return Field(path, kind, label, read_only=True)


def _contact() -> tuple[Field, ...]:
    return (
        Field("Contact", "object", "Contact", required=True, on_delivery=True),
        Field("Contact.ContactID", "guid", "Contact's id in Xero", on_delivery=True),
        Field("Contact.ContactNumber", "text", "Contact number", max_length=50, personal=True),
        Field("Contact.Name", "text", "Contact name", max_length=255, forbidden="<>", personal=True),
    )


def _lines(
    *, with_discounts: bool, needs: dict[str, tuple[str, ...]], required: bool = False
) -> tuple[Field, ...]:
    discounts = (
        Field("LineItems[].DiscountRate", "decimal", "Discount in per cent", decimals=2),
        Field("LineItems[].DiscountAmount", "decimal", "Discount", decimals=4),
    )
    return (
        Field("LineItems", "list", "Lines", required=required, required_when={} if required else needs),
        Field(
            "LineItems[].Description", "text", "Description", required=True, max_length=4000, example="Teapot"
        ),
        Field("LineItems[].Quantity", "decimal", "Quantity", decimals=4),
        Field("LineItems[].UnitAmount", "decimal", "Unit price", decimals=4),
        Field("LineItems[].ItemCode", "text", "Item code", max_length=30),
        Field(
            "LineItems[].AccountCode", "text", "Account", max_length=10, required_when=needs, example="200"
        ),
        Field("LineItems[].AccountID", "guid", "Account's id in Xero"),
        Field("LineItems[].TaxType", "text", "Tax type", vat=True, example="OUTPUT2"),
        Field("LineItems[].TaxAmount", "decimal", "VAT", decimals=2, vat=True),
        Field("LineItems[].LineAmount", "decimal", "Line amount", decimals=2),
        *(discounts if with_discounts else ()),
        Field("LineItems[].Tracking", "list", "Tracking"),
        Field("LineItems[].Tracking[].Name", "text", "Tracking category", max_length=100),
        Field("LineItems[].Tracking[].Option", "text", "Tracking option", max_length=100),
        Field("LineItems[].Tracking[].TrackingCategoryID", "guid", "Tracking category's id in Xero"),
        Field("LineItems[].Tracking[].TrackingOptionID", "guid", "Tracking option's id in Xero"),
        _set_by_xero("LineItems[].LineItemID", "guid", "Line's id in Xero"),
    )


def _totals() -> tuple[Field, ...]:
    names = {"SubTotal": "Total without VAT", "TotalTax": "Total VAT", "Total": "Total"}
    return tuple(Field(path, "decimal", label, read_only=True, decimals=2) for path, label in names.items())


def _basis(default: str) -> Field:
    return Field("LineAmountTypes", "choice", "Prices", choices=LINE_AMOUNT_TYPES, vat=True, example=default)


def _currency() -> tuple[Field, ...]:
    return (
        Field("CurrencyCode", "text", "Currency", max_length=3, example="GBP"),
        Field("CurrencyRate", "decimal", "Exchange rate", decimals=6),
    )


INVOICE = Schema(
    "xero:Invoice",
    "Xero invoice",
    (
        Field("Type", "choice", "Kind", required=True, choices=("ACCREC", "ACCPAY"), example="ACCREC"),
        *_contact(),
        Field("InvoiceNumber", "text", "Invoice number", max_length=255, example="HF-10042"),
        Field("Reference", "text", "Reference", max_length=255, example="HF-10042-1"),
        Field(
            "Status", "choice", "Status", choices=("DRAFT", "SUBMITTED", "AUTHORISED"), example="AUTHORISED"
        ),
        Field("Date", "date", "Invoice date", required_when={"Status": APPROVED}, vat=True),
        Field("DueDate", "date", "Due date", required_when={"Status": ("AUTHORISED",)}),
        _basis("Exclusive"),
        *_currency(),
        *_lines(with_discounts=True, needs={"Status": APPROVED}),
        Field("BrandingThemeID", "guid", "Branding theme"),
        Field("Url", "url", "Link to the order"),
        Field("SentToContact", "flag", "Marked as sent"),
        Field("ExpectedPaymentDate", "date", "Expected payment date (sales)"),
        Field("PlannedPaymentDate", "date", "Planned payment date (bills)"),
        *_totals(),
        _set_by_xero("InvoiceID", "guid", "Invoice's id in Xero"),
        _set_by_xero("RepeatingInvoiceID", "guid", "Repeating invoice"),
        _set_by_xero("TotalDiscount", "decimal", "Total discount"),
        _set_by_xero("IsDiscounted", "flag", "Has discounts"),
        _set_by_xero("AmountDue", "decimal", "Still due"),
        _set_by_xero("AmountPaid", "decimal", "Paid"),
        _set_by_xero("AmountCredited", "decimal", "Credited"),
        _set_by_xero("FullyPaidOnDate", "date", "Paid in full on"),
        _set_by_xero("UpdatedDateUTC", "moment", "Changed at"),
        _set_by_xero("HasAttachments", "flag", "Has attachments"),
    ),
)

CREDIT_NOTE = Schema(
    "xero:CreditNote",
    "Xero credit note",
    (
        Field(
            "Type",
            "choice",
            "Kind",
            required=True,
            choices=("ACCRECCREDIT", "ACCPAYCREDIT"),
            example="ACCRECCREDIT",
        ),
        *_contact(),
        Field("CreditNoteNumber", "text", "Credit note number", max_length=255),
        Field("Reference", "text", "Reference", max_length=255),
        Field(
            "Status", "choice", "Status", choices=("DRAFT", "SUBMITTED", "AUTHORISED"), example="AUTHORISED"
        ),
        Field("Date", "date", "Date", required_when={"Status": APPROVED}, vat=True),
        _basis("Exclusive"),
        *_currency(),
        *_lines(with_discounts=False, needs={"Status": APPROVED}),
        Field("BrandingThemeID", "guid", "Branding theme"),
        *_totals(),
        _set_by_xero("CreditNoteID", "guid", "Credit note's id in Xero"),
        _set_by_xero("RemainingCredit", "decimal", "Remaining credit"),
        _set_by_xero("AppliedAmount", "decimal", "Applied"),
        _set_by_xero("SentToContact", "flag", "Marked as sent"),
        _set_by_xero("HasAttachments", "flag", "Has attachments"),
        _set_by_xero("FullyPaidOnDate", "date", "Paid out in full on"),
        _set_by_xero("UpdatedDateUTC", "moment", "Changed at"),
    ),
)

BANK_TRANSACTION = Schema(
    "xero:BankTransaction",
    "Xero spend or receive money",
    (
        Field(
            "Type",
            "choice",
            "Kind",
            required=True,
            choices=(
                "SPEND",
                "RECEIVE",
                "SPEND-OVERPAYMENT",
                "RECEIVE-OVERPAYMENT",
                "SPEND-PREPAYMENT",
                "RECEIVE-PREPAYMENT",
            ),
        ),
        *_contact(),
        Field("BankAccount", "object", "Bank account", required=True),
        Field("BankAccount.Code", "text", "Bank account code", max_length=10),
        Field("BankAccount.AccountID", "guid", "Bank account's id in Xero"),
        Field("Date", "date", "Date", vat=True),
        Field("Reference", "text", "Reference", max_length=255),
        Field("Status", "choice", "Status", choices=("AUTHORISED", "DELETED"), example="AUTHORISED"),
        _basis("Inclusive"),
        *_currency(),
        *_lines(with_discounts=False, needs={"Type": ("SPEND", "RECEIVE")}, required=True),
        Field("Url", "url", "Link"),
        Field("IsReconciled", "flag", "Reconciled", read_only=True),
        *_totals(),
        _set_by_xero("BankTransactionID", "guid", "Transaction's id in Xero"),
        _set_by_xero("OverpaymentID", "guid", "Overpayment's id in Xero"),
        _set_by_xero("PrepaymentID", "guid", "Prepayment's id in Xero"),
        _set_by_xero("HasAttachments", "flag", "Has attachments"),
        _set_by_xero("UpdatedDateUTC", "moment", "Changed at"),
    ),
)
