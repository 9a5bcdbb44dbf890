"""When the money of a settlement is expected at the bank."""

from __future__ import annotations

from datetime import date

from reconciliation.models import MerchantAccount
from reconciliation.settlements.core.banking_days import add_banking_days


def lag_of(account: MerchantAccount) -> int:
    """Banking days from settlement to the bank: learned, or as people say is usual."""
    return account.usual_lag_days if account.lag_days is None else account.lag_days


def due_day(account: MerchantAccount, settled_on: date) -> date:
    """The banking day on which the money should be there."""
    return add_banking_days(settled_on, lag_of(account))
