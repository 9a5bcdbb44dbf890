"""Consent, codes, tokens, rotation and revocation."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from sandbox.credentials import XERO_CLIENT_ID, XERO_CLIENT_SECRET
from sandbox.kernel.wire import Request
from sandbox.xero.apps import DEMO_TENANT, SECOND_TENANT
from sandbox.xero.identity import BadAuthorization
from sandbox.xero.tokens import challenge_of
from tests.sandbox.xero.rig import REDIRECT, Answer, Xero

AUTHORIZE = "/identity/connect/authorize"
SCOPES = "openid offline_access accounting.contacts"
VERIFIER = "v" * 50


def asked(**changes: str) -> dict[str, str]:
    """The query of a good authorise address; an empty change leaves the parameter out."""
    query = {
        "response_type": "code",
        "client_id": XERO_CLIENT_ID,
        "redirect_uri": REDIRECT,
        "scope": SCOPES,
        "state": "s-1",
        **changes,
    }
    return {name: value for name, value in query.items() if value}


def page(xero: Xero, **changes: str) -> Answer:
    return xero.send(Request("GET", AUTHORIZE, asked(**changes)))


def answer(xero: Xero, form: list[tuple[str, str]], **changes: str) -> Answer:
    return xero.send(Request("POST", AUTHORIZE, asked(**changes), {}, urlencode(form).encode()))


def came_back(reply: Answer) -> dict[str, str]:
    """The query the browser is sent back with."""
    assert reply.status == 302, reply.text
    location = urlsplit(reply.headers["Location"])
    assert f"{location.scheme}://{location.netloc}{location.path}" == REDIRECT
    return {name: values[0] for name, values in parse_qs(location.query).items()}


def exchange(xero: Xero, code: str, **changes: str) -> Answer:
    return xero.grant(
        **{"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, **changes}
    )


def test_the_consent_page_offers_both_organisations_and_names_the_scopes(xero: Xero) -> None:
    shown = page(xero)
    assert shown.status == 200
    assert "Harbour &amp; Finch Ltd" in shown.text
    assert "Finch Trading Ltd" in shown.text
    assert "accounting.contacts" in shown.text
    assert re.search(r'<button[^>]*value="deny"', shown.text)


def test_allowing_two_organisations_gives_one_token_for_both(xero: Xero) -> None:
    xero.system.revoke()
    form = [("answer", "allow"), ("tenant", DEMO_TENANT), ("tenant", SECOND_TENANT)]
    back = came_back(answer(xero, form))
    assert back["state"] == "s-1"
    xero.token = exchange(xero, back["code"]).json()
    connections = xero.send(
        Request("GET", "/connections", {}, {"authorization": f"Bearer {xero.token['access_token']}"})
    ).json()
    assert {each["tenantId"] for each in connections} == {DEMO_TENANT, SECOND_TENANT}
    assert len({each["authEventId"] for each in connections}) == 1


def test_denying_goes_back_with_access_denied(xero: Xero) -> None:
    back = came_back(answer(xero, [("answer", "deny"), ("tenant", DEMO_TENANT)]))
    assert (back["error"], back["state"]) == ("access_denied", "s-1")
    assert "code" not in back


def test_allowing_no_organisation_asks_again(xero: Xero) -> None:
    shown = answer(xero, [("answer", "allow")])
    assert "Choose at least one organisation." in shown.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "someone-else"}, "unauthorized_client"),
        ({"redirect_uri": "http://shop.example/callback"}, "unauthorized_client"),
        ({"redirect_uri": ""}, "unauthorized_client"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "accounting.transactions"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"code_challenge": "x", "code_challenge_method": "plain"}, "invalid_request"),
        ({"client_id": f"{XERO_CLIENT_ID}-public"}, "invalid_request"),
        ({"client_id": f"{XERO_CLIENT_ID}-custom"}, "unauthorized_client"),
    ],
)
def test_a_bad_authorise_address_is_refused_on_a_page(
    xero: Xero, changes: dict[str, str], error: str
) -> None:
    shown = page(xero, **changes)
    assert shown.status == 400
    assert error in shown.text


def test_the_number_127_0_0_1_is_a_redirect_host_only_by_the_switch(xero: Xero) -> None:
    address = "http://127.0.0.1:8000/callback"
    assert page(xero, redirect_uri=address).status == 200
    xero.world.switches["xero.redirect_127"] = False
    assert page(xero, redirect_uri=address).status == 400
    assert page(xero, redirect_uri="https://tillbridge.example/callback").status == 200


def test_a_bad_scope_can_go_back_to_the_app_instead(xero: Xero) -> None:
    xero.world.switches["xero.invalid_scope"] = "redirect"
    assert came_back(page(xero, scope="accounting.transactions"))["error"] == "invalid_scope"


def test_the_token_reply_has_exactly_xeros_keys(xero: Xero) -> None:
    assert list(xero.token) == [
        "id_token",
        "access_token",
        "expires_in",
        "token_type",
        "refresh_token",
        "scope",
    ]
    assert (xero.token["expires_in"], xero.token["token_type"]) == (1800, "Bearer")


def test_the_access_token_is_a_token_of_claims(xero: Xero) -> None:
    payload = xero.token["access_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["client_id"] == XERO_CLIENT_ID
    assert claims["exp"] - claims["nbf"] == 1800
    assert "accounting.invoices" in claims["scope"]
    connections = xero.send(
        Request("GET", "/Connections", {}, {"authorization": f"Bearer {xero.token['access_token']}"})
    ).json()
    assert connections[0]["authEventId"] == claims["authentication_event_id"]


def test_a_code_is_good_once(xero: Xero) -> None:
    code = xero.system.consent(redirect_uri=REDIRECT)
    assert exchange(xero, code).status == 200
    again = exchange(xero, code)
    assert (again.status, again.json()) == (400, {"error": "invalid_grant"})


def test_a_code_is_good_for_five_minutes_by_the_machines_clock(xero: Xero) -> None:
    code = xero.system.consent(redirect_uri=REDIRECT)
    xero.world.clock.advance(86_400)
    xero.world.clock.advance(300, machine=True)
    assert exchange(xero, code).json() == {"error": "invalid_grant"}


def test_a_code_belongs_to_its_redirect_address(xero: Xero) -> None:
    code = xero.system.consent(redirect_uri=REDIRECT)
    assert exchange(xero, code, redirect_uri=REDIRECT + "/").json() == {"error": "invalid_grant"}


def test_a_code_asked_for_with_a_challenge_needs_its_verifier(xero: Xero) -> None:
    for verifier, status in ((VERIFIER, 200), ("w" * 50, 400), ("", 400), ("v" * 42, 400)):
        code = xero.system.consent(redirect_uri=REDIRECT, code_challenge=challenge_of(VERIFIER))
        assert exchange(xero, code, code_verifier=verifier).status == status


def test_a_public_app_proves_itself_by_its_verifier_alone(xero: Xero) -> None:
    public = f"{XERO_CLIENT_ID}-public"
    code = xero.system.consent(redirect_uri=REDIRECT, client_id=public, code_challenge=challenge_of(VERIFIER))
    taken = exchange(xero, code, client_id=public, client_secret="", code_verifier=VERIFIER)
    assert taken.status == 200


def test_the_secret_may_come_as_http_basic(xero: Xero) -> None:
    code = xero.system.consent(redirect_uri=REDIRECT)
    form = urlencode({"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}).encode()
    basic = base64.b64encode(f"{XERO_CLIENT_ID}:{XERO_CLIENT_SECRET}".encode()).decode()
    good = xero.send(Request("POST", "/connect/token", {}, {"authorization": f"Basic {basic}"}, form))
    assert good.status == 200


@pytest.mark.parametrize("status", [400, 401])
def test_a_wrong_secret_is_an_invalid_client(xero: Xero, status: int) -> None:
    xero.world.switches["xero.client_auth_status"] = status
    refused = xero.grant(grant_type="refresh_token", refresh_token="x", client_secret="wrong")
    assert (refused.status, refused.json()) == (status, {"error": "invalid_client"})


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "unknown"}, "invalid_grant"),
        ({"grant_type": "client_credentials"}, "unauthorized_client"),
        ({"client_id": f"{XERO_CLIENT_ID}-custom", "grant_type": "refresh_token"}, "unauthorized_client"),
        (
            {
                "client_id": f"{XERO_CLIENT_ID}-custom",
                "grant_type": "client_credentials",
                "scope": "accounting.transactions",
            },
            "invalid_scope",
        ),
    ],
)
def test_token_errors(xero: Xero, form: dict[str, str], error: str) -> None:
    refused = xero.grant(**form)
    assert (refused.status, refused.json()) == (400, {"error": error})


def refreshed(xero: Xero, token: str) -> Answer:
    return xero.grant(grant_type="refresh_token", refresh_token=token)


def test_a_refresh_rotates_the_token_and_the_one_before_has_half_an_hour(xero: Xero) -> None:
    first = xero.token["refresh_token"]
    second = refreshed(xero, first).json()["refresh_token"]
    assert second != first
    xero.world.clock.advance(1799, machine=True)
    assert refreshed(xero, first).status == 200
    xero.world.clock.advance(2, machine=True)
    assert refreshed(xero, first).json() == {"error": "invalid_grant"}
    assert refreshed(xero, second).status == 200


def test_using_the_new_token_ends_the_grace_of_the_old_one(xero: Xero) -> None:
    first = xero.token["refresh_token"]
    second = refreshed(xero, first).json()["refresh_token"]
    refreshed(xero, second)
    assert refreshed(xero, first).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(("mode", "same"), [("mint", False), ("same", True)])
def test_two_refreshes_with_one_token_by_the_switch(xero: Xero, mode: str, same: bool) -> None:
    xero.world.switches["xero.concurrent_refresh"] = mode
    first = xero.token["refresh_token"]
    tokens = [refreshed(xero, first).json()["refresh_token"] for _ in range(2)]
    assert (tokens[0] == tokens[1]) is same


def test_a_refresh_token_lasts_sixty_days_unused(xero: Xero) -> None:
    xero.world.clock.advance(60 * 86_400, machine=True)
    assert refreshed(xero, xero.token["refresh_token"]).json() == {"error": "invalid_grant"}


def test_without_offline_access_there_is_no_refresh_token(xero: Xero) -> None:
    xero.system.revoke()
    token = xero.connect(scope="accounting.contacts")
    assert list(token) == ["access_token", "expires_in", "token_type", "scope"]


def test_scopes_add_up_over_consents(xero: Xero) -> None:
    xero.system.revoke()
    xero.connect(scope="offline_access accounting.contacts")
    token = xero.connect(scope="offline_access accounting.settings.read")
    assert set(token["scope"].split()) == {
        "offline_access",
        "accounting.contacts",
        "accounting.settings.read",
    }


def test_revocation_takes_tokens_and_connections(xero: Xero) -> None:
    form = urlencode(
        {
            "token": xero.token["refresh_token"],
            "client_id": XERO_CLIENT_ID,
            "client_secret": XERO_CLIENT_SECRET,
        }
    )
    done = xero.send(Request("POST", "/connect/revocation", {}, {}, form.encode()))
    assert (done.status, done.text) == (200, "")
    assert xero.get("Organisation").status == 401
    assert refreshed(xero, xero.token["refresh_token"]).json() == {"error": "invalid_grant"}


def test_disconnecting_needs_the_connections_own_id(xero: Xero) -> None:
    bearer = {"authorization": f"Bearer {xero.token['access_token']}"}
    [connection] = xero.send(Request("GET", "/connections", {}, bearer)).json()
    assert xero.send(Request("DELETE", f"/connections/{connection['tenantId']}", {}, bearer)).status == 404
    assert xero.send(Request("DELETE", f"/connections/{connection['id']}", {}, bearer)).status == 204
    assert xero.get("Organisation").status == 403
    assert xero.send(Request("GET", "/connections", {}, bearer)).json() == []


def test_connections_can_be_those_of_one_consent(xero: Xero) -> None:
    bearer = {"authorization": f"Bearer {xero.token['access_token']}"}
    event = {"authEventId": "00000000-0000-0000-0000-000000000000"}
    assert xero.send(Request("GET", "/connections", event, bearer)).json() == []


def test_connection_stamps_have_seven_decimals_and_no_zone(xero: Xero) -> None:
    bearer = {"authorization": f"Bearer {xero.token['access_token']}"}
    [connection] = xero.send(Request("GET", "/connections", {}, bearer)).json()
    assert connection["createdDateUtc"] == "2026-06-15T12:00:00.0000000"
    assert connection["tenantType"] == "ORGANISATION"


def test_a_custom_connection_needs_no_tenant_header(xero: Xero) -> None:
    token = xero.grant(client_id=f"{XERO_CLIENT_ID}-custom", grant_type="client_credentials").json()
    assert list(token) == ["access_token", "expires_in", "token_type", "scope"]
    headers = {"authorization": f"Bearer {token['access_token']}", "xero-tenant-id": ""}
    assert xero.get("Organisation", headers).status == 200


def test_the_shortcut_for_consent_refuses_what_the_page_would(xero: Xero) -> None:
    with pytest.raises(BadAuthorization):
        xero.system.consent(redirect_uri="ftp://example.com")


def test_discovery_names_this_hosts_addresses(xero: Xero) -> None:
    found = xero.send(Request("GET", "/.well-known/openid-configuration", base_url="http://127.0.0.1:9"))
    assert found.json()["token_endpoint"] == "http://127.0.0.1:9/xero/connect/token"
