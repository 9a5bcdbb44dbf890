"""Rows for tests: each valid by itself, each field open to be given."""

from tests.factories.cards import SavedCardFactory
from tests.factories.connections import (
    OpayoConnectionFactory,
    ShopConnectionFactory,
    XeroConnectionFactory,
    XeroGrantFactory,
)
from tests.factories.events import EventFactory
from tests.factories.pairs import AccountRoleFactory, MembershipFactory, PairFactory, UserFactory
from tests.factories.records import CustomerFactory, OrderFactory, PaymentFactory

__all__ = [
    "AccountRoleFactory",
    "CustomerFactory",
    "EventFactory",
    "MembershipFactory",
    "OpayoConnectionFactory",
    "OrderFactory",
    "PairFactory",
    "PaymentFactory",
    "SavedCardFactory",
    "ShopConnectionFactory",
    "UserFactory",
    "XeroConnectionFactory",
    "XeroGrantFactory",
]
