from __future__ import annotations

import pytest

from sandbox.opayo.core.notification import read_answer

GOOD = b"Status=OK\r\nRedirectURL=https://shop.example/done?a=b\r\nStatusDetail=thanks\r\n"


def test_a_good_answer_with_equal_signs_in_its_values() -> None:
    answer = read_answer(200, GOOD)
    assert answer.is_acknowledged
    assert answer.redirect_url == "https://shop.example/done?a=b"
    assert answer.detail == "thanks"


def test_plain_line_feeds_are_understood_too() -> None:
    assert read_answer(200, GOOD.replace(b"\r\n", b"\n")).is_acknowledged


@pytest.mark.parametrize("status", ["INVALID", "ERROR"])
def test_the_vendor_may_refuse_without_a_redirect(status: str) -> None:
    answer = read_answer(200, f"Status={status}\r\n".encode())
    assert answer.is_refused
    assert not answer.problem


@pytest.mark.parametrize(
    ("http_status", "body"),
    [
        (200, b""),
        (200, b"\r\n \r\n"),
        (500, GOOD),
        (302, GOOD),
        (201, GOOD),
        (200, b"\xef\xbb\xbf" + GOOD),
        (200, b"<html><body>" + GOOD),
        (200, b"\n" + GOOD),
        (200, b"OK"),
        (200, b"Status=OK\r\n"),
        (200, b"Status=OK\r\nRedirectURL=/done\r\n"),
        (200, b"Status=OK\r\nRedirectURL=javascript:alert(1)\r\n"),
        (200, b"Status=OK\r\nRedirectURL=https://shop.example/" + b"x" * 250),
        (200, b"Status=okay\r\nRedirectURL=https://shop.example/\r\n"),
    ],
)
def test_what_does_not_count_as_an_answer(http_status: int, body: bytes) -> None:
    answer = read_answer(http_status, body)
    assert answer.problem
    assert not answer.is_acknowledged
