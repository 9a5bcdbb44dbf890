from __future__ import annotations

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from pytest_django import Settings

from integrations.core.failures import ConfigurationFailure
from integrations.models import Secret
from integrations.secrets import decrypt, encrypt, get_secret, set_secret
from tests.factories import PaymentFactory, ShopConnectionFactory, XeroGrantFactory

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def rotate() -> str:
    said = StringIO()
    call_command("rotate_keys", stdout=said)
    return said.getvalue()


def test_what_is_encrypted_comes_back_and_does_not_show() -> None:
    ciphertext = encrypt("whsec_Ünïcode")
    assert "whsec" not in ciphertext
    assert decrypt(ciphertext) == "whsec_Ünïcode"


def test_nothing_stays_nothing() -> None:
    assert encrypt("") == decrypt("") == ""


def test_the_same_secret_never_looks_the_same() -> None:
    assert encrypt("secret") != encrypt("secret")


@pytest.mark.django_db
def test_a_connection_keeps_its_secrets_by_name() -> None:
    connection = ShopConnectionFactory(secrets={})
    set_secret(connection, "signing_secret", "first")
    set_secret(connection, "signing_secret", "second")
    assert get_secret(connection, "signing_secret") == "second"
    assert Secret.objects.get(connection=connection).ciphertext != "second"


@pytest.mark.django_db
def test_a_secret_that_was_never_entered_is_asked_for() -> None:
    with pytest.raises(ConfigurationFailure) as caught:
        get_secret(ShopConnectionFactory(secrets={}), "signing_secret")
    assert "signing secret" in caught.value.message
    assert "enter it" in caught.value.fix


def test_an_older_key_still_opens_what_it_closed(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    ciphertext = encrypt("secret")
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert decrypt(ciphertext) == "secret"


def test_without_its_key_a_secret_is_not_silently_lost(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    ciphertext = encrypt("secret")
    settings.ENCRYPTION_KEYS = [NEW]
    with pytest.raises(ConfigurationFailure) as caught:
        decrypt(ciphertext)
    assert caught.value.code == "encryption_key_missing"


def test_a_key_that_is_none_is_said_at_once(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["short"]
    with pytest.raises(ImproperlyConfigured, match="ENCRYPTION_KEYS"):
        encrypt("secret")


@pytest.mark.django_db
def test_after_rotation_the_old_key_is_not_needed(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    connection = ShopConnectionFactory(secrets={"signing_secret": "whsec_1"})
    grant = XeroGrantFactory(refresh_token="refresh-7", previous_refresh_token="")
    payment = PaymentFactory(security_key=encrypt("OUWLNYQTVT"))
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    assert "6 secrets" in rotate()
    settings.ENCRYPTION_KEYS = [NEW]
    grant.refresh_from_db()
    payment.refresh_from_db()
    assert get_secret(connection, "signing_secret") == "whsec_1"
    assert decrypt(grant.refresh_token) == "refresh-7"
    assert grant.previous_refresh_token == ""
    assert decrypt(payment.security_key) == "OUWLNYQTVT"


@pytest.mark.django_db
def test_rotation_without_the_old_key_changes_nothing_and_says_why(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    connection = ShopConnectionFactory(secrets={"signing_secret": "whsec_1"})
    settings.ENCRYPTION_KEYS = [NEW]
    with pytest.raises(CommandError, match="ENCRYPTION_KEYS"):
        rotate()
    settings.ENCRYPTION_KEYS = [OLD]
    assert get_secret(connection, "signing_secret") == "whsec_1"
