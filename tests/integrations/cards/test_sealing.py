"""No stored message holds a card identifier in clear."""

from __future__ import annotations

import json

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings

from integrations.cards.sealing import (
    IdentifierError,
    opened,
    seal,
    seal_notification,
    seal_shop_message,
    unseal,
)
from integrations.core.failures import ConfigurationFailure
from integrations.core.pci import mask

TOKEN = "C6F92981-8C2D-457A-AA1E-16EBCD6D3AC6"


def _message(identifier: object) -> bytes:
    card = {"card_identifier": identifier, "last_four": "0006", "expiry": "0330"}
    return json.dumps(
        {"type": "order.created", "order": {"note": identifier, "payment": {"saved_card": card}}}
    ).encode()


def test_what_is_sealed_looks_the_same_each_time_and_has_no_digits() -> None:
    assert seal(TOKEN) == seal(TOKEN)
    assert seal(TOKEN) != seal(TOKEN.lower())
    assert not any(letter.isdigit() for letter in seal(TOKEN))
    assert mask(seal(TOKEN).encode())[1] is False
    assert unseal(seal(TOKEN)) == TOKEN
    assert unseal(TOKEN) == TOKEN


def test_older_keys_still_open_and_lost_ones_do_not(settings: LazySettings) -> None:
    sealed, old = seal(TOKEN), list(settings.ENCRYPTION_KEYS)
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *old]
    assert unseal(sealed) == TOKEN
    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS[:1]
    with pytest.raises(ConfigurationFailure, match="none of the ENCRYPTION_KEYS"):
        unseal(sealed)
    assert opened(sealed) == ""
    assert opened("sealed-notletters!") == ""


@pytest.mark.parametrize("written", [f"%7B{TOKEN}%7D", f"{{{TOKEN}}}", f"%7b{TOKEN}%7d"])
@pytest.mark.parametrize("name", ["Token", "token", "%54oken"])
def test_the_token_of_a_notification_is_sealed_and_nothing_else_changes(written: str, name: str) -> None:
    body = f"VPSProtocol=4.00&{name}={written}&CardType=VISA".encode()
    hidden = seal_notification(body)
    assert TOKEN.encode() not in hidden
    assert hidden == body.replace(written.encode(), seal(f"{{{TOKEN}}}").encode())
    assert seal_notification(b"Status=OK&Token=") == b"Status=OK&Token="


def test_a_shops_identifier_is_sealed_wherever_it_stands() -> None:
    hidden = seal_shop_message(_message(TOKEN))
    assert TOKEN.encode() not in hidden
    assert json.loads(hidden)["order"]["payment"]["saved_card"]["card_identifier"] == seal(TOKEN)
    for other in (b'{"saved_card": ', _message(7), b'{"type": "order.created"}'):
        assert seal_shop_message(other) == other


@pytest.mark.parametrize(
    "message", [_message("4929000000006"), _message(TOKEN).replace(b"C6F9", b"\\u00436F9")]
)
def test_an_identifier_that_could_not_be_found_again_is_refused(message: bytes) -> None:
    with pytest.raises(IdentifierError):
        seal_shop_message(message)
