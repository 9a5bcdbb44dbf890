from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from integrations.models import AccountRole, Connection, Role, Secret
from integrations.pairs.services import (
    clear_account_role,
    connect_opayo,
    connect_shop,
    create_pair,
    set_account_role,
    switch_off,
    test_connection,
)
from integrations.pairs.signals import accounts_changed, connection_restored
from integrations.secrets import get_secret
from tests.factories import OpayoConnectionFactory, PairFactory, UserFactory, XeroConnectionFactory

pytestmark = pytest.mark.django_db
test_connection.__test__ = False  # type: ignore[attr-defined]  # a service, whatever its name looks like

UNREACHABLE = "http://127.0.0.1:9"


def test_a_new_pair_has_its_first_administrator() -> None:
    user = UserFactory()
    pair = create_pair(name="Finch", slug="finch", administrator=user, currencies_kept=["EUR"])
    assert (pair.base_currency, pair.currencies_kept) == ("GBP", ["EUR"])
    assert pair.memberships.get().role == Role.ADMINISTRATOR


@pytest.mark.parametrize("slug", ["in", "xero", "account", "Not A Slug", ""])
def test_a_pair_cannot_take_an_address_of_the_site(slug: str) -> None:
    with pytest.raises(ValidationError) as caught:
        create_pair(name="Finch", slug=slug)
    assert "slug" in caught.value.message_dict


def test_two_pairs_cannot_share_a_slug() -> None:
    create_pair(name="Finch", slug="finch")
    with pytest.raises(ValidationError):
        create_pair(name="Finch", slug="finch")


def test_an_account_role_is_set_changed_and_taken_away(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    pair = PairFactory()
    told: list[Any] = []

    def hear(sender: object, **kwargs: Any) -> None:
        told.append(kwargs["pair"])

    accounts_changed.connect(hear)
    with django_capture_on_commit_callbacks(execute=True):
        set_account_role(pair, "clearing", "095", currency="GBP")
        set_account_role(pair, "clearing", "098", currency="GBP")
        clear_account_role(set_account_role(pair, "fees", "404"))
    accounts_changed.disconnect(hear)
    assert [(role.role, role.account_code) for role in AccountRole.objects.filter(pair=pair)] == [
        ("clearing", "098")
    ]
    assert told == [pair] * 4


def test_opayo_is_connected_with_its_secrets_encrypted() -> None:
    pair = PairFactory()
    connection = connect_opayo(
        pair,
        vendor="tillbridge",
        integration_key="key",
        integration_password="password",
        reporting_user="reporter",
        reporting_password="reporting",
        environment="live",
    )
    assert (connection.status, connection.name) == ("live", "tillbridge")
    assert connection.config == {"vendor": "tillbridge", "environment": "live", "reporting_user": "reporter"}
    assert get_secret(connection, "integration_password") == "password"
    assert not any("password" in secret.ciphertext for secret in Secret.objects.all())


def test_what_is_left_empty_stays_as_it_was(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    before = OpayoConnectionFactory()
    told: list[int] = []

    def hear(sender: object, connection: Connection, **kwargs: Any) -> None:
        told.append(connection.pk)

    connection_restored.connect(hear)
    with django_capture_on_commit_callbacks(execute=True):
        after = connect_opayo(
            before.pair, vendor="other", reporting_user="reporter", reporting_password="new"
        )
    connection_restored.disconnect(hear)
    assert (after.pk, after.key, after.name) == (before.pk, before.key, "other")
    assert get_secret(after, "reporting_password") == "new"
    assert get_secret(after, "integration_key") == "tillbridge-demo-integration-key"
    assert told == [before.pk]


def test_a_pair_may_have_several_shops_each_with_its_own_address() -> None:
    pair = PairFactory()
    first = connect_shop(
        pair, name="harbour", signing_secret="whsec_1", confirmation_url="https://a.example/c"
    )
    second = connect_shop(pair, name="finch", signing_secret="whsec_2")
    again = connect_shop(pair, name="harbour", confirmation_url="https://b.example/c")
    assert first.key != second.key
    assert (again.pk, again.config["confirmation_url"]) == (first.pk, "https://b.example/c")
    assert get_secret(again, "signing_secret") == "whsec_1"


def test_a_connection_that_is_switched_off_is_left_alone() -> None:
    connection = OpayoConnectionFactory()
    switch_off(connection)
    connection.refresh_from_db()
    assert connection.status == Connection.Status.OFF


def test_a_test_says_what_is_wrong_and_what_to_do(settings: Settings) -> None:
    settings.XERO_API_URL = UNREACHABLE
    connection = XeroConnectionFactory()
    health = test_connection(connection)
    assert not health.ok
    assert "reached" in health.said
    assert health.advice[0].fix
    connection.refresh_from_db()
    assert connection.last_error == health.said
    assert connection.status == Connection.Status.LIVE


def test_a_test_that_a_person_must_act_on_breaks_the_connection() -> None:
    connection = XeroConnectionFactory(grant=None)
    health = test_connection(connection)
    assert not health.ok
    assert "Connect Xero" in health.advice[0].fix
    connection.refresh_from_db()
    assert connection.status == Connection.Status.BROKEN
