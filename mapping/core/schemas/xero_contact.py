"""Xero Contact (Xero Accounting API, Contacts): fields that can be written, lengths, and what Xero sets itself."""

from __future__ import annotations

from mapping.core.schemas.schema import Field, FieldType, Schema


def _text(path: str, label: str, most: int, *, personal: bool = True, forbidden: str = "") -> Field:
    return Field(path, "text", label, max_length=most, personal=personal, forbidden=forbidden)


def _set_by_xero(path: str, kind: FieldType, label: str) -> Field:
    return Field(path, kind, label, read_only=True)


def _address() -> tuple[Field, ...]:
    lines = tuple(
        _text(f"Addresses[].AddressLine{number}", f"Address line {number}", 500) for number in range(1, 5)
    )
    return (
        Field("Addresses", "list", "Addresses"),
        Field(
            "Addresses[].AddressType", "choice", "Kind of address", required=True, choices=("POBOX", "STREET")
        ),
        *lines,
        _text("Addresses[].City", "City", 255),
        _text("Addresses[].Region", "Region", 255),
        _text("Addresses[].PostalCode", "Postcode", 50),
        _text("Addresses[].Country", "Country", 50, personal=False),
        _text("Addresses[].AttentionTo", "Attention to", 255),
    )


_PHONES = (
    Field("Phones", "list", "Phones"),
    Field(
        "Phones[].PhoneType",
        "choice",
        "Kind of phone",
        required=True,
        choices=("DEFAULT", "DDI", "MOBILE", "FAX", "OFFICE"),
    ),
    _text("Phones[].PhoneNumber", "Phone number", 50),
    _text("Phones[].PhoneAreaCode", "Area code", 10),
    _text("Phones[].PhoneCountryCode", "Country code", 20, personal=False),
)

_PEOPLE = (
    Field("ContactPersons", "list", "Contact persons (at most five)"),
    _text("ContactPersons[].FirstName", "First name of a contact person", 255),
    _text("ContactPersons[].LastName", "Last name of a contact person", 255),
    Field(
        "ContactPersons[].EmailAddress",
        "email",
        "E-mail address of a contact person",
        max_length=255,
        personal=True,
    ),
    Field("ContactPersons[].IncludeInEmails", "flag", "Send invoices to this person"),
)
_TERM_TYPES = ("DAYSAFTERBILLDATE", "DAYSAFTERBILLMONTH", "OFCURRENTMONTH", "OFFOLLOWINGMONTH")


def _terms(side: str, label: str) -> tuple[Field, ...]:
    at = f"PaymentTerms.{side}"
    return (
        Field(at, "object", f"Terms of {label}"),
        Field(f"{at}.Day", "integer", f"Terms of {label}: day", decimals=0),
        Field(f"{at}.Type", "choice", f"Terms of {label}: counted", choices=_TERM_TYPES),
    )


_AMOUNT_TYPES = ("INCLUSIVE", "EXCLUSIVE", "NONE")

CONTACT = Schema(
    "xero:Contact",
    "Xero contact",
    (
        Field(
            "Name",
            "text",
            "Name",
            required=True,
            max_length=255,
            forbidden="<>",
            personal=True,
            example="Ada Moss",
        ),
        _text("ContactNumber", "Contact number (your customer's id)", 50),
        _text("AccountNumber", "Account number", 50),
        Field("ContactStatus", "choice", "Status", choices=("ACTIVE", "ARCHIVED", "GDPRREQUEST")),
        _text("FirstName", "First name", 255),
        _text("LastName", "Last name", 255),
        Field(
            "EmailAddress",
            "email",
            "E-mail address",
            max_length=255,
            personal=True,
            example="ada@example.com",
        ),
        _text("CompanyNumber", "Company registration number", 50, personal=False),
        _text("TaxNumber", "VAT number", 50, personal=False),
        _text("BankAccountDetails", "Bank account", 255),
        Field("AccountsReceivableTaxType", "text", "Default tax type for sales", vat=True),
        Field("AccountsPayableTaxType", "text", "Default tax type for purchases", vat=True),
        Field("DefaultCurrency", "text", "Default currency", max_length=3),
        _text("SalesDefaultAccountCode", "Default sales account", 10, personal=False),
        _text("PurchasesDefaultAccountCode", "Default purchases account", 10, personal=False),
        Field(
            "SalesDefaultLineAmountType",
            "choice",
            "Default prices for sales",
            choices=_AMOUNT_TYPES,
            vat=True,
        ),
        Field(
            "PurchasesDefaultLineAmountType",
            "choice",
            "Default prices for purchases",
            choices=_AMOUNT_TYPES,
            vat=True,
        ),
        Field("PaymentTerms", "object", "Payment terms"),
        *_terms("Sales", "sales"),
        *_terms("Bills", "bills"),
        *_PHONES,
        *_address(),
        *_PEOPLE,
        _set_by_xero("Website", "url", "Web site"),
        _set_by_xero("Discount", "decimal", "Discount"),
        _set_by_xero("MergedToContactID", "guid", "Merged into"),
        _set_by_xero("Balances", "object", "Balances"),
        _set_by_xero("ContactID", "guid", "Contact's id in Xero"),
        _set_by_xero("IsCustomer", "flag", "Is a customer"),
        _set_by_xero("IsSupplier", "flag", "Is a supplier"),
        _set_by_xero("UpdatedDateUTC", "moment", "Changed at"),
        _set_by_xero("HasAttachments", "flag", "Has attachments"),
    ),
)
