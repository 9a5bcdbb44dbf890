"""Saved cards at the simulated Opayo, and what Xero says of the invoices they pay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from integrations.cards.vault import fingerprint, locked_up
from integrations.core.money import Money
from integrations.inbound import wakeup as inbound
from integrations.instructions import wakeup
from integrations.models import (
    ChargeBatch,
    Connection,
    Customer,
    Order,
    Pair,
    SavedCard,
    User,
)
from integrations.opayo.client import OpayoClient
from integrations.secrets import encrypt
from integrations.xero.lookups import Found
from sync.models import Posting
from sync.services import charging
from sync.services.charging import Choice, due_in_xero
from tests.factories import CustomerFactory, OrderFactory, PaymentFactory, UserFactory
from tests.factories.cards import TERMS
from tests.integrations.running_sandbox import SandboxInThread


@pytest.fixture(scope="session")
def running() -> Iterator[SandboxInThread]:
    sandbox = SandboxInThread()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(running: SandboxInThread, settings: Settings) -> SandboxInThread:
    settings.OPAYO_TEST_URL = f"{running.url}/opayo"
    return running


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbound, "on_event_stored", [])
    monkeypatch.setattr(wakeup, "on_asked", [])


@pytest.fixture
def ada(db: None) -> User:
    return UserFactory(email="ada@tillbridge.example")


@pytest.fixture
def grace(db: None) -> User:
    return UserFactory(email="grace@tillbridge.example")


_codes = iter(f"FIRST-{number}" for number in range(1, 10_000))


@pytest.fixture
def card(opayo: Connection, sandbox: SandboxInThread) -> SavedCard:
    return saved_card(sandbox, opayo)


def saved_card(sandbox: SandboxInThread, opayo: Connection, customer: Customer | None = None) -> SavedCard:
    """A token of the simulated Opayo, with the payment that set it up."""
    code, pair = next(_codes), opayo.pair
    vps_tx_id = sandbox.sell(code, CreateToken="1")
    told = OpayoClient(opayo).transaction_detail(vps_tx_id=vps_tx_id)
    assert told is not None
    customer = customer or CustomerFactory(pair=pair)
    payment = PaymentFactory(
        pair=pair, order=OrderFactory(pair=pair, customer=customer, total_minor=3834, captured_minor=3834, state="paid"),
        vendor_tx_code=code, vps_tx_id=told.vps_tx_id, security_key=encrypt(told.security_key), tx_auth_no=told.auth_no,
        amount_minor=3834,
    )  # fmt: skip
    token = sandbox.do(lambda: list(sandbox.opayo.gateway.tokens._table.values())[-1]["token"])
    return SavedCard.objects.create(
        pair=pair, customer=customer, kind="token", token=locked_up(token), fingerprint=fingerprint(pair.pk, token),
        scheme="VISA", last_four="0006", expiry="1230", expires_on=date(2030, 12, 31), first_payment=payment,
        scheme_trace_id="123456789012345", consent=TERMS, mit_type="unscheduled",
    )  # fmt: skip


def due(card: SavedCard, total_minor: int = 2400) -> Order:
    """An order of the card's customer whose invoice is in Xero, unpaid."""
    owed = OrderFactory(pair=card.pair, customer=card.customer, total_minor=total_minor)
    Posting.objects.create(
        pair=card.pair, kind="invoice", natural_key=owed.number, state="posted", order=owed, remote_id=f"INV-{owed.pk}",
        document={}, amount_minor=total_minor, currency="GBP",
    )  # fmt: skip
    return owed


@pytest.fixture(autouse=True)
def xero_says(monkeypatch: pytest.MonkeyPatch, pair: Pair, xero: Connection) -> dict[str, Any]:
    """What Xero answers about invoices: by default that all of each is due."""
    said: dict[str, Any] = {"status": "AUTHORISED", "amount_due": None}

    def find(client: object, ids: list[str]) -> dict[str, Found]:
        rows = Posting.objects.filter(remote_id__in=ids)
        return {
            row.remote_id: Found(
                row.remote_id, row.natural_key, "", said["status"], "ACCREC", row.currency, None,
                said["amount_due"] or Decimal(row.amount_minor) / 100, None, row.remote_id, "", None, {},
            )
            for row in rows
        }  # fmt: skip

    monkeypatch.setattr(due_in_xero, "find_invoices_by_id", find)
    return said


def charge(
    pair: Pair, by: User, *rows: tuple[Order, SavedCard], key: str = "k", amount: Money | None = None
) -> ChargeBatch:
    choices = [Choice(owed.pk, card.pk, amount) for owed, card in rows]
    return charging.charge(pair, choices, by=by, reason="Due", request_key=key)


def made_of(sandbox: SandboxInThread, code: str) -> list[Any]:
    return sandbox.do(lambda: sandbox.opayo.gateway.records.by_code(code))
