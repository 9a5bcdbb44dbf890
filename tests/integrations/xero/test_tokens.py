from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone
from pytest_django import Settings

from integrations.core.failures import ConfigurationFailure, OutcomeUnknown, TransientFailure
from integrations.models import ApiCall, Connection, XeroGrant
from integrations.secrets import decrypt, encrypt
from integrations.xero.tokens import GRACE, fresh_token
from sandbox.kernel.faults import Kind
from tests.factories import XeroConnectionFactory
from tests.integrations.xero.running_xero import XeroInThread


@pytest.fixture
def grant(connection: Connection) -> XeroGrant:
    """A token set whose access token has just run out."""
    assert connection.grant is not None
    connection.grant.expires_at = timezone.now()
    connection.grant.save()
    return connection.grant


def test_a_refresh_stores_both_new_tokens_and_keeps_the_old_one(grant: XeroGrant) -> None:
    before = decrypt(grant.refresh_token)
    token = fresh_token(grant.pk)
    grant.refresh_from_db()
    assert decrypt(grant.access_token) == token.value
    assert decrypt(grant.refresh_token) != before
    assert decrypt(grant.previous_refresh_token) == before
    assert grant.expires_at is not None
    assert grant.expires_at - timezone.now() > timedelta(minutes=29)


def test_a_token_that_still_lasts_is_used_as_it_is(xero: XeroInThread, grant: XeroGrant) -> None:
    first = fresh_token(grant.pk)
    assert fresh_token(grant.pk) == first
    assert ApiCall.objects.filter(purpose="auth").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_threads_that_meet_an_expired_token_one_renews_it(grant: XeroGrant) -> None:
    start = threading.Barrier(2)
    tokens: list[str] = []
    rejected = decrypt(grant.access_token)

    def work() -> None:
        start.wait(5)
        tokens.append(fresh_token(grant.pk, rejected=rejected).value)
        database.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(tokens) == 2
    assert tokens[0] == tokens[1]
    assert ApiCall.objects.filter(purpose="auth").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_refused_token_that_somebody_else_has_renewed_already_is_not_renewed_again(
    grant: XeroGrant,
) -> None:
    stale = decrypt(grant.access_token)
    renewed = fresh_token(grant.pk, rejected=stale)
    assert fresh_token(grant.pk, rejected=stale) == renewed
    assert ApiCall.objects.filter(purpose="auth").count() == 1


def test_a_lost_answer_is_asked_for_again_with_the_same_token(xero: XeroInThread, grant: XeroGrant) -> None:
    xero.fail("xero.auth", Kind.TRUNCATE)
    token = fresh_token(grant.pk)
    assert token.value
    grant.refresh_from_db()
    assert not grant.is_dead
    assert ApiCall.objects.filter(purpose="auth").count() == 2


def test_an_answer_lost_twice_waits_for_the_next_try(xero: XeroInThread, grant: XeroGrant) -> None:
    xero.fail("xero.auth", Kind.TRUNCATE, times=2)
    with pytest.raises(OutcomeUnknown):
        fresh_token(grant.pk)
    grant.refresh_from_db()
    assert not grant.is_dead
    assert fresh_token(grant.pk).value


def test_within_the_grace_the_token_before_is_tried_once(grant: XeroGrant) -> None:
    good = grant.refresh_token
    grant.previous_refresh_token, grant.refresh_token = good, encrypt("never-issued")
    grant.refreshed_at = timezone.now() - GRACE + timedelta(minutes=1)
    grant.save()
    assert fresh_token(grant.pk).value
    grant.refresh_from_db()
    assert not grant.is_dead
    assert ApiCall.objects.filter(purpose="auth").count() == 2


def test_after_the_grace_the_token_before_is_not_tried(grant: XeroGrant) -> None:
    grant.previous_refresh_token, grant.refresh_token = grant.refresh_token, encrypt("never-issued")
    grant.refreshed_at = timezone.now() - GRACE
    grant.save()
    with pytest.raises(ConfigurationFailure):
        fresh_token(grant.pk)
    assert ApiCall.objects.filter(purpose="auth").count() == 1


def test_a_withdrawn_consent_is_found_out_once_and_marked_everywhere(
    xero: XeroInThread, grant: XeroGrant, connection: Connection
) -> None:
    sibling = XeroConnectionFactory(grant=grant, name="Finch Trading Ltd")
    xero.at(lambda system: system.revoke())
    failures = []
    for _ in range(3):
        with pytest.raises(ConfigurationFailure) as caught:
            fresh_token(grant.pk)
        failures.append((caught.value.code, caught.value.subject))
    assert set(failures) == {("xero_disconnected", "Harbour & Finch Ltd, Finch Trading Ltd")}
    assert ApiCall.objects.filter(purpose="auth").count() == 1
    for row in (connection, sibling):
        row.refresh_from_db()
        assert row.status == Connection.Status.BROKEN


@pytest.mark.parametrize("kind", [Kind.SERVER_ERROR, Kind.UNAVAILABLE, Kind.TOO_MANY])
def test_a_sign_in_service_that_is_down_kills_nothing(
    xero: XeroInThread, grant: XeroGrant, kind: Kind
) -> None:
    xero.fail("xero.auth", kind, times=2, seconds=3)
    with pytest.raises(TransientFailure):
        fresh_token(grant.pk)
    grant.refresh_from_db()
    assert not grant.is_dead


def test_a_wrong_secret_of_the_app_is_said_and_kills_nothing(grant: XeroGrant) -> None:
    grant.client_secret = encrypt("wrong")
    grant.save()
    with pytest.raises(ConfigurationFailure) as caught:
        fresh_token(grant.pk)
    assert caught.value.code == "xero_app_refused"
    grant.refresh_from_db()
    assert not grant.is_dead


def test_a_refusal_of_any_other_kind_does_not_end_the_consent(grant: XeroGrant, settings: Settings) -> None:
    settings.XERO_IDENTITY_URL = f"{settings.XERO_API_URL}/api.xro/2.0"
    with pytest.raises(ConfigurationFailure) as caught:
        fresh_token(grant.pk)
    assert caught.value.code == "xero_app_refused"
    grant.refresh_from_db()
    assert not grant.is_dead


def test_a_custom_connection_asks_for_a_token_without_any_refresh(
    xero: XeroInThread, connection: Connection
) -> None:
    custom = XeroGrant.objects.create(
        kind=XeroGrant.Kind.CUSTOM,
        client_id="tillbridge-demo-custom",
        client_secret=encrypt("demo-secret"),
    )
    connection.grant = custom
    connection.save()
    assert fresh_token(custom.pk).value
    custom.refresh_from_db()
    assert custom.refresh_token == ""
    assert "accounting.invoices" in custom.scopes


def test_a_token_set_that_was_replaced_meanwhile_is_no_lasting_failure(grant: XeroGrant) -> None:
    with pytest.raises(TransientFailure):
        fresh_token(grant.pk + 1)


def test_tokens_never_show_in_what_is_printed(grant: XeroGrant) -> None:
    token = fresh_token(grant.pk)
    assert token.value not in repr(token)
    assert not any(token.value in (call.error + call.path) for call in ApiCall.objects.all())


def test_a_sign_in_service_that_cannot_be_reached_is_tried_again(
    grant: XeroGrant, settings: Settings
) -> None:
    settings.XERO_IDENTITY_URL = "http://127.0.0.1:9"
    with pytest.raises(TransientFailure, match="reached"):
        fresh_token(grant.pk)
