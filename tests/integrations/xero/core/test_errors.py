from __future__ import annotations

import pytest

from integrations.core.failures import ConfigurationFailure, PermanentFailure
from integrations.xero.core.catalogue import Verdict
from integrations.xero.core.errors import classify

CONFIGURATION = [
    ("Account code '999' is not a valid code for this document.", "account_unknown", "999"),
    (
        "Account code '200' has been archived, or has been deleted. Each line item must reference a valid account.",
        "account_archived",
        "200",
    ),
    (
        "Account code '476' has been removed as it does not match a recognised account.",
        "account_unknown",
        "476",
    ),
    ("Account must be valid.", "account_unknown", "200"),
    (
        "The TaxType code 'OUTPUT2' cannot be used with account code '404'.",
        "tax_type_not_allowed",
        "OUTPUT2 404",
    ),
    (
        "The TaxType code 'NOPE' does not exist or cannot be used for this type of transaction.",
        "tax_type_unknown",
        "NOPE",
    ),
    ("Tax rate must be valid.", "tax_type_unknown", ""),
    (
        "The document date cannot be before the period lock date, currently set at 30-Nov-2018",
        "period_locked",
        "30-Nov-2018",
    ),
    (
        "The document date cannot be before the end of year lock date, currently set at 30-Nov-2018",
        "period_locked",
        "30-Nov-2018",
    ),
    ("Organisation accounts are locked on the specified payment date", "period_locked", ""),
    ("Organisation is not subscribed to currency EUR", "currency_not_subscribed", "EUR"),
    ("Account could not be found", "payment_account_invalid", "200"),
    ("Account type is invalid for making a payment to/from", "payment_account_invalid", "200"),
    ("You have reached the limit of invoices you can approve", "invoice_limit", ""),
]

VERDICTS = [
    ("Invoice # must be unique.", Verdict.ALREADY_EXISTS),
    ("Credit Note # must be unique.", Verdict.ALREADY_EXISTS),
    ("Order number must be unique", Verdict.ALREADY_EXISTS),
    (
        "The contact name City Agency is already assigned to another contact. The contact name must be unique across "
        "all active contacts.",
        Verdict.ALREADY_EXISTS,
    ),
    (
        "Another contact has this contact number. Please enter a different contact number.",
        Verdict.ALREADY_EXISTS,
    ),
    ("Please enter a unique Name.", Verdict.ALREADY_EXISTS),
    ("Please enter a unique Code.", Verdict.ALREADY_EXISTS),
    ("Price List Item with Code 'abc' already exists", Verdict.ALREADY_EXISTS),
    ("Payment amount exceeds the amount outstanding on this document", Verdict.ALREADY_PAID),
    ("Payments can only be made against Authorised documents", Verdict.ALREADY_PAID),
    ("Idempotency Key: abc-1 is used with a different request.", Verdict.KEY_REUSED),
]

PERMANENT = [
    ("One or more line items must be specified", "no lines"),
    ("Invoice not of valid status for creation", "status"),
    ("Invoice not of valid status for modification", "voided or deleted"),
    ("Invoice not of valid type for creation", "type"),
    ("A Contact must be specified for this type of transaction", "no customer"),
    (
        "The Contact must contain at least 1 of the following elements to identify the contact: Name, ContactID, "
        "ContactNumber",
        "no customer",
    ),
    ("This document cannot be edited as it has a payment or credit note allocated to it.", "amounts"),
    (
        "The status DRAFT cannot be applied to the invoice because it has payments or credit notes allocated to it.",
        "cannot become DRAFT",
    ),
    (
        "The status VOIDED cannot be applied to the invoice because it has payments or credit notes allocated to it.",
        "cannot become VOIDED",
    ),
    ("Email address must be valid.", "e-mail"),
    ("An existing Credit Note with the specified CreditNoteID could not be found", "no longer in Xero"),
    ("An existing invoice with the specified ID could not be found", "no longer in Xero"),
    ("The document with the supplied id was not found for this endpoint.", "no longer in Xero"),
    ("The quantity value '-1.0000' is invalid. Quantity must not be less than zero.", "-1.0000"),
    ("The tax amount cannot be greater than the line amount", "VAT"),
    ("Spend money transactions cannot be updated", "spend-money"),
    ("The line total 5.00 does not match the expected line total 6.00", "5.00"),
    ("Payments within a batch cannot be deleted.", "batch"),
    ("The total debits (100.00) must equal total credits (-10.00)", "debits 100.00"),
    ("The ContactID and the TargetTransaction ContactID do not match", "different customers"),
    ("Only AUTHORISED and BILLED purchase orders may have SentToContact updated.", "approved"),
    ("Something nobody has ever seen", "Xero says: Something nobody has ever seen"),
]


@pytest.mark.parametrize(("message", "code", "subject"), CONFIGURATION)
def test_what_a_person_can_set_right_once_is_a_configuration_failure(
    message: str, code: str, subject: str
) -> None:
    failure = classify([message], kind="invoice", account="200")
    assert isinstance(failure, ConfigurationFailure)
    assert (failure.code, failure.subject) == (code, subject)
    assert "{" not in failure.message + failure.fix
    assert failure.message.endswith(".")
    assert failure.fix


@pytest.mark.parametrize(("message", "verdict"), VERDICTS)
def test_what_may_be_our_own_earlier_work_is_looked_up(message: str, verdict: Verdict) -> None:
    assert classify([message], kind="invoice") is verdict


@pytest.mark.parametrize(("message", "words"), PERMANENT)
def test_the_rest_is_for_a_person_in_words(message: str, words: str) -> None:
    failure = classify([message], kind="invoice")
    assert isinstance(failure, PermanentFailure)
    assert failure.message.startswith("Xero refused the invoice.")
    assert words in failure.message
    assert "{" not in failure.message


def test_the_general_sentence_adds_nothing() -> None:
    told = ["A validation exception occurred", "Invoice # must be unique."]
    assert classify(told, kind="invoice") is Verdict.ALREADY_EXISTS


def test_both_lock_dates_are_one_problem() -> None:
    told = [CONFIGURATION[7][0], CONFIGURATION[8][0]]
    failure = classify(told, kind="invoice")
    assert isinstance(failure, ConfigurationFailure)
    assert failure.code == "period_locked"


def test_a_payment_that_is_too_large_on_a_document_that_is_paid_is_looked_up() -> None:
    told = [
        "Payment amount exceeds the amount outstanding on this document",
        "Payments can only be made against Authorised documents",
    ]
    assert classify(told, kind="payment") is Verdict.ALREADY_PAID


def test_a_bad_account_comes_before_a_payment_that_is_not_wanted() -> None:
    told = ["Payment amount exceeds the amount outstanding on this document", "Account could not be found"]
    failure = classify(told, kind="payment", account="095")
    assert isinstance(failure, ConfigurationFailure)
    assert failure.subject == "095"


def test_a_number_that_is_taken_comes_before_a_bad_account() -> None:
    told = ["Account code '999' is not a valid code for this document.", "Invoice # must be unique."]
    assert classify(told, kind="invoice") is Verdict.ALREADY_EXISTS


def test_several_reasons_are_told_together() -> None:
    failure = classify(["One or more line items must be specified", "Strange"], kind="credit note")
    assert isinstance(failure, PermanentFailure)
    assert failure.message == "Xero refused the credit note. The document has no lines. Xero says: Strange"


def test_no_reason_at_all_is_said_so() -> None:
    failure = classify([], kind="payment")
    assert isinstance(failure, PermanentFailure)
    assert failure.message == "Xero refused the payment and gave no reason."
