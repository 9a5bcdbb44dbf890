"""Telling the workers that settlements or bank lines have changed."""

from __future__ import annotations

from functools import partial
from typing import Final

from django.db import transaction

from sync.services.leases import wake

RECONCILE: Final = "reconciliation.tasks.reconcile"
FETCH: Final = "reconciliation.tasks.fetch_batches"
TAKE_STATEMENTS: Final = "reconciliation.tasks.take_statements"
READ_BACK: Final = "reconciliation.tasks.read_back"
PROVE: Final = "reconciliation.tasks.prove"
READ_XERO: Final = "reconciliation.tasks.read_xero"


def wake_reconcile(pair_id: int) -> None:
    """Have the pair reconciled once the transaction under way is committed."""
    transaction.on_commit(partial(wake, RECONCILE, pair_id))
