"""A pair whose mappings are published and whose books have their accounts."""

from __future__ import annotations

import pytest

from integrations.models import AccountRole, Connection, Pair
from mapping.services.versions import ensure_default_mappings
from tests.factories import (
    AccountRoleFactory,
    OpayoConnectionFactory,
    PairFactory,
    ShopConnectionFactory,
    XeroConnectionFactory,
)


@pytest.fixture
def pair(db: None) -> Pair:
    pair = PairFactory(currencies_kept=["EUR"])
    for role, currency, code in (
        (AccountRole.Role.CLEARING, "GBP", "095"),
        (AccountRole.Role.CLEARING, "EUR", "096"),
        (AccountRole.Role.SALES, "", "200"),
        (AccountRole.Role.ROUNDING, "", "860"),
    ):
        AccountRoleFactory(pair=pair, role=role, currency=currency, account_code=code)
    ensure_default_mappings(pair)
    return pair


@pytest.fixture
def shop(pair: Pair) -> Connection:
    return ShopConnectionFactory(pair=pair)


@pytest.fixture
def opayo(pair: Pair) -> Connection:
    return OpayoConnectionFactory(pair=pair)


@pytest.fixture
def xero(pair: Pair) -> Connection:
    return XeroConnectionFactory(pair=pair)
