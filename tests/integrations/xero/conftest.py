"""A simulated Xero on a real socket, and a connection that has its consent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from integrations.models import Connection
from integrations.secrets import encrypt
from sandbox.xero.apps import DEMO_TENANT
from tests.factories import XeroConnectionFactory, XeroGrantFactory
from tests.factories.pairs import usual_accounts
from tests.integrations.xero.running_xero import XeroInThread


@pytest.fixture
def xero(settings: Settings) -> Iterator[XeroInThread]:
    """A fresh simulated Xero that the settings point to."""
    running = XeroInThread()
    settings.XERO_LOGIN_URL = settings.XERO_IDENTITY_URL = settings.XERO_API_URL = running.xero_url
    settings.SITE_URL = "http://127.0.0.1:8000"
    settings.HTTP_TIMEOUT_SECONDS = 5
    yield running
    running.stop()


def consented(xero: XeroInThread, connection: Connection) -> Connection:
    """The connection with tokens of a real consent at the simulated Xero."""
    redirect = "http://127.0.0.1:8000/xero/callback"
    code = xero.at(lambda system: system.consent(redirect_uri=redirect))
    consent = xero.at(lambda system: system.tokens.redeem(code, "tillbridge-demo", redirect, None))
    tokens = xero.at(lambda system: system.tokens.issue(consent))
    grant = connection.grant
    assert grant is not None
    grant.access_token = encrypt(tokens["access_token"])
    grant.refresh_token = encrypt(tokens["refresh_token"])
    grant.scopes = tokens["scope"].split()
    grant.save()
    return connection


@pytest.fixture
def connection(db: None, xero: XeroInThread) -> Connection:
    """A live connection to the demo organisation, with the usual accounts."""
    connection = XeroConnectionFactory(tenant_id=DEMO_TENANT, grant=XeroGrantFactory())
    usual_accounts(connection.pair)
    return consented(xero, connection)
