from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from integrations.core.failures import ConfigurationFailure, OutcomeUnknown
from integrations.core.money import Money
from integrations.opayo.core.credentials import StoredCredential
from integrations.opayo.core.follow_ups import FollowUp, Kind, Original, RefusedByOpayo
from integrations.opayo.core.pi_requests import pi_body, pi_path, read_pi_answer
from integrations.opayo.core.registration import VendorTxCodeUsed

_GUID = "DB79BA2D-05DA-5B85-D188-1293D16BBAC7"


def _asked(kind: Kind, minor: int | None = None) -> FollowUp:
    amount = None if minor is None else Money(minor, "GBP")
    return FollowUp(kind, Original("HF-1-1", _GUID), "HF-1-1-R1", amount, "Returned item " + "x" * 60)


def test_a_refund_is_a_transaction_in_minor_units_without_currency() -> None:
    body = pi_body(_asked("refund", 400))
    assert pi_path(_asked("refund", 400)) == "/api/v1/transactions"
    assert (body["transactionType"], body["referenceTransactionId"], body["vendorTxCode"], body["amount"]) == (
        "Refund", _GUID, "HF-1-1-R1", 400,
    )  # fmt: skip
    assert "currency" not in body
    assert len(body["description"]) == 40


@pytest.mark.parametrize("kind", ["void", "abort", "cancel"])
def test_an_instruction_goes_to_the_transaction_itself(kind: Kind) -> None:
    assert pi_path(_asked(kind)) == f"/api/v1/transactions/{_GUID}/instructions"
    assert pi_body(_asked(kind)) == {"instructionType": kind}


def test_a_release_says_how_much() -> None:
    assert pi_body(_asked("release", 567)) == {"instructionType": "release", "amount": 567}


def test_a_repeat_names_currency_and_terms() -> None:
    body = pi_body(replace(_asked("repeat", 1000), credential=StoredCredential("unscheduled")))
    assert (body["transactionType"], body["currency"], body["credentialType"]["initiatedType"]) == (
        "Repeat", "GBP", "MIT",
    )  # fmt: skip


def test_instalments_name_their_end_their_rhythm_and_their_number() -> None:
    terms = StoredCredential("instalment", until=date(2027, 12, 31), frequency_days=30, instalments=6)
    assert pi_body(replace(_asked("repeat", 1000), credential=terms))["credentialType"] == {
        "cofUsage": "Subsequent", "initiatedType": "MIT", "mitType": "Instalment", "recurringExpiry": "20271231",
        "recurringFrequency": "30", "purchaseInstalData": "6",
    }  # fmt: skip


def test_an_accepted_refund_has_an_id_of_its_own() -> None:
    answer = {
        "transactionId": "5a1bc414-5409-48dd-9b8b-dcdf096ce0be", "status": "Ok", "statusCode": "0000",
        "statusDetail": "The Authorisation was Successful.", "retrievalReference": 8636128,
    }  # fmt: skip
    done = read_pi_answer(201, answer, _asked("refund", 400))
    assert (done.vps_tx_id, done.tx_auth_no) == ("5A1BC414-5409-48DD-9B8B-DCDF096CE0BE", "8636128")


def test_an_accepted_instruction_names_itself() -> None:
    answer = {"instructionType": "void", "date": "2026-11-22T10:00:00.000+00:00"}
    assert read_pi_answer(201, answer, _asked("void")).vps_tx_id == ""
    with pytest.raises(OutcomeUnknown):
        read_pi_answer(201, answer, _asked("abort"))


@pytest.mark.parametrize(
    ("status", "answer", "failure", "words"),
    [
        (403, {"code": 1018, "description": "This refund amount will exceed …"}, RefusedByOpayo, "than is left"),
        (403, {"code": "1017", "description": "Operation not allowed"}, RefusedByOpayo, "no longer allows"),
        (404, {"code": 1012, "description": "Transaction not found"}, RefusedByOpayo, "does not know this payment"),
        (422, {"statusCode": "4050", "statusDetail": "…"}, RefusedByOpayo, "after it was settled"),
        (422, {"statusCode": "4042", "statusDetail": "…"}, VendorTxCodeUsed, "seen this reference"),
        (422, {"errors": [{"code": 1009, "property": "amount", "description": "Contains invalid value"}]},
         RefusedByOpayo, "Contains invalid value: amount"),
        (401, {"code": 1002, "description": "Authentication failed"}, ConfigurationFailure, "key and password"),
        (408, {"code": 9998, "description": "Request timeout"}, OutcomeUnknown, "in time"),
        (201, {"status": "NotAuthed", "statusCode": "2000", "transactionId": _GUID}, RefusedByOpayo, "declined"),
        (201, {"status": "Ok"}, OutcomeUnknown, "what became"),
        (302, {}, OutcomeUnknown, "cannot be read"),
    ],
)  # fmt: skip
def test_refusals_are_told_apart(
    status: int, answer: dict[str, Any], failure: type[Exception], words: str
) -> None:
    with pytest.raises(failure, match=words):
        read_pi_answer(status, answer, _asked("refund", 400))
