"""Xero Payment and BankTransfer (Xero Accounting API, Payments and BankTransfers).

Xero does not publish how long their references may be; 255 characters, the length of every other reference, is used.
"""

from __future__ import annotations

from mapping.core.schemas.schema import Field, Schema


def _tracking(at: str, label: str) -> tuple[Field, ...]:
    return (
        Field(at, "list", f"{label}: tracking"),
        Field(f"{at}[].TrackingCategoryID", "guid", f"{label}: tracking category's id in Xero"),
        Field(f"{at}[].TrackingOptionID", "guid", f"{label}: tracking option's id in Xero"),
        Field(f"{at}[].Name", "text", f"{label}: tracking category", read_only=True),
        Field(f"{at}[].Option", "text", f"{label}: tracking option", read_only=True),
    )


PAYMENT = Schema(
    "xero:Payment",
    "Xero payment",
    (
        Field("Invoice", "object", "Invoice", on_delivery=True),
        Field("Invoice.InvoiceID", "guid", "Invoice's id in Xero", on_delivery=True),
        Field("Invoice.InvoiceNumber", "text", "Invoice number", max_length=255),
        Field("CreditNote", "object", "Credit note", on_delivery=True),
        Field("CreditNote.CreditNoteID", "guid", "Credit note's id in Xero", on_delivery=True),
        Field("CreditNote.CreditNoteNumber", "text", "Credit note number", max_length=255),
        Field("Overpayment", "object", "Overpayment", on_delivery=True),
        Field("Overpayment.OverpaymentID", "guid", "Overpayment's id in Xero", on_delivery=True),
        Field("Prepayment", "object", "Prepayment", on_delivery=True),
        Field("Prepayment.PrepaymentID", "guid", "Prepayment's id in Xero", on_delivery=True),
        Field("Account", "object", "Account", required=True),
        Field("Account.Code", "text", "Account code", max_length=10, example="090"),
        Field("Account.AccountID", "guid", "Account's id in Xero"),
        Field("Date", "date", "Date", required=True),
        Field("Amount", "decimal", "Amount in the document's currency", required=True, decimals=2),
        Field("CurrencyRate", "decimal", "Exchange rate", decimals=6),
        Field("Reference", "text", "Reference", max_length=255, example="HF-10042-1"),
        Field("IsReconciled", "flag", "Reconciled", read_only=True),
        Field("Status", "choice", "Status", choices=("AUTHORISED", "DELETED"), read_only=True),
        Field("PaymentID", "guid", "Payment's id in Xero", read_only=True),
        Field("PaymentType", "text", "Kind of payment", read_only=True),
        Field("BankAmount", "decimal", "Amount in the bank account's currency", decimals=2),
        Field("UpdatedDateUTC", "moment", "Changed at", read_only=True),
    ),
)

BANK_TRANSFER = Schema(
    "xero:BankTransfer",
    "Xero bank transfer",
    (
        Field("FromBankAccount", "object", "From account", required=True),
        Field("FromBankAccount.Code", "text", "From account code", max_length=10),
        Field("FromBankAccount.AccountID", "guid", "From account's id in Xero"),
        Field("ToBankAccount", "object", "To account", required=True),
        Field("ToBankAccount.Code", "text", "To account code", max_length=10),
        Field("ToBankAccount.AccountID", "guid", "To account's id in Xero"),
        Field("Amount", "decimal", "Amount", required=True, decimals=2),
        Field("Date", "date", "Date"),
        Field("Reference", "text", "Reference", max_length=255),
        *_tracking("FromTracking", "From side"),
        *_tracking("ToTracking", "To side"),
        Field("BankTransferID", "guid", "Transfer's id in Xero", read_only=True),
        Field("FromBankTransactionID", "guid", "From side's transaction in Xero", read_only=True),
        Field("ToBankTransactionID", "guid", "To side's transaction in Xero", read_only=True),
        Field("Status", "choice", "Status", choices=("AUTHORISED", "DELETED"), read_only=True),
        Field("HasAttachments", "flag", "Has attachments", read_only=True),
        Field("CurrencyRate", "decimal", "Exchange rate", read_only=True),
        Field("FromIsReconciled", "flag", "From side reconciled", read_only=True),
        Field("ToIsReconciled", "flag", "To side reconciled", read_only=True),
        Field("CreatedDateUTC", "moment", "Made at", read_only=True),
    ),
)
