from __future__ import annotations

import pytest

from integrations.inbound import wakeup
from integrations.models import Connection, Pair
from tests.factories import OpayoConnectionFactory, PairFactory, ShopConnectionFactory, XeroConnectionFactory
from tests.integrations.messages import SHOP_SECRET


@pytest.fixture
def pair(db: None) -> Pair:
    return PairFactory()


@pytest.fixture
def shop(pair: Pair) -> Connection:
    return ShopConnectionFactory(pair=pair, secrets={"signing_secret": SHOP_SECRET})


@pytest.fixture
def opayo(pair: Pair) -> Connection:
    return OpayoConnectionFactory(pair=pair)


@pytest.fixture
def xero(pair: Pair) -> Connection:
    return XeroConnectionFactory(pair=pair)


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The pairs whose pipeline would have been woken."""
    pairs: list[int] = []
    monkeypatch.setattr(wakeup, "on_event_stored", [pairs.append])
    return pairs
