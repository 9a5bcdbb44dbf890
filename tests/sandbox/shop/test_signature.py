"""Signing by the Standard Webhooks scheme."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from sandbox.shop.core.signature import key_of, problem_with, signed_headers

SECRET = "whsec_" + base64.b64encode(b"a key of the shop's own").decode()
NOW = 1_795_000_000


def test_the_signature_is_made_as_the_scheme_says() -> None:
    headers = signed_headers(SECRET, "msg_1", NOW, b'{"a":1}')
    digest = hmac.new(b"a key of the shop's own", b'msg_1.1795000000.{"a":1}', hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


def test_a_secret_without_prefix_is_taken_as_text() -> None:
    assert key_of("påss") == "påss".encode()


def test_a_prefixed_secret_must_be_base64() -> None:
    with pytest.raises(ValueError, match="must be base64"):
        key_of("whsec_!!")


@pytest.mark.parametrize("age", [-299, 0, 299])
def test_a_fresh_message_is_believed(age: int) -> None:
    assert problem_with(SECRET, signed_headers(SECRET, "m", NOW - age, b"x"), b"x", NOW) == ""


@pytest.mark.parametrize("age", [-301, 301])
def test_a_message_from_another_time_is_not(age: int) -> None:
    headers = signed_headers(SECRET, "m", NOW - age, b"x")
    assert "five minutes" in problem_with(SECRET, headers, b"x", NOW)


def test_a_changed_body_is_not_believed() -> None:
    assert "no signature" in problem_with(SECRET, signed_headers(SECRET, "m", NOW, b"x"), b"y", NOW)


def test_a_message_without_its_headers_is_not_believed() -> None:
    assert "lacks webhook-id" in problem_with(SECRET, {}, b"x", NOW)


def test_one_good_signature_of_several_is_enough() -> None:
    headers = signed_headers(SECRET, "m", NOW, b"x")
    headers["webhook-signature"] = "v1,AAAA v2,BBBB " + headers["webhook-signature"]
    assert problem_with(SECRET, headers, b"x", NOW) == ""
