from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from integrations.models import Connection, Membership, Pair, User
from integrations.pairs.services import test_connection
from integrations.secrets import get_secret
from tests.integrations.xero.running_xero import XeroInThread

test_connection.__test__ = False  # type: ignore[attr-defined]  # a service, whatever its name looks like


@pytest.fixture
def xero(db: None, settings: Settings) -> Iterator[XeroInThread]:
    running = XeroInThread()
    settings.XERO_LOGIN_URL = settings.XERO_IDENTITY_URL = settings.XERO_API_URL = running.xero_url
    settings.OPAYO_TEST_URL = f"{running.url}/opayo"
    settings.SITE_URL = "http://127.0.0.1:8000"
    yield running
    running.stop()


@pytest.fixture
def sandbox_url(xero: XeroInThread) -> str:
    return xero.url


def seed(sandbox_url: str, *arguments: str) -> str:
    said = StringIO()
    call_command("seed_demo", "--sandbox-url", sandbox_url, *arguments, stdout=said)
    return said.getvalue()


def test_a_pair_is_connected_to_everything_and_each_connection_works(sandbox_url: str) -> None:
    seed(sandbox_url)
    pair = Pair.objects.get()
    connections = list(
        Connection.objects.filter(pair=pair).select_related("pair", "grant").order_by("system")
    )
    assert [connection.system for connection in connections] == ["opayo", "shop", "xero"]
    healths = [test_connection(connection) for connection in connections]
    assert [health.said for health in healths if not health.ok] == []
    assert [health.advice for health in healths] == [(), (), ()]
    assert get_secret(connections[2], "webhook_key")


def test_the_printed_login_lets_the_administrator_in(sandbox_url: str) -> None:
    said = seed(sandbox_url)
    email, password = said.split()[3], said.split()[-1]
    assert Client().login(email=email, password=password)
    assert Membership.objects.get(user__email=email).role == "administrator"
    assert {member.role for member in Membership.objects.all()} == {"administrator", "operator", "viewer"}


def test_run_again_it_doubles_nothing_and_keeps_the_login(sandbox_url: str) -> None:
    first = seed(sandbox_url)
    keys = set(Connection.objects.values_list("pk", "key", "grant_id"))
    assert seed(sandbox_url) == first
    assert set(Connection.objects.values_list("pk", "key", "grant_id")) == keys
    assert (Pair.objects.count(), User.objects.count()) == (1, 3)


def test_a_sandbox_started_afresh_is_connected_again(xero: XeroInThread, sandbox_url: str) -> None:
    seed(sandbox_url)
    before = Connection.objects.get(system="xero")
    xero.at(lambda system: system.revoke())
    seed(sandbox_url)
    after = Connection.objects.get(system="xero")
    assert (after.pk, after.status) == (before.pk, "live")
    assert after.grant_id != before.grant_id


def test_a_password_may_be_given(sandbox_url: str) -> None:
    assert "kettle-on-again" in seed(sandbox_url, "--password", "kettle-on-again")
    assert Client().login(email="viewer@tillbridge.example", password="kettle-on-again")


def test_without_a_sandbox_it_says_so(db: None) -> None:
    with pytest.raises(CommandError, match="does not answer"):
        seed("http://127.0.0.1:9")
