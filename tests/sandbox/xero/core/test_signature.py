"""Webhook signatures: a vector taken from a real delivery."""

from __future__ import annotations

from sandbox.xero.core.signature import sign, spoiled

KEY = "LR+QgKlbRciIPYpi65tTKLaZ3FzLLofCNEQWrRXqWXJeDFrfexzfVI9SmnVuCWDJ4jnjHB9ECtOyxZSofRxwWw=="
BODY = b'{"events":[],"firstEventSequence": 0,"lastEventSequence": 0, "entropy": "LUWDSUDGSWNZVALZXBEV"}'


def test_the_key_is_used_as_the_text_it_is() -> None:
    assert sign(KEY, BODY) == "BjzNbYUfrzg4g8wxm+dKHaZVrKxr2m75E296fUbD1E4="


def test_a_spoiled_signature_differs() -> None:
    good = sign(KEY, BODY)
    assert spoiled(good) == f"/{good[1:]}"
    assert spoiled("/abc") != "/abc"
