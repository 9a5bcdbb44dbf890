"""Secrets at rest: Fernet with rotatable keys (`ENCRYPTION_KEYS`, newest first).

The newest key encrypts, all of them decrypt; `manage.py rotate_keys` re-encrypts everything with the newest.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from integrations.core.failures import ConfigurationFailure
from integrations.models import Connection, Secret


def encrypt(text: str) -> str:
    """Ciphertext of `text` under the newest key; the empty text stays empty."""
    return _box(tuple(settings.ENCRYPTION_KEYS)).encrypt(text.encode()).decode() if text else ""


def decrypt(text: str) -> str:
    """What was encrypted. Raises ConfigurationFailure when none of the keys fits.

    Hot paths decrypt the same signing secret for every message, so plain texts are remembered per process.
    """
    return _decrypted(tuple(settings.ENCRYPTION_KEYS), text) if text else ""


def rotated(text: str) -> str:
    """The same secret, encrypted anew under the newest key. Raises like `decrypt`."""
    return encrypt(decrypt(text))


def get_secret(connection: Connection, name: str) -> str:
    """A secret of the connection. Raises ConfigurationFailure when it was never set."""
    ciphertext = (
        Secret.objects.filter(connection_id=connection.pk, name=name)
        .values_list("ciphertext", flat=True)
        .first()
    )
    if ciphertext is None:
        raise ConfigurationFailure(
            "secret_missing",
            f"{connection.system} {name}",
            f"The connection {connection} has no {name.replace('_', ' ')}.",
            "Open Connections and enter it again.",
        )
    return decrypt(ciphertext)


def set_secret(connection: Connection, name: str, value: str) -> None:
    """Keep a secret of the connection, replacing the one before."""
    Secret.objects.update_or_create(connection=connection, name=name, defaults={"ciphertext": encrypt(value)})


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise ImproperlyConfigured(
            "ENCRYPTION_KEYS must be Fernet keys, newest first, separated by commas."
        ) from None


@lru_cache(maxsize=2048)
def _decrypted(keys: tuple[str, ...], ciphertext: str) -> str:
    try:
        return _box(keys).decrypt(ciphertext.encode()).decode()
    except InvalidToken:
        raise ConfigurationFailure(
            "encryption_key_missing",
            "",
            "A stored secret cannot be read: none of the ENCRYPTION_KEYS fits it.",
            "Put the key it was written with back into ENCRYPTION_KEYS, after the newest one.",
        ) from None
