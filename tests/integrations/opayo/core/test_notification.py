from __future__ import annotations

from dataclasses import fields, replace
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.opayo.core.notification import (
    Notification,
    is_authentic,
    outcome,
    parse_notification,
    signature,
)
from tests.integrations.messages import SECURITY_KEY, notification

VPS_TX_ID = "{F955C22E-F67B-4DA3-8EA3-6DAC68FA59D2}"
SHORT = Notification(
    vps_tx_id=VPS_TX_ID, vendor_tx_code="438791", status="OK", tx_auth_no="4255", avs_cv2="c",
    address_result="d", post_code_result="e", cv2_result="f", gift_aid="g", three_d_secure_status="h", cavv="i",
    address_status="j", payer_status="k", card_type="l", last_four="1234", decline_code="00", expiry_date="0722",
    bank_auth_code="999777",
)  # fmt: skip
FULL = Notification(
    vps_protocol="3.00", tx_type="PAYMENT", vps_tx_id=VPS_TX_ID, vendor_tx_code="438791", status="OK",
    tx_auth_no="4255", avs_cv2="ALL MATCH", address_result="MATCHED", post_code_result="MATCHED",
    cv2_result="MATCHED", gift_aid="0", three_d_secure_status="OK", cavv="AAABARR5kwAAAAAAAAAAAAAAAAA=",
    card_type="VISA", last_four="0006", decline_code="00", expiry_date="1230", bank_auth_code="999777",
    acs_trans_id="43b04fd1-692c-4b76-ac20-a75527ad0a25", ds_trans_id="7980e36f-907b-4530-84fd-ccc1f40bf9ae",
    scheme_trace_id="MCC000000355",
)  # fmt: skip


def test_the_signature_of_published_example_fields() -> None:
    assert signature(SHORT, "", SECURITY_KEY) == "285765407193FAA9B8E432E6B55F5849"


def test_the_signature_of_protocol_3_leaves_out_what_came_with_4() -> None:
    assert signature(FULL, "MyVendor", SECURITY_KEY) == "F905F12D9AF39FCAD4D147AB3B016CD9"


def test_the_signature_of_protocol_4_ends_with_the_three_identifiers() -> None:
    told = replace(FULL, vps_protocol="4.00")
    assert signature(told, "MyVendor", SECURITY_KEY) == "EC4B931336896EB8236C78C1C85B900F"


@pytest.mark.parametrize("name", ["status_detail", "surcharge", "tx_type", "vps_signature"])
def test_some_fields_are_not_signed(name: str) -> None:
    assert signature(replace(FULL, **{name: "other"}), "v", "k") == signature(FULL, "v", "k")


@pytest.mark.parametrize(
    "name",
    sorted({field.name for field in fields(Notification)}
           - {"status_detail", "surcharge", "tx_type", "vps_signature", "vps_protocol", "token"}),
)  # fmt: skip
def test_every_other_field_is_signed(name: str) -> None:
    told = replace(FULL, vps_protocol="4.00")
    assert signature(replace(told, **{name: "other"}), "v", "k") != signature(told, "v", "k")


def test_a_token_signs_its_token_and_a_successful_one_the_bare_guid_only() -> None:
    failed = replace(FULL, tx_type="TOKEN", status="ERROR", token="T")
    assert signature(failed, "v", "k") != signature(replace(failed, token=""), "v", "k")
    ok = replace(failed, status="OK")
    assert signature(ok, "v", "k") == signature(
        replace(ok, vps_tx_id=VPS_TX_ID.strip("{}"), cavv="x"), "v", "k"
    )


def test_a_signature_is_accepted_in_small_letters_and_refused_when_anything_differs() -> None:
    told = parse_notification(notification())
    assert is_authentic(told, "TillBridge", SECURITY_KEY)
    assert is_authentic(replace(told, vps_signature=told.vps_signature.lower()), "tillbridge", SECURITY_KEY)
    assert not is_authentic(told, "tillbridge", "OTHERKEY00")
    assert not is_authentic(told, "other", SECURITY_KEY)
    assert not is_authentic(replace(told, vps_signature="ü"), "tillbridge", SECURITY_KEY)


def test_the_fields_are_decoded_from_the_form() -> None:
    told = parse_notification(
        b"AVSCV2=ALL+MATCH&VPSTxId=%7BABC%7D&CAVV=AAA%3D&Status=OK&Unknown=1&3DSecureStatus=OK"
    )
    assert (told.avs_cv2, told.vps_tx_id, told.cavv, told.three_d_secure_status) == (
        "ALL MATCH",
        "{ABC}",
        "AAA=",
        "OK",
    )


def test_names_may_be_in_any_case_and_the_first_of_two_counts() -> None:
    told = parse_notification(b"vendortxcode=A&VendorTxCode=B&STATUS=OK")
    assert (told.vendor_tx_code, told.status) == ("A", "OK")


def test_both_encodings_of_opayo_are_read() -> None:
    assert parse_notification(b"StatusDetail=Caf%C3%A9").status_detail == "Café"
    assert parse_notification(b"StatusDetail=Caf%E9").status_detail == "Café"
    assert parse_notification(b"StatusDetail=Caf\xe9").status_detail == "Café"


def test_the_transaction_is_named_by_its_bare_guid() -> None:
    told = parse_notification(notification(VPSTxId="{f955c22e-f67b-4da3-8ea3-6dac68fa59d2}"))
    assert told.transaction_id == "F955C22E-F67B-4DA3-8EA3-6DAC68FA59D2"


def test_the_answers_of_bank_and_scheme_are_kept_by_opayo_s_names() -> None:
    told = parse_notification(notification(DeclineCode="05", FraudResponse="CHALLENGE"))
    assert told.checks == {"AVSCV2": "ALL MATCH", "FraudResponse": "CHALLENGE", "DeclineCode": "05"}


@pytest.mark.parametrize(
    ("status", "tx_type", "expected"),
    [
        ("OK", "PAYMENT", "captured"), ("OK REPEATED", "PAYMENT", "captured"), ("OK", "DEFERRED", "waiting"),
        ("OK", "AUTHENTICATE", "waiting"), ("NOTAUTHED", "PAYMENT", "failed"), ("REJECTED", "PAYMENT", "failed"),
        ("ABORT", "DEFERRED", "failed"), ("AUTHENTICATED", "AUTHENTICATE", "waiting"),
        ("REGISTERED", "AUTHENTICATE", "waiting"), ("PENDING", "PAYMENT", "waiting"),
        ("ERROR", "PAYMENT", "technical"), ("SOMETHING NEW", "PAYMENT", "technical"),
    ],
)  # fmt: skip
def test_what_a_status_means_for_the_books(status: str, tx_type: str, expected: str) -> None:
    assert outcome(Notification(status=status, tx_type=tx_type)) == expected


@given(st.binary(max_size=300))
def test_any_bytes_can_be_read(body: bytes) -> None:
    told = parse_notification(body)
    assert told.is_complete in (True, False)
    assert "\0" not in repr(told)


@given(
    st.dictionaries(st.sampled_from(["VendorTxCode", "Status", "CAVV", "StatusDetail"]), st.text(max_size=20))
)
def test_what_was_encoded_is_what_is_read(values: dict[str, str]) -> None:
    told = parse_notification(urlencode(values).encode())
    names = {
        "VendorTxCode": "vendor_tx_code",
        "Status": "status",
        "CAVV": "cavv",
        "StatusDetail": "status_detail",
    }
    for name, value in values.items():
        assert getattr(told, names[name]) == value.replace("\0", "")
