from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.opayo.core.protocol import (
    Reply,
    as_vendor_tx_code,
    encode,
    is_vendor_tx_code_used,
    parse_reply,
    reply_text,
    with_query,
    words_for,
)


def test_requests_are_forms_without_empty_fields() -> None:
    assert encode({"Vendor": "a b", "Token": "", "Amount": "1.00"}) == b"Vendor=a+b&Amount=1.00"


def test_a_reply_is_split_at_the_first_equals_sign_of_each_line() -> None:
    reply = parse_reply(
        b"VPSProtocol=4.00\r\nStatus=OK\r\nStatusDetail=2014 : Fine.\r\nNextURL=https://x/y?a=b\r\nnoise\r\n"
    )
    assert (reply.status, reply.code, reply.fields["NextURL"]) == ("OK", "2014", "https://x/y?a=b")


@pytest.mark.parametrize("body", [b"", b"<html>Bad gateway</html>", b"\xff\xfe"])
def test_what_is_no_reply_has_no_status(body: bytes) -> None:
    assert parse_reply(body).status == ""


def test_our_answer_to_a_notification_is_exactly_as_opayo_wants_it() -> None:
    assert reply_text("OK", "https://x/y") == b"Status=OK\r\nRedirectURL=https://x/y\r\n"
    assert reply_text("INVALID", "https://x", "Why") == (
        b"Status=INVALID\r\nRedirectURL=https://x\r\nStatusDetail=Why\r\n"
    )


def test_codes_are_explained_in_the_accountant_s_words() -> None:
    assert words_for("2000 : The Authorisation was Declined by the bank.").startswith(
        "Declined by the customer's bank"
    )
    assert words_for("3195 : The basket is wrong.") == "The basket is wrong."
    assert words_for("No code at all") == "No code at all"


def test_a_used_vendor_tx_code_is_recognised() -> None:
    def refused(status: str, detail: str) -> Reply:
        return Reply({"Status": status, "StatusDetail": detail})

    assert is_vendor_tx_code_used(refused("INVALID", "4042 : The VendorTxCode has been used before."))
    assert not is_vendor_tx_code_used(refused("OK", "4042 : odd"))
    assert not is_vendor_tx_code_used(refused("INVALID", "4000 : The VendorName is invalid."))


@pytest.mark.parametrize(
    ("number", "code"),
    [("HF-10042", "HF-10042-1"), ("A_1.x{}", "A_1.x{}-1"), ("HF 10042/B", "HF-10042-B-abcdef-1")],
)
def test_the_order_number_stays_readable_in_the_code(number: str, code: str) -> None:
    assert as_vendor_tx_code(number, 1, "abcdef") == code


@given(st.text(min_size=1, max_size=120), st.integers(1, 99999))
def test_every_order_number_makes_a_code_that_opayo_accepts(number: str, attempt: int) -> None:
    code = as_vendor_tx_code(number, attempt, "abcdef")
    assert re.fullmatch(r"[A-Za-z0-9{}._-]{1,40}", code)
    assert code.endswith(f"-{attempt}")


def test_parameters_join_an_address_that_has_some_already() -> None:
    assert with_query("https://x/y?a=1#z", order="HF 1&2", status="paid") == (
        "https://x/y?a=1&order=HF+1%262&status=paid#z"
    )
    assert with_query("https://x/y", order="1") == "https://x/y?order=1"
