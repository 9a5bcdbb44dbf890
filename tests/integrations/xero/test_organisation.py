from __future__ import annotations

from datetime import date

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from integrations.core.failures import TransientFailure
from integrations.models import AccountRole, ApiCall, CallBudget, Connection
from integrations.pairs.services import set_account_role
from integrations.xero.organisation import check_organisation
from sandbox.kernel.faults import Kind
from tests.factories import AccountRoleFactory
from tests.integrations.xero.running_xero import XeroInThread


def test_what_matters_of_the_organisation_is_kept(xero: XeroInThread, connection: Connection) -> None:
    xero.at(lambda system: system.set_lock_dates(period=date(2026, 9, 30), end_of_year=date(2026, 3, 31)))
    assert check_organisation(connection) == []
    connection.refresh_from_db()
    config = connection.config
    assert (config["organisation"], config["base_currency"]) == ("Harbour & Finch Ltd", "GBP")
    assert config["currencies"] == ["EUR", "GBP", "USD"]
    assert (config["period_lock_date"], config["year_lock_date"], config["lock_date"]) == (
        "2026-09-30",
        "2026-03-31",
        "2026-09-30",
    )
    assert {account["code"] for account in config["chart"]} >= {"095", "200", "404", "860"}
    assert {rate["type"] for rate in config["tax_rates"]} >= {"OUTPUT2", "NONE"}
    assert CallBudget.objects.get(connection=connection).day_limit == 5_000
    assert ApiCall.objects.filter(purpose="lookups").count() == 4


def test_an_account_archived_in_xero_is_found_before_it_stops_anything(
    xero: XeroInThread, connection: Connection
) -> None:
    xero.at(lambda system: system.archive_account("200"))
    AccountRoleFactory(pair=connection.pair, role=AccountRole.Role.SALES, category="tea", account_code="777")
    findings = check_organisation(connection)
    assert {(finding.code, finding.subject) for finding in findings} == {
        ("account_archived", "200"),
        ("account_unknown", "777"),
    }
    connection.refresh_from_db()
    assert {finding["subject"] for finding in connection.config["findings"]} == {"200", "777"}


def test_a_changed_role_is_checked_at_once_without_a_call(
    connection: Connection, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    check_organisation(connection)
    calls = ApiCall.objects.count()
    with django_capture_on_commit_callbacks(execute=True):
        set_account_role(connection.pair, "fees", "200")
    connection.refresh_from_db()
    assert [finding["code"] for finding in connection.config["findings"]] == ["account_type"]
    assert ApiCall.objects.count() == calls


def test_an_organisation_that_cannot_be_read_changes_nothing(
    xero: XeroInThread, connection: Connection
) -> None:
    xero.fail("xero.*", Kind.DROP)
    with pytest.raises(TransientFailure):
        check_organisation(connection)
    connection.refresh_from_db()
    assert "chart" not in connection.config
