"""What the edge keeps: members, pairs, connections, events, records, calls; what Opayo is asked to do."""

from integrations.models.audit import AuditEntry
from integrations.models.calls import ApiCall, CallBudget
from integrations.models.cards import CardAccess, CardPolicy, MitType, SavedCard
from integrations.models.charges import CardCharge, ChargeBatch
from integrations.models.connections import Connection, Secret, XeroGrant
from integrations.models.customers import (
    CustomerChange,
    CustomerIdentity,
    CustomerMerge,
    CustomerOwnership,
    CustomerSuggestion,
)
from integrations.models.dispute_files import DisputeColumns, DisputeFile
from integrations.models.disputes import Dispute, DisputeChange
from integrations.models.events import Event
from integrations.models.instructions import Instruction
from integrations.models.members import Membership, Role, User
from integrations.models.pairs import AccountRole, Pair
from integrations.models.records import Customer, KnownContact, Order, Payment
from integrations.models.refunds import Refund

__all__ = [
    "AccountRole",
    "ApiCall",
    "AuditEntry",
    "CallBudget",
    "CardAccess",
    "CardCharge",
    "CardPolicy",
    "ChargeBatch",
    "Connection",
    "Customer",
    "CustomerChange",
    "CustomerIdentity",
    "CustomerMerge",
    "CustomerOwnership",
    "CustomerSuggestion",
    "Dispute",
    "DisputeChange",
    "DisputeColumns",
    "DisputeFile",
    "Event",
    "Instruction",
    "KnownContact",
    "Membership",
    "MitType",
    "Order",
    "Pair",
    "Payment",
    "Refund",
    "Role",
    "SavedCard",
    "Secret",
    "User",
    "XeroGrant",
]
