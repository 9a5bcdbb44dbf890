from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integrations.core.standard_webhooks import SignatureRefusedError, key_of, sign, signed_headers, verify

# The published example of the scheme (standardwebhooks.com, specification).
KEY = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
ID, TIMESTAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def _verify(**changes: object) -> None:
    message: dict[str, object] = {
        "message_id": ID, "timestamp": str(TIMESTAMP), "signatures": SIGNATURE, "body": BODY, "now": TIMESTAMP + 10.0,
    }  # fmt: skip
    verify(KEY, **(message | changes))  # type: ignore[arg-type]


def test_the_published_example_is_signed_alike() -> None:
    assert sign(KEY, ID, TIMESTAMP, BODY) == SIGNATURE
    _verify()


def test_one_good_signature_among_several_is_enough() -> None:
    _verify(signatures=f"v1a,other v1,AAAA {SIGNATURE}")


@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_of_difference_are_allowed(seconds: int) -> None:
    _verify(now=float(TIMESTAMP + seconds))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"now": TIMESTAMP + 300.5}, "five minutes"),
        ({"now": TIMESTAMP - 300.5}, "five minutes"),
        ({"body": BODY + b" "}, "does not fit"),
        ({"message_id": "other"}, "does not fit"),
        ({"signatures": "v1,é"}, "does not fit"),
        ({"signatures": SIGNATURE.removeprefix("v1,")}, "does not fit"),
        ({"signatures": ""}, "needed"),
        ({"message_id": ""}, "needed"),
        ({"timestamp": ""}, "Unix seconds"),
        ({"timestamp": "1614265330.5"}, "Unix seconds"),
        ({"timestamp": "²"}, "Unix seconds"),
        ({"timestamp": "9" * 5000}, "Unix seconds"),
    ],
)
def test_anything_else_is_refused_with_the_reason(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(SignatureRefusedError, match=reason):
        _verify(**changes)


def test_a_secret_without_prefix_is_used_as_it_stands() -> None:
    assert key_of("plain sécret") == "plain sécret".encode()


def test_a_secret_that_is_no_base64_is_refused() -> None:
    with pytest.raises(ValueError, match="not base64"):
        key_of("whsec_not base64!")


def test_what_we_send_verifies() -> None:
    now = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
    headers = signed_headers(KEY, "ntc_1", now, b"{}")
    verify(
        KEY,
        message_id=headers["webhook-id"],
        timestamp=headers["webhook-timestamp"],
        signatures=headers["webhook-signature"],
        body=b"{}",
        now=now.timestamp(),
    )
