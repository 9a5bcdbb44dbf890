from __future__ import annotations

from collections.abc import Callable

import pytest

from integrations.inbound import wakeup as inbound
from integrations.instructions import wakeup
from integrations.models import Connection, Order, Payment
from integrations.opayo.client import OpayoClient
from integrations.secrets import encrypt
from tests.factories import OpayoConnectionFactory, OrderFactory, PaymentFactory
from tests.integrations.running_sandbox import SandboxInThread

Sell = Callable[..., Payment]


@pytest.fixture
def connection(db: None, sandbox: SandboxInThread) -> Connection:
    """A connection to the simulated Opayo."""
    return OpayoConnectionFactory()


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have been woken."""
    calls: list[str] = []
    monkeypatch.setattr(inbound, "on_event_stored", [lambda pair_id: calls.append("process_events")])
    monkeypatch.setattr(wakeup, "on_asked", [lambda pair_id: calls.append("instruct")])
    return calls


@pytest.fixture
def sell(connection: Connection, sandbox: SandboxInThread) -> Sell:
    """Sell at the simulated Opayo, with the record as it would have come in; `key` knows the SecurityKey."""

    def sold(code: str = "HF-1-1", amount: str = "38.34", *, key: bool = True, **fields: str) -> Payment:
        vps_tx_id = sandbox.sell(code, amount, **fields)
        told = OpayoClient(connection).transaction_detail(vps_tx_id=vps_tx_id)
        assert told is not None
        assert told.amount is not None
        is_waiting = told.tx_state_id in (14, 15, 21)
        return PaymentFactory(
            pair=connection.pair,
            order=_order(connection, told.amount.minor),
            vendor_tx_code=code,
            vps_tx_id=told.vps_tx_id,
            security_key=encrypt(told.security_key) if key else "",
            tx_auth_no=told.auth_no if key else "",
            tx_type=told.tx_type,
            state=Payment.State.WAITING if is_waiting else Payment.State.CAPTURED,
            amount_minor=told.amount.minor,
            taken_at=told.completed or told.started,
        )

    return sold


def _order(connection: Connection, total_minor: int) -> Order:
    return OrderFactory(pair=connection.pair, total_minor=total_minor)
