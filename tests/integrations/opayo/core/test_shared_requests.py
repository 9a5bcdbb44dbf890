from __future__ import annotations

from dataclasses import replace

import pytest

from integrations.core.failures import ConfigurationFailure, OutcomeUnknown
from integrations.core.money import Money
from integrations.opayo.core.credentials import StoredCredential
from integrations.opayo.core.follow_ups import FollowUp, Kind, Original, RefusedByOpayo
from integrations.opayo.core.protocol import parse_reply
from integrations.opayo.core.registration import VendorTxCodeUsed
from integrations.opayo.core.shared_requests import read_shared_reply, shared_fields, shared_path

_GUID = "DB79BA2D-05DA-5B85-D188-1293D16BBAC7"
_ORIGINAL = Original("HF-1-1", _GUID, "OUWLNYQTVT", "9962")


def _asked(kind: Kind, minor: int | None = None, currency: str = "GBP") -> FollowUp:
    amount = None if minor is None else Money(minor, currency)
    return FollowUp(kind, _ORIGINAL, "HF-1-1-R1", amount, "Refund of order HF-1")


def test_a_refund_names_its_own_code_and_everything_of_the_payment() -> None:
    assert shared_fields(_asked("refund", 1234), "tillbridge") == {
        "VPSProtocol": "4.00", "TxType": "REFUND", "Vendor": "tillbridge", "VendorTxCode": "HF-1-1-R1", "Amount": "12.34",
        "Currency": "GBP", "Description": "Refund of order HF-1", "RelatedVPSTxId": f"{{{_GUID}}}",
        "RelatedVendorTxCode": "HF-1-1", "RelatedSecurityKey": "OUWLNYQTVT", "RelatedTxAuthNo": "9962",
    }  # fmt: skip


def test_a_release_names_the_payment_itself_and_what_is_taken() -> None:
    fields = shared_fields(_asked("release", 567), "tillbridge", "3.00")
    assert (fields["VendorTxCode"], fields["VPSTxId"], fields["ReleaseAmount"], fields["VPSProtocol"]) == (
        "HF-1-1", f"{{{_GUID}}}", "5.67", "3.00",
    )  # fmt: skip


@pytest.mark.parametrize(("kind", "names_auth_no"), [("void", True), ("abort", True), ("cancel", False)])
def test_instructions_without_amount_name_the_payment_only(kind: Kind, names_auth_no: bool) -> None:
    fields = shared_fields(_asked(kind), "tillbridge")
    assert ("TxAuthNo" in fields) is names_auth_no
    assert not {"Amount", "ReleaseAmount", "Currency", "RelatedVPSTxId"} & fields.keys()
    assert shared_path(_asked(kind)) == f"/gateway/service/{kind}.vsp"


def test_an_authorise_has_no_currency_and_no_authorisation_number() -> None:
    fields = shared_fields(_asked("authorise", 1000), "tillbridge")
    assert fields["ApplyAVSCV2"] == "0"
    assert not {"Currency", "RelatedTxAuthNo"} & fields.keys()


def test_a_repeat_says_under_which_terms_the_stored_card_is_charged() -> None:
    asked = replace(_asked("repeat", 1000), credential=StoredCredential("unscheduled", "MCC000000355"))
    told = {
        "COFUsage": "SUBSEQUENT",
        "InitiatedTYPE": "MIT",
        "MITType": "UNSCHEDULED",
        "SchemeTraceID": "MCC000000355",
    }
    assert told.items() <= shared_fields(asked, "tillbridge").items()
    assert not told.keys() & shared_fields(asked, "tillbridge", "3.00").keys()


@pytest.mark.parametrize("terms", [None, StoredCredential()])
def test_no_card_is_charged_without_the_terms_of_its_holder(terms: StoredCredential | None) -> None:
    with pytest.raises(ValueError, match="terms of its holder"):
        shared_fields(replace(_asked("repeat", 1000), credential=terms), "tillbridge")


def test_amounts_have_the_decimals_of_their_currency() -> None:
    assert shared_fields(_asked("refund", 500, "JPY"), "tillbridge")["Amount"] == "500"


def test_the_answer_to_a_refund_names_the_new_transaction() -> None:
    reply = parse_reply(
        b"VPSProtocol=4.00\r\nStatus=OK\r\nStatusDetail=0000 : The Authorisation was Successful.\r\n"
        b"VPSTxId={5A1BC414-5409-48DD-9B8B-DCDF096CE0BE}\r\nTxAuthNo=77\r\nSecurityKey=ABCDEFGHIJ\r\n"
    )
    done = read_shared_reply(reply, _asked("refund", 1))
    assert (done.vps_tx_id, done.tx_auth_no) == ("5A1BC414-5409-48DD-9B8B-DCDF096CE0BE", "77")
    assert "ABCDEFGHIJ" not in repr(done)


@pytest.mark.parametrize(
    ("status", "detail", "failure", "words"),
    [
        ("INVALID", "4034 : The transaction has already been refunded.", RefusedByOpayo, "already refunded"),
        ("INVALID", "4035 : …", RefusedByOpayo, "more would be refunded"),
        ("NOTAUTHED", "2000 : The Authorisation was Declined by the bank.", RefusedByOpayo, "bank declined"),
        ("INVALID", "4711 : Something nobody has heard of.", RefusedByOpayo, "Something nobody has heard of"),
        ("INVALID", "4042 : The VendorTxCode has been used before.", VendorTxCodeUsed, "seen this reference"),
        ("INVALID", "4020 : Information received from an Invalid IP address.", ConfigurationFailure, "address"),
        ("INVALID", "4007 : …", ConfigurationFailure, "does not allow"),
        ("ERROR", "5003 : Internal server error.", OutcomeUnknown, "could not tell"),
        ("ERROR", "2002 : The Authorisation timed out.", OutcomeUnknown, "could not tell"),
    ],
)  # fmt: skip
def test_refusals_are_told_apart(status: str, detail: str, failure: type[Exception], words: str) -> None:
    reply = parse_reply(f"Status={status}\r\nStatusDetail={detail}\r\n".encode())
    with pytest.raises(failure, match=words):
        read_shared_reply(reply, _asked("refund", 1))


@pytest.mark.parametrize("body", [b"", b"<html>", b"Status=OK\r\n", b"Status=", b"Status=INVALID\r\n"])
def test_an_answer_that_is_cut_short_leaves_the_outcome_unknown(body: bytes) -> None:
    with pytest.raises(OutcomeUnknown):
        read_shared_reply(parse_reply(body), _asked("refund", 1))


def test_a_void_makes_no_transaction() -> None:
    done = read_shared_reply(
        parse_reply(b"Status=OK\r\nStatusDetail=2005 : The Void was Successful."), _asked("void")
    )
    assert (done.vps_tx_id, done.detail) == ("", "2005 : The Void was Successful.")
