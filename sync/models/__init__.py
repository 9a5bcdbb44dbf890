"""Postings, deliveries, problems and notices: everything that leaves us, and why it waits."""

from sync.models.deliveries import Delivery
from sync.models.leases import Lease, Wake
from sync.models.notices import Notice
from sync.models.postings import Posting
from sync.models.problems import Problem
from sync.models.rollbacks import Rollback, RollbackStep, RolledBackOrder
from sync.models.rulings import RecordKey, Ruling

__all__ = [
    "Delivery", "Lease", "Notice", "Posting", "Problem", "RecordKey", "Rollback", "RollbackStep", "RolledBackOrder", "Ruling",
    "Wake",
]  # fmt: skip
