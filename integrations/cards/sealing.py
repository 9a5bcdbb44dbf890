"""Card identifiers in messages are sealed before the message is stored, so that no stored event holds one in clear.

Sealing is deterministic (AES-SIV, RFC 5297), for the same message told twice must look the same both times. What is sealed
is written in letters only: digits could be taken for a card number by chance, and be starred out.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

import orjson
import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from integrations.core.failures import ConfigurationFailure

SEALED: Final = "sealed-"
_log = structlog.get_logger(__name__)
_LETTERS: Final = "abcdefghijklmnop"
_IDENTIFIER: Final = re.compile(r"\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")


class IdentifierError(ValueError):
    """A shop told a card identifier that is none of Opayo's."""


def seal(token: str) -> str:
    """The token under the newest key; the same token always looks the same."""
    boxes = _boxes(tuple(settings.ENCRYPTION_KEYS))
    return SEALED + _to_letters(boxes[0].encrypt(token.encode(), None))


def unseal(sealed: str) -> str:
    """What was sealed; a text that is not sealed is given back as it is.

    Raises ConfigurationFailure when none of the keys fits.
    """
    if not sealed.startswith(SEALED):
        return sealed
    hidden = _from_letters(sealed.removeprefix(SEALED))
    for box in _boxes(tuple(settings.ENCRYPTION_KEYS)):
        try:
            return box.decrypt(hidden, None).decode()
        except (InvalidTag, ValueError):
            continue
    raise ConfigurationFailure(
        "encryption_key_missing",
        "",
        "A saved card in a stored message cannot be read: none of the ENCRYPTION_KEYS fits it.",
        "Put the key it was written with back into ENCRYPTION_KEYS, after the newest one.",
    )


def opened(sealed: str) -> str:
    """As `unseal`; empty, with a line in the log, when no key fits: what else was told must not wait for it."""
    try:
        return unseal(sealed)
    except ConfigurationFailure as failure:
        _log.error("cards.token_unreadable", error=failure.message)
        return ""


def seal_notification(body: bytes) -> bytes:
    """A notification of Opayo Server with its Token sealed; VPSSignature does not cover it, but for TxType=TOKEN."""
    if b"oken" not in body and b"OKEN" not in body:
        return body
    return b"&".join(_sealed_field(pair) for pair in body.split(b"&"))


def _sealed_field(pair: bytes) -> bytes:
    name, equals, value = pair.partition(b"=")
    if not value or unquote_to_bytes(name).lower() != b"token":
        return pair
    token = unquote_to_bytes(value.replace(b"+", b" ")).decode("utf-8", "replace")
    return name + equals + seal(token).encode()


def seal_shop_message(body: bytes) -> bytes:
    """A shop's message with the identifier of `order.payment.saved_card` sealed, wherever it stands in it.

    A message that cannot be read is given back as it is. Raises IdentifierError for an identifier that is no GUID: only
    what is known can be found again and sealed.
    """
    if b"saved_card" not in body:
        return body
    identifier = _identifier_in(body)
    if not identifier:
        return body
    if not _IDENTIFIER.fullmatch(identifier):
        raise IdentifierError("The card_identifier is none that Opayo could have given: a GUID.")
    hidden = body.replace(identifier.encode(), seal(identifier).encode())
    if _identifier_in(hidden) == identifier:
        raise IdentifierError("The card_identifier has to be written plainly, without escapes.")
    return hidden


def _identifier_in(body: bytes) -> str:
    try:
        message = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    for name in ("order", "payment", "saved_card", "card_identifier"):
        message = message.get(name) if isinstance(message, dict) else None
    return message if isinstance(message, str) else ""


@lru_cache(maxsize=4)
def _boxes(keys: tuple[str, ...]) -> tuple[AESSIV, ...]:
    """One box a key, newest first. Each key of its own: the Fernet keys serve something else."""
    derived = (HKDF(SHA256(), 64, None, b"tillbridge.sealed").derive(key.encode()) for key in keys)
    return tuple(AESSIV(key) for key in derived)


def _to_letters(hidden: bytes) -> str:
    return "".join(_LETTERS[byte >> 4] + _LETTERS[byte & 15] for byte in hidden)


def _from_letters(letters: str) -> bytes:
    try:
        values = [_LETTERS.index(letter) for letter in letters]
    except ValueError:
        return b""
    return bytes(high << 4 | low for high, low in zip(values[::2], values[1::2], strict=False))
