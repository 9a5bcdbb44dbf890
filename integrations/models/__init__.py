"""What the edge keeps: members, pairs, connections, events, records, calls."""

from integrations.models.audit import AuditEntry
from integrations.models.calls import ApiCall, CallBudget
from integrations.models.connections import Connection, Secret, XeroGrant
from integrations.models.events import Event
from integrations.models.members import Membership, Role, User
from integrations.models.pairs import AccountRole, Pair
from integrations.models.records import Customer, KnownContact, Order, Payment

__all__ = [
    "AccountRole",
    "ApiCall",
    "AuditEntry",
    "CallBudget",
    "Connection",
    "Customer",
    "Event",
    "KnownContact",
    "Membership",
    "Order",
    "Pair",
    "Payment",
    "Role",
    "Secret",
    "User",
    "XeroGrant",
]
