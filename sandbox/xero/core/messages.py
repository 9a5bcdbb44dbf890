"""What Xero says when it refuses: texts as seen on the wire, and guesses marked as such.

Texts come from the Xero Accounting API documentation's examples and from replies its users have
published. Those marked "guess" have no public source; the sandbox's documentation says so too.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

VALIDATION = "A validation exception occurred"
LINES_MISSING = "One or more line items must be specified"
INVALID_STATUS_FOR_CREATION = "Invoice not of valid status for creation"
INVALID_STATUS_FOR_MODIFICATION = "Invoice not of valid status for modification"
INVALID_TYPE_FOR_CREATION = "Invoice not of valid type for creation"
CONTACT_MISSING = "A Contact must be specified for this type of transaction"
CONTACT_UNIDENTIFIED = (
    "The Contact must contain at least 1 of the following elements to identify the contact: "
    "Name, ContactID, ContactNumber"
)
INVOICE_NUMBER_TAKEN = "Invoice # must be unique."
CREDIT_NOTE_NUMBER_TAKEN = "Credit Note # must be unique."  # guess, after the invoice's
NOT_EDITABLE = "This document cannot be edited as it has a payment or credit note allocated to it."
ACCOUNT_NOT_FOUND = "Account could not be found"
ACCOUNT_NOT_PAYABLE = "Account type is invalid for making a payment to/from"
PAYMENT_TOO_LARGE = "Payment amount exceeds the amount outstanding on this document"
PAYMENT_NOT_AUTHORISED = "Payments can only be made against Authorised documents"
CONTACT_NUMBER_TAKEN = "Another contact has this contact number. Please enter a different contact number."
EMAIL_INVALID = "Email address must be valid."
NAME_TAKEN = "Please enter a unique Name."
CODE_TAKEN = "Please enter a unique Code."  # guess, after the name's
CREDIT_NOTE_NOT_FOUND = "An existing Credit Note with the specified CreditNoteID could not be found"
INVOICE_NOT_FOUND = "An existing invoice with the specified ID could not be found"
DOCUMENT_NOT_FOUND = "The document with the supplied id was not found for this endpoint."
TAX_EXCEEDS_LINE = "The tax amount cannot be greater than the line amount"
BATCH_PAYMENT_LOCKED = "Payments within a batch cannot be deleted."
CONTACT_ARCHIVED = "The contact is archived. Please restore it before using it on a document."  # guess
OVER_ALLOCATED = "The amount of the allocation exceeds the remaining credit or the amount outstanding on the document"  # guess
ALLOCATION_NOT_AUTHORISED = "Allocations can only be made between Authorised documents"  # guess
ALLOCATION_CONTACT = "Allocations can only be made between documents of the same contact"  # guess
ALLOCATION_CURRENCY = "Allocations can only be made between documents of the same currency"  # guess
PAYMENT_LOCKED = "Organisation accounts are locked on the specified payment date"  # as reported, not verbatim
PAYMENT_RECONCILED = "The payment has been reconciled and cannot be deleted"  # guess
TRANSACTION_RECONCILED = "This Bank Transaction cannot be edited as it has been reconciled"  # guess
TRACKING_UNKNOWN = "The tracking category or option was not found"  # guess
DISCOUNT_NOT_ALLOWED = "Discounts can only be applied to sales invoices"  # guess
AMOUNT_NOT_POSITIVE = "Payment amount must be greater than zero"  # guess


def duplicate_contact(name: str) -> str:
    return (
        f"The contact name {name} is already assigned to another contact. "
        "The contact name must be unique across all active contacts."
    )


def bad_account_code(code: str) -> str:
    return f"Account code '{code}' is not a valid code for this document."


def archived_account_code(code: str) -> str:
    return (
        f"Account code '{code}' has been archived, or has been deleted. "
        "Each line item must reference a valid account."
    )


def tax_not_for_account(tax_type: str, code: str) -> str:
    return f"The TaxType code '{tax_type}' cannot be used with account code '{code}'."


def unknown_tax(tax_type: str) -> str:
    """A guess: no reply of this kind has been published."""
    return f"The TaxType code '{tax_type}' does not exist or cannot be used for this type of transaction."


def no_currency(currency: str) -> str:
    return f"Organisation is not subscribed to currency {currency}"


def period_locked(until: date) -> str:
    return f"The document date cannot be before the period lock date, currently set at {_day(until)}"


def year_locked(until: date) -> str:
    return f"The document date cannot be before the end of year lock date, currently set at {_day(until)}"


def status_blocked(status: str) -> str:
    return (
        f"The status {status} cannot be applied to the invoice because it has payments or "
        "credit notes allocated to it."
    )


def line_total(given: Decimal, expected: Decimal) -> str:
    """A guess at the wording."""
    return f"The line total {given} does not match the expected line total {expected}"


def document_total(field: str, given: Decimal, expected: Decimal) -> str:
    """A guess at the wording; Xero documents only that totals that are sent must agree."""
    return f"The document {field} {given} does not equal the sum of the lines {expected}"


def negative_quantity(quantity: Decimal) -> str:
    return f"The quantity value '{quantity:.4f}' is invalid. Quantity must not be less than zero."


def too_long(field: str, limit: int) -> str:
    """A guess at the wording."""
    return f"The {field} field must not be more than {limit} characters long."


def required(field: str) -> str:
    """A guess at the wording."""
    return f"{field} is required"


def not_a(kind: str, field: str, value: object) -> str:
    """A guess at the wording."""
    return f"'{value}' is not a valid {kind} for {field}"


def unbalanced_journal(debits: Decimal, credited: Decimal) -> str:
    return f"The total debits ({debits:.2f}) must equal total credits ({credited:.2f})"


def key_reused(key: str) -> str:
    return f"Idempotency Key: {key} is used with a different request."


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _day(on: date) -> str:
    return f"{on.day:02d}-{_MONTHS[on.month - 1]}-{on.year}"


def unknown_item(code: object) -> str:
    """A guess at the wording."""
    return f"Item code '{code}' is not valid"


def tax_differs(given: Decimal, computed: Decimal) -> str:
    """A guess at the wording."""
    return f"The tax amount {given} does not match the calculated tax amount {computed}"
