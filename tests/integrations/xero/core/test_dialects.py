from __future__ import annotations

import pytest

from integrations.xero.core.dialects import read_error_body, says_closed


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        (
            b'{"Type":null,"Title":"Unauthorized","Status":401,"Detail":"TokenExpired: token expired at 01/01/2001 00:00:00"}',
            "TokenExpired",
            "TokenExpired: token expired at 01/01/2001 00:00:00",
        ),
        (
            b'{"Type":null,"Title":"Forbidden","Status":403,"Detail":"AuthenticationUnsuccessful","Instance":"x","Extensions":{}}',
            "AuthenticationUnsuccessful",
            "AuthenticationUnsuccessful",
        ),
        (b'{"error":"invalid_grant"}', "invalid_grant", "invalid_grant"),
        (b'{"error":"invalid_client","error_description":"No such app"}', "invalid_client", "No such app"),
        (
            b'{"ErrorNumber":16,"Type":"QueryParseException","Message":"No property or field"}',
            "QueryParseException",
            "No property or field",
        ),
        (
            b"The resource you're looking for cannot be found",
            "",
            "The resource you're looking for cannot be found",
        ),
        (b"<html><h1>Bad  gateway</h1></html>", "", "Bad gateway"),
        (b"[1, 2]", "", "[1, 2]"),
        (b"\xff\xfe", "", "\ufffd\ufffd"),
        (b"", "", ""),
    ],
)
def test_every_dialect_of_an_error_is_read(body: bytes, code: str, text: str) -> None:
    error = read_error_body(body)
    assert (error.code, error.text) == (code, text)


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("The Organisation is offline", True),
        ("The Xero API is currently offline for maintenance", True),
        ("Service temporarily unavailable", False),
        ("upstream connect error", False),
    ],
)
def test_only_xeros_own_words_say_that_nothing_was_done(text: str, closed: bool) -> None:
    assert says_closed(text) is closed
