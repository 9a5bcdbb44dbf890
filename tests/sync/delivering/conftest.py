"""A pair connected to a simulated Xero over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from pytest_django import Settings

from integrations.models import Connection, Event
from mapping.services.versions import ensure_default_mappings
from sandbox.xero.apps import DEMO_TENANT
from sync.services.delivering import dispatcher
from sync.services.pipeline import process_batch
from tests.factories import (
    OpayoConnectionFactory,
    ShopConnectionFactory,
    XeroConnectionFactory,
    XeroGrantFactory,
)
from tests.factories.pairs import usual_accounts
from tests.integrations.xero.conftest import consented
from tests.integrations.xero.running_xero import XeroInThread
from tests.sync.messages import notification_event, order, shop_event


@pytest.fixture
def xero(settings: Settings) -> Iterator[XeroInThread]:
    running = XeroInThread()
    settings.XERO_LOGIN_URL = settings.XERO_IDENTITY_URL = settings.XERO_API_URL = running.xero_url
    settings.HTTP_TIMEOUT_SECONDS = 2
    yield running
    dispatcher.close_threads()
    running.stop()


class Books:
    """Orders and payments in, documents in the simulated Xero out."""

    def __init__(self, xero: XeroInThread, connection: Connection) -> None:
        self.xero, self.connection, self.pair = xero, connection, connection.pair
        self.shop = ShopConnectionFactory(pair=self.pair)
        self.opayo = OpayoConnectionFactory(pair=self.pair)

    def place(self, number: str = "HF-10042", **changes: Any) -> None:
        shop_event(self.shop, **order(number, **changes))
        self.process()

    def pay(self, number: str = "HF-10042", status: str = "OK", **fields: Any) -> None:
        digits = f"{abs(hash(number)) % 10**12:012d}"
        notification_event(self.opayo, f"{number}-1", status, f"F955C22E-F67B-4DA3-8EA3-{digits}", **fields)
        self.process()

    def process(self) -> None:
        Event.objects.update(not_before=None)
        assert process_batch(self.pair.pk) is not None

    def deliver(self, runs: int = 1) -> None:
        for _ in range(runs):
            dispatcher.dispatch(self.connection.pk, notices_due=lambda pair_id: None)

    def in_xero(self, collection: str) -> list[dict[str, Any]]:
        """Rows of the sandbox's own truth."""
        found: list[dict[str, Any]] = self.xero.at(lambda system: system.truth())[collection]
        return found

    def live_payments(self) -> list[dict[str, Any]]:
        """Payments that have not been deleted."""
        return [row for row in self.in_xero("payments") if row["Status"] == "AUTHORISED"]


@pytest.fixture
def books(transactional_db: None, xero: XeroInThread) -> Iterator[Books]:
    connection = XeroConnectionFactory(tenant_id=DEMO_TENANT, grant=XeroGrantFactory())
    usual_accounts(connection.pair)
    ensure_default_mappings(connection.pair)
    yield Books(xero, consented(xero, connection))
    connections.close_all()
