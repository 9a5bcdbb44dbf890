"""Who may call what: the 401s, 403s, 404s and 501s of the API host."""

from __future__ import annotations

import pytest

from sandbox.xero.apps import SECOND_TENANT
from tests.sandbox.xero.rig import Xero, contact


def test_an_expired_token_says_when_it_expired(xero: Xero) -> None:
    xero.world.clock.advance(1800, machine=True)
    refused = xero.get("Organisation")
    body = refused.json()
    assert (refused.status, body["Title"], body["Status"]) == (401, "Unauthorized", 401)
    assert body["Detail"] == "TokenExpired: token expired at 06/15/2026 12:30:00"
    assert refused.headers["Content-Type"] == "application/json"


def test_the_business_clock_does_not_age_tokens(xero: Xero) -> None:
    xero.world.clock.advance(30 * 86_400)
    assert xero.get("Organisation").status == 200


def test_the_lever_expires_every_token(xero: Xero) -> None:
    xero.system.expire_tokens()
    assert xero.get("Organisation").json()["Detail"].startswith("TokenExpired")


@pytest.mark.parametrize("header", ["Bearer nonsense", "", "Basic abc"])
def test_a_garbled_token_is_unsuccessful(xero: Xero, header: str) -> None:
    refused = xero.get("Organisation", {"authorization": header})
    assert (refused.status, refused.json()["Detail"]) == (401, "AuthenticationUnsuccessful")


def test_a_token_without_the_scope_is_not_authorised(xero: Xero) -> None:
    xero.system.revoke()
    xero.connect(scope="accounting.contacts.read accounting.invoices")
    assert xero.get("Contacts").status == 200
    for refused in (xero.put("Contacts", contact()), xero.get("Payments"), xero.get("Reports/BankSummary")):
        assert (refused.status, refused.json()["Detail"]) == (401, "AuthorizationUnsuccessful")
    assert xero.get("CreditNotes").status == 200


@pytest.mark.parametrize("tenant", ["", SECOND_TENANT, "11111111-2222-3333-4444-555555555555"])
def test_an_organisation_that_is_not_connected_is_forbidden(xero: Xero, tenant: str) -> None:
    refused = xero.get("Organisation", {"xero-tenant-id": tenant})
    body = refused.json()
    assert (refused.status, body["Title"], body["Detail"]) == (403, "Forbidden", "AuthenticationUnsuccessful")
    assert body["Instance"]


def test_organisations_see_nothing_of_each_other(xero: Xero) -> None:
    xero.made("Contacts", contact())
    xero.connect(tenants=(SECOND_TENANT,))
    xero.tenant = SECOND_TENANT
    assert xero.get("Contacts").rows("Contacts") == []
    assert {row["Code"] for row in xero.get("Currencies").rows("Currencies")} == {"GBP"}


def test_what_does_not_exist_is_not_found_in_html(xero: Xero) -> None:
    for path in ("Contacts/deadbeef", "Nonsense", "Invoices/no-such-number"):
        missing = xero.get(path)
        assert (missing.status, missing.text) == (404, "The resource you're looking for cannot be found")
        assert missing.headers["Content-Type"].startswith("text/html")


def test_a_method_xero_does_not_have_is_not_implemented(xero: Xero) -> None:
    refused = xero.call("DELETE", "Invoices")
    assert (refused.status, refused.json()["ErrorNumber"]) == (501, 20)


def test_paths_are_read_in_any_case_and_with_a_slash_at_the_end(xero: Xero) -> None:
    assert xero.get("oRGANISATION/").status == 200
