from __future__ import annotations

import threading

import pytest
from django.db import connection as database
from pytest_django import Settings

from integrations.core.failures import (
    ConfigurationFailure,
    OutcomeUnknown,
    PermanentFailure,
    TransientFailure,
)
from integrations.models import ApiCall, CallBudget, Connection
from integrations.xero.client import XeroClient
from integrations.xero.core.replies import read_elements
from integrations.xero.core.wire import dumps
from sandbox.kernel.faults import Kind
from sandbox.xero.system import XeroSystem
from tests.integrations.xero.running_xero import XeroInThread

CONTACT = dumps({"Contacts": [{"Name": "Ada Moss", "ContactNumber": "C-1"}]})
QUIET = {"summarizeErrors": "false"}


def post_contact(client: XeroClient, key: str = "key-1", body: str = CONTACT) -> int:
    reply = client.call(
        "POST",
        "/Contacts",
        purpose="contacts",
        body=body,
        params=QUIET,
        idempotency_key=key,
        rows=1,
        delivery_id=7,
    )
    return reply.status


def last_call() -> ApiCall:
    call = ApiCall.objects.order_by("-pk").first()
    assert call is not None
    return call


def test_a_document_goes_out_and_its_result_comes_back(connection: Connection) -> None:
    client = XeroClient(connection)
    reply = client.call(
        "POST", "/Contacts", purpose="contacts", body=CONTACT, params=QUIET, idempotency_key="k"
    )
    (result,) = read_elements("Contacts", reply.status, reply.body, 1)
    assert result.ok
    assert result.id
    connection.refresh_from_db()
    assert connection.status == Connection.Status.LIVE
    assert connection.last_good_at is not None


def test_each_call_is_logged_without_secrets_and_counted(connection: Connection) -> None:
    post_contact(XeroClient(connection))
    call = last_call()
    assert (call.purpose, call.method, call.path, call.status_code) == ("contacts", "POST", "/Contacts", 200)
    assert (call.outcome, call.rows, call.delivery_id) == ("ok", 1, 7)
    budget = CallBudget.objects.get(connection=connection)
    assert budget.minute_remaining == 59
    assert budget.day_remaining == 4_999
    assert sum(count for _, count in budget.minute_window) == 1
    assert budget.flights == []


def test_a_validation_error_is_a_value(connection: Connection) -> None:
    body = dumps({"Contacts": [{"ContactNumber": "C-1"}]})
    reply = XeroClient(connection).call("PUT", "/Contacts", purpose="contacts", body=body, rows=1)
    assert reply.status == 400
    (result,) = read_elements("Contacts", reply.status, reply.body, 1)
    assert result.messages
    assert last_call().outcome == "refused"


def test_a_document_that_is_not_there_is_a_value(connection: Connection) -> None:
    reply = XeroClient(connection).call("GET", "/Invoices/HF-404", purpose="lookups")
    assert (reply.status, reply.body) == (404, {})


def test_an_expired_token_is_renewed_and_the_call_repeated(
    xero: XeroInThread, connection: Connection
) -> None:
    xero.at(lambda system: system.expire_tokens())
    assert post_contact(XeroClient(connection)) == 200
    assert [call.purpose for call in ApiCall.objects.order_by("pk")] == ["contacts", "auth", "contacts"]


def test_a_token_near_its_end_is_renewed_before_the_call(xero: XeroInThread, connection: Connection) -> None:
    grant = connection.grant
    assert grant is not None
    grant.expires_at = grant.refreshed_at
    grant.save()
    assert post_contact(XeroClient(connection)) == 200
    assert [call.purpose for call in ApiCall.objects.order_by("pk")] == ["auth", "contacts"]


def test_a_withdrawn_consent_is_one_thing_for_a_person_to_do(
    xero: XeroInThread, connection: Connection
) -> None:
    xero.at(lambda system: system.revoke())
    with pytest.raises(ConfigurationFailure) as caught:
        post_contact(XeroClient(connection))
    assert caught.value.code == "xero_disconnected"
    assert "Reconnect" in caught.value.fix
    connection.refresh_from_db()
    assert connection.status == Connection.Status.BROKEN


def test_an_organisation_that_is_no_longer_connected_is_told_from_an_expired_token(
    xero: XeroInThread, connection: Connection
) -> None:
    connection.tenant_id = "11111111-2222-3333-4444-555555555555"
    with pytest.raises(ConfigurationFailure) as caught:
        post_contact(XeroClient(connection))
    assert caught.value.code == "xero_disconnected"
    assert ApiCall.objects.filter(purpose="auth").count() == 0


def test_a_consent_that_does_not_cover_the_call_names_what_is_missing(
    xero: XeroInThread, connection: Connection
) -> None:
    grant = connection.grant
    assert grant is not None
    narrow = [scope for scope in grant.scopes if "payments" not in scope]

    def narrow_down(system: XeroSystem) -> None:
        tokens = system.tokens
        for key in tokens.access:
            tokens.access.put(key, {**tokens.access[key], "scopes": narrow})

    xero.at(narrow_down)
    grant.scopes = narrow
    grant.save()
    with pytest.raises(ConfigurationFailure) as caught:
        XeroClient(connection).call("GET", "/Payments", purpose="lookups", params={"page": "1"})
    assert caught.value.code == "xero_scope_missing"
    assert "payments" in caught.value.message


@pytest.mark.parametrize("kind", [Kind.TRUNCATE, Kind.SERVER_ERROR, Kind.DROP])
def test_a_broken_write_may_have_been_done(xero: XeroInThread, connection: Connection, kind: Kind) -> None:
    xero.fail("xero.contacts*", kind)
    with pytest.raises(OutcomeUnknown):
        post_contact(XeroClient(connection))
    assert last_call().outcome == "unknown"
    assert CallBudget.objects.get(connection=connection).flights == []


def test_the_same_write_again_under_its_key_is_not_done_twice(
    xero: XeroInThread, connection: Connection
) -> None:
    client = XeroClient(connection)
    xero.fail("xero.contacts*", Kind.TRUNCATE)
    body = dumps({"Contacts": [{"Name": "Ada Moss", "ContactNumber": "C-1"}]})
    with pytest.raises(OutcomeUnknown):
        client.call("PUT", "/Contacts", purpose="contacts", body=body, params=QUIET, idempotency_key="k")
    reply = client.call("PUT", "/Contacts", purpose="contacts", body=body, params=QUIET, idempotency_key="k")
    (result,) = read_elements("Contacts", reply.status, reply.body, 1)
    assert result.ok


def test_a_write_that_is_not_answered_in_time_may_have_been_done(
    xero: XeroInThread, connection: Connection, settings: Settings
) -> None:
    settings.HTTP_TIMEOUT_SECONDS = 0.2
    xero.fail("xero.contacts*", Kind.LATENCY, seconds=1.0)
    with pytest.raises(OutcomeUnknown, match="in time"):
        post_contact(XeroClient(connection))


@pytest.mark.parametrize("kind", [Kind.TRUNCATE, Kind.SERVER_ERROR, Kind.DROP])
def test_a_broken_read_is_simply_tried_again(xero: XeroInThread, connection: Connection, kind: Kind) -> None:
    xero.fail("xero.invoices*", kind)
    with pytest.raises(TransientFailure) as caught:
        XeroClient(connection).call("GET", "/Invoices", purpose="lookups", params={"page": "1"})
    assert not isinstance(caught.value, OutcomeUnknown)


def test_maintenance_means_that_nothing_was_done(xero: XeroInThread, connection: Connection) -> None:
    xero.shut("xero.contacts*")
    with pytest.raises(TransientFailure) as caught:
        post_contact(XeroClient(connection))
    assert not isinstance(caught.value, OutcomeUnknown)


def test_a_xero_that_cannot_be_reached_did_nothing(connection: Connection, settings: Settings) -> None:
    settings.XERO_API_URL = "http://127.0.0.1:9"
    with pytest.raises(TransientFailure) as caught:
        post_contact(XeroClient(connection))
    assert not isinstance(caught.value, OutcomeUnknown)
    assert last_call().status_code is None


def test_after_429_nothing_goes_out_until_xero_said(xero: XeroInThread, connection: Connection) -> None:
    xero.fail("xero.contacts*", Kind.TOO_MANY, seconds=30)
    client = XeroClient(connection)
    with pytest.raises(TransientFailure) as caught:
        post_contact(client)
    assert caught.value.retry_after == 30
    assert last_call().outcome == "limited"
    calls = ApiCall.objects.count()
    with pytest.raises(TransientFailure) as parked:
        post_contact(client)
    assert parked.value.retry_after is not None
    assert 25 < parked.value.retry_after <= 30
    assert ApiCall.objects.count() == calls


def test_sixty_calls_in_a_minute_never_meet_a_429(xero: XeroInThread, connection: Connection) -> None:
    client = XeroClient(connection)
    with pytest.raises(TransientFailure, match="minute") as caught:
        for number in range(61):
            client.call("GET", "/Organisation", purpose="lookups", rows=number)
    assert ApiCall.objects.filter(status_code=200).count() == 60
    assert xero.calls("429") == 0
    assert caught.value.retry_after is not None
    assert caught.value.retry_after > 30


def test_without_limits_we_do_not_hold_back(xero: XeroInThread, connection: Connection) -> None:
    xero.switch("xero.limits", "off")
    client = XeroClient(connection)
    for _ in range(70):
        client.call("GET", "/Organisation", purpose="lookups")
    assert xero.calls("429") == 0
    assert CallBudget.objects.get(connection=connection).minute_limit > 5_000


def test_the_starter_tier_is_recognised_from_its_first_answer(
    xero: XeroInThread, connection: Connection
) -> None:
    xero.switch("xero.limits", "starter")
    XeroClient(connection).call("GET", "/Organisation", purpose="lookups")
    assert CallBudget.objects.get(connection=connection).day_limit == 1_000


def test_a_call_xero_does_not_know_is_permanent(connection: Connection) -> None:
    with pytest.raises(PermanentFailure):
        XeroClient(connection).call("DELETE", "/Contacts", purpose="contacts")


def test_a_connection_without_consent_says_so(connection: Connection) -> None:
    connection.grant = None
    connection.save()
    with pytest.raises(ConfigurationFailure, match="not connected"):
        post_contact(XeroClient(connection))


@pytest.mark.django_db(transaction=True)
def test_five_threads_may_share_one_client(xero: XeroInThread, connection: Connection) -> None:
    client = XeroClient(connection)
    statuses: list[int] = []

    def work(number: int) -> None:
        body = dumps({"Contacts": [{"Name": f"Customer {number}", "ContactNumber": f"C-{number}"}]})
        statuses.append(post_contact(client, f"key-{number}", body))
        database.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 5
    assert xero.calls("429") == 0
    budget = CallBudget.objects.get(connection=connection)
    assert sum(count for _, count in budget.minute_window) == 5
