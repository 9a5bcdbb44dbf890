from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from integrations.models import ApiCall, AuditEntry, Connection, Pair, Role, XeroGrant
from integrations.pairs.signals import connection_restored
from integrations.secrets import decrypt, get_secret
from sandbox.xero.apps import DEMO_TENANT, SECOND_TENANT
from tests.factories import MembershipFactory, XeroConnectionFactory, XeroGrantFactory
from tests.factories.pairs import usual_accounts
from tests.integrations.xero.running_xero import XeroInThread

APP = {"kind": "code", "client_id": "tillbridge-demo", "client_secret": "demo-secret"}


@pytest.fixture
def pair(db: None) -> Pair:
    membership = MembershipFactory(role=Role.ADMINISTRATOR)
    usual_accounts(membership.pair)
    return membership.pair


@pytest.fixture
def visitor(pair: Pair) -> Client:
    return logged_in(pair)


def logged_in(pair: Pair) -> Client:
    client = Client()
    client.force_login(pair.memberships.get().user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def leave_for_xero(visitor: Client, pair: Pair, **fields: str) -> dict[str, str]:
    """Fill in the form; what Xero is asked for in the address the page leads on to."""
    response = visitor.post(reverse("xero-connect", args=[pair.slug]), {**APP, **fields})
    assert response.status_code == 200
    address = response.context["address"]
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def click_allow(xero: XeroInThread, asked: dict[str, str], tenants: tuple[str, ...]) -> str:
    """The person allows access on Xero's page, which gives a code."""
    return xero.at(
        lambda system: system.consent(
            redirect_uri=asked["redirect_uri"],
            scope=asked["scope"],
            tenants=tenants,
            client_id=asked["client_id"],
            code_challenge=asked["code_challenge"],
        )
    )


def come_back(visitor: Client, **query: str) -> Any:
    return visitor.get(reverse("xero-callback"), query)


def connect(visitor: Client, xero: XeroInThread, pair: Pair, *tenants: str) -> Any:
    asked = leave_for_xero(visitor, pair)
    code = click_allow(xero, asked, tenants or (DEMO_TENANT,))
    return come_back(visitor, code=code, state=asked["state"])


def said(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def test_a_consent_to_one_organisation_connects_it(visitor: Client, xero: XeroInThread, pair: Pair) -> None:
    response = connect(visitor, xero, pair)
    assert response.url == reverse("connections", args=[pair.slug])
    connection = Connection.objects.get(pair=pair, system="xero")
    assert (connection.tenant_id, connection.name, connection.status) == (
        DEMO_TENANT,
        "Harbour & Finch Ltd",
        "live",
    )
    assert connection.config["base_currency"] == "GBP"
    grant = connection.grant
    assert grant is not None
    assert decrypt(grant.client_secret) == "demo-secret"
    assert decrypt(grant.refresh_token)
    assert "accounting.invoices" in grant.scopes
    assert AuditEntry.objects.get(pair=pair).action == "connection.made"
    assert ApiCall.objects.filter(connection=connection, status_code=200).exists()


def test_xero_is_asked_with_state_a_challenge_and_granular_scopes(
    visitor: Client, xero: XeroInThread, pair: Pair
) -> None:
    asked = leave_for_xero(visitor, pair)
    assert asked["redirect_uri"] == "http://127.0.0.1:8000/xero/callback"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 32
    assert {"offline_access", "accounting.payments"} <= set(asked["scope"].split())
    assert "accounting.transactions" not in asked["scope"].split()


def test_of_several_organisations_a_person_chooses_one(
    visitor: Client, xero: XeroInThread, pair: Pair
) -> None:
    response = connect(visitor, xero, pair, DEMO_TENANT, SECOND_TENANT)
    choose = reverse("xero-choose", args=[pair.slug])
    assert response.url == choose
    page = visitor.get(choose).content.decode()
    assert page.index("Finch Trading Ltd") < page.index("Harbour &amp; Finch Ltd")
    assert not Connection.objects.filter(pair=pair).exists()
    visitor.post(choose, {"tenant_id": SECOND_TENANT})
    assert Connection.objects.get(pair=pair).name == "Finch Trading Ltd"


def test_an_organisation_the_consent_does_not_cover_cannot_be_chosen(
    visitor: Client, xero: XeroInThread, pair: Pair
) -> None:
    connect(visitor, xero, pair, DEMO_TENANT, SECOND_TENANT)
    response = visitor.post(reverse("xero-choose", args=[pair.slug]), {"tenant_id": "some-other-tenant"})
    assert response.status_code == 200
    assert not Connection.objects.filter(pair=pair).exists()


def test_an_answer_with_a_foreign_state_is_refused(visitor: Client, xero: XeroInThread, pair: Pair) -> None:
    asked = leave_for_xero(visitor, pair)
    code = click_allow(xero, asked, (DEMO_TENANT,))
    response = come_back(visitor, code=code, state="forged")
    assert "does not belong to this attempt" in said(response)
    assert not Connection.objects.filter(pair=pair).exists()
    again = come_back(visitor, code=code, state=asked["state"])
    assert "No connection to Xero was under way" in said(again)


def test_a_refusal_at_xero_is_told_in_words(visitor: Client, xero: XeroInThread, pair: Pair) -> None:
    asked = leave_for_xero(visitor, pair)
    response = come_back(visitor, error="access_denied", state=asked["state"])
    assert "access was declined in Xero" in said(response)


def test_a_code_that_xero_does_not_take_is_told_in_words(
    visitor: Client, xero: XeroInThread, pair: Pair
) -> None:
    asked = leave_for_xero(visitor, pair)
    response = come_back(visitor, code="spent", state=asked["state"])
    assert "Xero was not connected" in said(response)
    assert XeroGrant.objects.count() == 0


def test_a_wrong_secret_is_told_in_words(visitor: Client, xero: XeroInThread, pair: Pair) -> None:
    asked = leave_for_xero(visitor, pair, client_secret="wrong")
    code = click_allow(xero, asked, (DEMO_TENANT,))
    assert "client id, the secret" in said(come_back(visitor, code=code, state=asked["state"]))


def test_reconnecting_keeps_the_connection_and_tells_who_waits(
    visitor: Client, xero: XeroInThread, pair: Pair
) -> None:
    connect(visitor, xero, pair)
    before = Connection.objects.get(pair=pair)
    xero.at(lambda system: system.revoke())
    Connection.objects.filter(pk=before.pk).update(status="broken", last_error="gone")
    told: list[Connection] = []

    def hear(sender: object, connection: Connection, **kwargs: Any) -> None:
        told.append(connection)

    connection_restored.connect(hear)
    connect(visitor, xero, pair, DEMO_TENANT, SECOND_TENANT)
    connection_restored.disconnect(hear)
    after = Connection.objects.get(pair=pair)
    assert (after.pk, after.key, after.status) == (before.pk, before.key, "live")
    assert after.grant_id != before.grant_id
    assert list(XeroGrant.objects.values_list("pk", flat=True)) == [after.grant_id]
    assert [connection.pk for connection in told] == [before.pk]


def test_the_stored_secret_need_not_be_entered_again(visitor: Client, xero: XeroInThread, pair: Pair) -> None:
    connect(visitor, xero, pair)
    asked = leave_for_xero(visitor, pair, client_secret="")
    code = click_allow(xero, asked, (DEMO_TENANT,))
    come_back(visitor, code=code, state=asked["state"])
    grant = Connection.objects.get(pair=pair).grant
    assert grant is not None
    assert decrypt(grant.client_secret) == "demo-secret"


def test_books_do_not_move_to_another_organisation(visitor: Client, xero: XeroInThread, pair: Pair) -> None:
    connect(visitor, xero, pair)
    response = connect(visitor, xero, pair, SECOND_TENANT)
    visitor.post(reverse("xero-choose", args=[pair.slug]), {"tenant_id": SECOND_TENANT})
    assert response.status_code == 302
    assert Connection.objects.get(pair=pair).tenant_id == DEMO_TENANT


def test_one_organisation_belongs_to_one_pair(visitor: Client, xero: XeroInThread, pair: Pair) -> None:
    XeroConnectionFactory(tenant_id=DEMO_TENANT)
    assert "connected to another pair" in said(connect(visitor, xero, pair))
    assert not Connection.objects.filter(pair=pair).exists()


def test_pairs_that_share_a_consent_are_renewed_together(
    visitor: Client, xero: XeroInThread, pair: Pair
) -> None:
    old = XeroGrantFactory()
    own = XeroConnectionFactory(pair=pair, tenant_id=DEMO_TENANT, grant=old, status="broken")
    covered = XeroConnectionFactory(tenant_id=SECOND_TENANT, grant=old, status="broken")
    elsewhere = XeroConnectionFactory(
        tenant_id="11111111-2222-3333-4444-555555555555", grant=old, status="broken"
    )
    connect(visitor, xero, pair, DEMO_TENANT, SECOND_TENANT)
    for connection in (own, covered, elsewhere):
        connection.refresh_from_db()
    assert own.grant_id == covered.grant_id != old.pk
    assert (covered.status, elsewhere.status, elsewhere.grant_id) == ("live", "broken", old.pk)


def test_a_custom_connection_takes_no_consent_page(visitor: Client, xero: XeroInThread, pair: Pair) -> None:
    fields = {"kind": "custom", "client_id": "tillbridge-demo-custom", "client_secret": "demo-secret"}
    response = visitor.post(reverse("xero-connect", args=[pair.slug]), fields)
    assert response.headers["Location"] == reverse("connections", args=[pair.slug])
    assert Connection.objects.get(pair=pair).tenant_id == DEMO_TENANT


def test_a_custom_connection_with_a_wrong_secret_stays_on_the_form(
    visitor: Client, xero: XeroInThread, pair: Pair
) -> None:
    fields = {"kind": "custom", "client_id": "tillbridge-demo-custom", "client_secret": "wrong"}
    response = visitor.post(reverse("xero-connect", args=[pair.slug]), fields)
    assert response.status_code == 422
    assert "client id and secret" in response.content.decode()


def test_disconnecting_ends_the_connection_at_xero_too(
    visitor: Client, xero: XeroInThread, pair: Pair
) -> None:
    connect(visitor, xero, pair)
    connection = Connection.objects.get(pair=pair)
    visitor.post(reverse("xero-disconnect", args=[pair.slug, connection.pk]))
    connection.refresh_from_db()
    assert (connection.status, connection.grant) == ("off", None)
    assert XeroGrant.objects.count() == 0
    assert not xero.at(lambda system: system.tokens.connected("tillbridge-demo", DEMO_TENANT))


def test_disconnecting_what_xero_has_ended_already_only_forgets_it(
    visitor: Client, xero: XeroInThread, pair: Pair
) -> None:
    connect(visitor, xero, pair)
    xero.at(lambda system: system.revoke())
    connection = Connection.objects.get(pair=pair)
    visitor.post(reverse("xero-disconnect", args=[pair.slug, connection.pk]))
    connection.refresh_from_db()
    assert connection.status == "off"


def test_a_chart_that_does_not_suit_is_told_at_once(visitor: Client, xero: XeroInThread, pair: Pair) -> None:
    xero.at(lambda system: system.archive_account("200"))
    told = said(connect(visitor, xero, pair))
    assert "is connected" in told
    assert "archived in Xero" in told


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_only_administrators_connect(pair: Pair, role: Role) -> None:
    pair.memberships.update(role=role)
    visitor = logged_in(pair)
    for name in ("xero-connect", "xero-choose"):
        assert visitor.get(reverse(name, args=[pair.slug])).status_code == 403
    assert visitor.post(reverse("xero-disconnect", args=[pair.slug, 1])).status_code == 403


def test_another_pairs_connection_does_not_exist_for_us(visitor: Client, pair: Pair) -> None:
    other = XeroConnectionFactory()
    assert visitor.post(reverse("xero-disconnect", args=[pair.slug, other.pk])).status_code == 404
    assert visitor.post(reverse("xero-disconnect", args=[other.pair.slug, other.pk])).status_code == 404


def test_the_page_shows_the_redirect_uri_and_never_a_secret(
    visitor: Client, xero: XeroInThread, pair: Pair
) -> None:
    connect(visitor, xero, pair)
    page = visitor.get(reverse("xero-connect", args=[pair.slug])).content.decode()
    assert "http://127.0.0.1:8000/xero/callback" in page
    assert "demo-secret" not in page


def test_the_client_secret_waits_in_the_session_as_ciphertext_only(
    visitor: Client, xero: XeroInThread, pair: Pair
) -> None:
    leave_for_xero(visitor, pair)
    assert "demo-secret" not in str(dict(visitor.session.items()))


def test_the_webhook_key_is_kept_encrypted_and_its_address_shown(
    visitor: Client, xero: XeroInThread, pair: Pair
) -> None:
    connect(visitor, xero, pair)
    connection = Connection.objects.get(pair=pair)
    page = reverse("xero-connect", args=[pair.slug])
    assert reverse("inbound-xero", args=[connection.key]) in visitor.get(page).content.decode()
    visitor.post(reverse("xero-webhook", args=[pair.slug]), {"webhook_key": "k3y=="})
    assert get_secret(connection, "webhook_key") == "k3y=="
    assert "k3y==" not in visitor.get(page).content.decode()
