"""Xero's validation messages and what each means for us (Accounting API, examples and published replies).

Each line: how the message reads, what follows from it, and the words for people. Named groups of the pattern fill
the words: `code` is an account code, `tax` a TaxType, `currency` an ISO code, `date` a lock date as Xero writes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Verdict(StrEnum):
    """Refusals that the delivery settles by itself, by looking the document up in Xero."""

    ALREADY_EXISTS = "already_exists"
    """Another document, contact or account has this number, name or code: perhaps it is our own."""
    ALREADY_PAID = "already_paid"
    """The document takes no (or no such) payment: perhaps ours is there already."""
    KEY_REUSED = "key_reused"
    """The Idempotency-Key was used with another request: look up, then send under a new key."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What follows from a message: a `verdict`, a configuration problem (`code`), or else it is permanent."""

    pattern: re.Pattern[str]
    message: str = ""
    fix: str = ""
    code: str = ""
    subject: str = ""
    verdict: Verdict | None = None
    defaults: Mapping[str, str] = field(default_factory=dict)


def _verdict(pattern: str, verdict: Verdict) -> Meaning:
    return Meaning(re.compile(pattern), verdict=verdict)


def _configuration(pattern: str, code: str, subject: str, message: str, fix: str) -> Meaning:
    return Meaning(re.compile(pattern), message, fix, code, subject)


def _permanent(pattern: str, message: str) -> Meaning:
    return Meaning(re.compile(pattern), message)


_UNARCHIVE: Final = (
    "Restore account {code} in Xero (Accounting, Chart of accounts, Archive), or choose another account for its "
    "role in the pair's settings."
)
_CHOOSE_ACCOUNT: Final = "Add account {code} to Xero's chart of accounts, or choose another account for its role in the pair's settings."
_MOVE_LOCK: Final = (
    "Move the lock date in Xero (Accounting, Advanced, Financial settings), or let the pair post on the first "
    "open day with the true date in the reference."
)

VERDICTS: Final = (
    _verdict(r"Invoice # must be unique\.?", Verdict.ALREADY_EXISTS),
    _verdict(r"Credit Note # must be unique\.?", Verdict.ALREADY_EXISTS),
    _verdict(r"Order number must be unique\.?", Verdict.ALREADY_EXISTS),
    _verdict(r"The contact name .* is already assigned to another contact\b.*", Verdict.ALREADY_EXISTS),
    _verdict(r"Another contact has this contact number\b.*", Verdict.ALREADY_EXISTS),
    _verdict(r"Please enter a unique (?:Name|Code)\.?", Verdict.ALREADY_EXISTS),
    _verdict(r"Price List Item with Code .* already exists", Verdict.ALREADY_EXISTS),
    _verdict(r"Payment amount exceeds the amount outstanding on this document\.?", Verdict.ALREADY_PAID),
    _verdict(r"Payments can only be made against Authorised documents\.?", Verdict.ALREADY_PAID),
    _verdict(r"Idempotency Key: .* is used with a different request\.?", Verdict.KEY_REUSED),
)

CONFIGURATION: Final = (
    _configuration(
        r"Account code '(?P<code>[^']*)' is not a valid code for this document\.?",
        "account_unknown",
        "{code}",
        "Xero's chart of accounts has no account {code} that this document may use.",
        _CHOOSE_ACCOUNT,
    ),
    _configuration(
        r"Account code '(?P<code>[^']*)' has been removed as it does not match a recognised account\.?",
        "account_unknown",
        "{code}",
        "Xero's chart of accounts has no account {code}.",
        _CHOOSE_ACCOUNT,
    ),
    _configuration(
        r"Account must be valid\.?",
        "account_unknown",
        "{code}",
        "A line uses an account that Xero does not know.",
        "Compare the account codes in the pair's settings and mappings with Xero's chart of accounts.",
    ),
    _configuration(
        r"Account code '(?P<code>[^']*)' has been archived, or has been deleted\b.*",
        "account_archived",
        "{code}",
        "Account {code} has been archived or deleted in Xero.",
        _UNARCHIVE,
    ),
    _configuration(
        r"The TaxType code '(?P<tax>[^']*)' cannot be used with account code '(?P<code>[^']*)'\.?",
        "tax_type_not_allowed",
        "{tax} {code}",
        "Xero does not allow the tax rate {tax} on account {code}.",
        "Choose a tax rate that fits account {code}, or another account, in the pair's settings or mapping.",
    ),
    _configuration(
        r"The TaxType code '(?P<tax>[^']*)' does not exist or cannot be used for this type of transaction\.?",
        "tax_type_unknown",
        "{tax}",
        "Xero has no tax rate {tax} for this kind of document.",
        "Add the tax rate in Xero (Accounting, Advanced, Tax rates), or choose another in the mapping.",
    ),
    _configuration(
        r"Tax rate must be valid\.?",
        "tax_type_unknown",
        "",
        "A line uses a tax rate that Xero does not know.",
        "Compare the tax rates of the mapping with Xero's (Accounting, Advanced, Tax rates).",
    ),
    _configuration(
        r"The document date cannot be before the period lock date, currently set at (?P<date>\S+?)\.?",
        "period_locked",
        "{date}",
        "The books are locked up to {date}, and the document is dated before that.",
        _MOVE_LOCK,
    ),
    _configuration(
        r"The document date cannot be before the end of year lock date, currently set at (?P<date>\S+?)\.?",
        "period_locked",
        "{date}",
        "The year's books are locked up to {date}, and the document is dated before that.",
        _MOVE_LOCK,
    ),
    _configuration(
        r"Organisation accounts are locked on the specified payment date\.?",
        "period_locked",
        "",
        "The books are locked on the date of the payment.",
        _MOVE_LOCK,
    ),
    _configuration(
        r"Organisation is not subscribed to currency (?P<currency>[A-Z]{3})\.?",
        "currency_not_subscribed",
        "{currency}",
        "The Xero organisation does not keep {currency}.",
        "Add {currency} in Xero (Accounting, Advanced, Currencies; it takes a plan with several currencies), or "
        "take it out of the currencies the pair keeps, so that amounts are converted.",
    ),
    _configuration(
        r"Account could not be found\.?",
        "payment_account_invalid",
        "{code}",
        "Xero has no account {code} to book the payment to.",
        "Choose the clearing account in the pair's settings, or add it in Xero.",
    ),
    _configuration(
        r"Account type is invalid for making a payment to/from\.?",
        "payment_account_invalid",
        "{code}",
        "Account {code} in Xero does not take payments.",
        "Use a bank account, or tick “Enable payments to this account” on it in Xero's chart of accounts.",
    ),
    _configuration(
        r"You have reached the limit of invoices you can approve\.?",
        "invoice_limit",
        "",
        "The Xero plan allows no more approved invoices this month.",
        "Change the plan in Xero; everything waiting goes out by itself afterwards.",
    ),
)

PERMANENT: Final = (
    _permanent(r"One or more line items must be specified\.?", "The document has no lines."),
    _permanent(
        r"Invoice not of valid status for creation\.?",
        "Xero does not create a document in the status it was given.",
    ),
    _permanent(
        r"Invoice not of valid status for modification\.?",
        "The document was voided or deleted in Xero, so it cannot be changed any more.",
    ),
    _permanent(r"Invoice not of valid type for creation\.?", "Xero does not create documents of this type."),
    _permanent(
        r"A Contact must be specified for this type of transaction\.?", "The document names no customer."
    ),
    _permanent(
        r"The Contact must contain at least 1 of the following elements to identify the contact\b.*",
        "The document names no customer that Xero could find.",
    ),
    _permanent(
        r"This document cannot be edited as it has a payment or credit note allocated to it\.?",
        "The document has a payment or credit note on it in Xero, so its amounts cannot be changed.",
    ),
    _permanent(
        r"The status (?P<status>\w+) cannot be applied to the invoice because it has payments or credit notes "
        r"allocated to it\.?",
        "The invoice has a payment or credit note on it in Xero, so its status cannot become {status}.",
    ),
    _permanent(
        r"An existing (?:Credit Note|invoice) with the specified \w+ could not be found\.?",
        "The document is no longer in Xero.",
    ),
    _permanent(
        r"The document with the supplied id was not found for this endpoint\.?",
        "The document is no longer in Xero.",
    ),
    _permanent(r"Email address must be valid\.?", "Xero does not accept the customer's e-mail address."),
    _permanent(
        r"The quantity value '(?P<quantity>[^']*)' is invalid\b.*",
        "A line has the quantity {quantity}; Xero takes none below zero.",
    ),
    _permanent(
        r"The tax amount cannot be greater than the line amount\.?",
        "The VAT of a line is larger than the line.",
    ),
    _permanent(
        r"The line total (?P<given>\S+) does not match the expected line total (?P<expected>\S+)",
        "A line says {given}, but its quantity and price make {expected}.",
    ),
    _permanent(
        r"Spend money transactions cannot be updated\.?", "Xero does not change a spend-money transaction."
    ),
    _permanent(
        r"Payments within a batch cannot be deleted\.?",
        "The payment belongs to a batch payment in Xero: delete the batch there.",
    ),
    _permanent(
        r"The contact is archived\b.*",
        "The customer is archived in Xero: restore the contact there, then press Retry.",
    ),
    _permanent(
        r"The total debits \((?P<debits>[^)]*)\) must equal total credits \((?P<credits>[^)]*)\)",
        "The journal does not balance: debits {debits}, credits {credits}.",
    ),
    _permanent(
        r"The ContactID and the TargetTransaction ContactID do not match\.?",
        "The two documents belong to different customers.",
    ),
    _permanent(
        r"Only AUTHORISED and BILLED purchase orders may have SentToContact updated\.?",
        "The document must be approved before it can be marked as sent.",
    ),
)
